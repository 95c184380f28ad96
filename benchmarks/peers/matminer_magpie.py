"""Seconds per formula of matminer's Magpie set, parsing included: matminer_magpie.py FILE prints "version seconds_per_formula" (median of five)."""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
from matminer.featurizers.composition import ElementProperty
from pymatgen.core import Composition
import matminer

formulas = open(sys.argv[1]).read().split()
magpie = ElementProperty.from_preset("magpie")


def once():
    start = time.process_time()
    for text in formulas:
        magpie.featurize(Composition(text))
    return (time.process_time() - start) / len(formulas)


print(getattr(matminer, "__version__", "?"), sorted(once() for _ in range(5))[2])
