"""CPU seconds per formula of matminer's composition featurizers, from parsed compositions to an array (featurize_many, one process): matminer_sets.py
FILE prints the version, then a line "set seconds" each (the best of three rounds). Where a featurizer needs oxidation states, the time of guessing
them (CompositionToOxidComposition, one round) belongs to it, as it does in a pipeline; formulas for which one raises an exception are left out of
its mean."""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import matminer
import numpy as np
from matminer.featurizers.composition import alloy, composite, element, ion, orbital
from matminer.featurizers.composition import thermo
from matminer.featurizers.conversions import CompositionToOxidComposition
from pymatgen.core import Composition

ROUNDS = 3
formulas = open(sys.argv[1]).read().split()
plain = [Composition(f) for f in formulas]
guess = CompositionToOxidComposition()
charged = []
start, tried = time.process_time(), 0
for c in plain:
    try:
        guessed = guess.featurize(c)[0]
    except Exception:
        continue
    tried += 1
    if any(getattr(s, "oxi_state", 0) for s in guessed):
        charged.append(guessed)
guessing = (time.process_time() - start) / max(tried, 1)


class Cohesive(thermo.CohesiveEnergy):
    """Of the elements alone: without a formation energy from a data base."""

    def featurize(self, comp):
        return super().featurize(comp, 1e-30)  # 0 would be looked up


preset = composite.ElementProperty.from_preset
sets = {
    "magpie": lambda: preset("magpie"),
    "deml": lambda: preset("deml"),
    "matminer": lambda: preset("matminer"),
    "matscholar_el": lambda: preset("matscholar_el"),
    "megnet_el": lambda: preset("megnet_el"),
    "meredig": composite.Meredig,
    "stoichiometry": lambda: element.Stoichiometry(num_atoms=True),
    "element_fraction": element.ElementFraction,
    "tmetal_fraction": element.TMetalFraction,
    "band_center": element.BandCenter,
    "valence_orbital": orbital.ValenceOrbital,
    "atomic_orbitals": orbital.AtomicOrbitals,
    "ion_property": lambda: ion.IonProperty(fast=True),
    "oxidation_states": lambda: ion.OxidationStates.from_preset("deml"),
    "cation_property": lambda: ion.CationProperty.from_preset("deml"),
    "electronegativity_diff": ion.ElectronegativityDiff,
    "electron_affinity": ion.ElectronAffinity,
    "cohesive_energy": Cohesive,
    "miedema": alloy.Miedema,
    "wen_alloys": alloy.WenAlloys,
    "yang_solid_solution": alloy.YangSolidSolution,
}
needs_charges = {"oxidation_states", "cation_property", "electronegativity_diff", "electron_affinity"}


def works(featurizer, composition):
    try:
        featurizer.featurize(composition)
    except Exception:
        return False
    return True


def once(featurizer, compositions):
    start = time.process_time()
    np.array(featurizer.featurize_many(compositions, pbar=False))
    return (time.process_time() - start) / len(compositions)


print(getattr(matminer, "__version__", "?"), flush=True)
for name, make in sets.items():
    try:
        featurizer = make()
    except Exception:
        continue
    featurizer.set_n_jobs(1)
    charges = name in needs_charges
    good = [c for c in (charged if charges else plain) if works(featurizer, c)]
    if good:
        seconds = min(once(featurizer, good) for _ in range(ROUNDS))
        print(name, seconds + guessing if charges else seconds, flush=True)
