# scikit-learn's Gaussian process on the table of benchmarks/files_gp, kernel and settings as in bench_gp.c: CPU seconds to fit, microseconds per row to
# predict the mean, and mean and deviation; error on the rows with fold 0. Its precision is float64 alone.
#   python sklearn_gp.py TABLE REPEATS PREDICTIONS
import sys
import time

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, Matern

table = np.loadtxt(sys.argv[1], delimiter=",")
repeats = int(sys.argv[2])
held = table[:, -1] == 0
y, x = table[:, -2], table[:, :-2]
deviation = x[~held].std(axis=0)
x = (x[:, deviation > 0] - x[~held][:, deviation > 0].mean(axis=0)) / deviation[deviation > 0]
length, mean = np.sqrt(x.shape[1] / 2), y[~held].mean()
predictions = []
for name, kernel in (("rbf", RBF(length)), ("matern52", Matern(length, nu=2.5))):
    fit, means, both = [], [], []
    for _ in range(repeats):
        model = GaussianProcessRegressor(kernel, alpha=0.05, optimizer=None)
        a = time.process_time()
        model.fit(x[~held], y[~held] - mean)
        b = time.process_time()
        value = model.predict(x[held]) + mean
        c = time.process_time()
        model.predict(x[held], return_std=True)
        d = time.process_time()
        fit.append(b - a)
        means.append((c - b) / held.sum() * 1e6)
        both.append((d - c) / held.sum() * 1e6)
    predictions.extend(value)
    error = np.abs(value - y[held]).mean()
    print(f"sklearn {name:9s} {np.median(fit):9.3f} {np.median(means):12.2f} {'':12s} {np.median(both):12.2f} {error:10.4f}", flush=True)
np.savetxt(sys.argv[3], predictions, fmt="%.15g")
