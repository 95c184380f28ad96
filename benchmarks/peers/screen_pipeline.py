"""CPU seconds per candidate of the usual Python pipeline, one thread: pymatgen reads a formula, matminer describes it, scikit-learn scales and
predicts, the best hundred stay. screen_pipeline.py TRAIN TARGET CANDIDATES prints "matminer scikit-learn support_vectors seconds_per_candidate".
TRAIN is a table of Magpie columns (`cupel describe`) with the target in column TARGET; CANDIDATES a table with a column `formula`. Training is not timed."""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import matminer
import numpy as np
import pandas as pd
import sklearn
from matminer.featurizers.composition import ElementProperty
from pymatgen.core import Composition
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

table = pd.read_csv(sys.argv[1])
magpie = ElementProperty.from_preset("magpie")
labels = magpie.feature_labels()
table = table.dropna(subset=labels + [sys.argv[2]])
scaler = StandardScaler().fit(table[labels].to_numpy())
y = table[sys.argv[2]].to_numpy(float)
svr = SVR(C=10, gamma=0.01, epsilon=0.07).fit(scaler.transform(table[labels].to_numpy()), (y - y.mean()) / y.std())
formulas = list(pd.read_csv(sys.argv[3])["formula"])

start = time.process_time()
x = np.array([magpie.featurize(Composition(text)) for text in formulas])
value = svr.predict(scaler.transform(x)) * y.std() + y.mean()
best = np.argsort(-np.abs(value - 1.35))[-100:]
seconds = (time.process_time() - start) / len(formulas)
print(getattr(matminer, "__version__", "?"), sklearn.__version__, len(svr.support_), seconds)
