"""Values of matminer's featurizers for which no reference table is kept: matminer_values.py TABLE FOLDER reads the formulas in the second column of a
CSV file and writes FOLDER/comp_SET.csv (source,formula,columns) for each. Oxidation states are guessed as CompositionToOxidComposition does; what
raises an exception is nan. The cohesive energy is that for an energy of formation of nought, as cupel's."""
import csv
import sys
import warnings

warnings.filterwarnings("ignore")
from matminer.featurizers.composition import ion, thermo
from matminer.featurizers.conversions import CompositionToOxidComposition
from pymatgen.core import Composition

guess = CompositionToOxidComposition()
cohesive = thermo.CohesiveEnergy()
sets = {
    "oxidation_states": ion.OxidationStates.from_preset("deml"),
    "cation_property": ion.CationProperty.from_preset("deml"),
    "electronegativity_diff": ion.ElectronegativityDiff(),
    "electron_affinity": ion.ElectronAffinity(),
}


def values(function, n):
    try:
        return [repr(float(v)) for v in function()]
    except Exception:
        return ["nan"] * n


def charged(composition):
    try:
        return guess.featurize(composition)[0]
    except Exception:
        return composition


with open(sys.argv[1]) as f:
    formulas = [row[1] for row in csv.reader(f)][1:]
plain = [Composition(f) for f in formulas]
ions = [charged(c) for c in plain]


def write(name, labels, function, compositions):
    with open(f"{sys.argv[2]}/comp_{name}.csv", "w") as f:
        out = csv.writer(f)
        out.writerow(["source", "formula"] + labels)
        for formula, c in zip(formulas, compositions):
            out.writerow(["", formula] + values(lambda: function(c), len(labels)))


for name, featurizer in sets.items():
    write(name, featurizer.feature_labels(), featurizer.featurize, ions)
write("cohesive_energy", cohesive.feature_labels(), lambda c: cohesive.featurize(c, formation_energy_per_atom=1e-300), plain)
