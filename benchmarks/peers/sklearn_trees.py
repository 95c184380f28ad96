# scikit-learn's forests on the table of benchmarks/files_trees: CPU seconds to fit, microseconds per row to predict, error on the rows with fold 0.
#   python sklearn_trees.py TABLE THREADS TREES REPEATS
import sys
import time

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor

table = np.loadtxt(sys.argv[1], delimiter=",")
threads, trees, repeats = (int(a) for a in sys.argv[2:5])
held = table[:, -1] == 0
y, x = table[:, -2], table[:, :-2].astype(np.float32)


def run(name, make):
    fit, predict = [], []
    for r in range(repeats):
        model = make(r)
        begin = time.process_time()
        model.fit(x[~held], y[~held])
        middle = time.process_time()
        value = model.predict(x[held])
        predict.append(time.process_time() - middle)
        fit.append(middle - begin)
    error = np.abs(value - y[held]).mean()
    print(f"sklearn {name:20s} {np.median(fit):9.3f} {np.median(predict) / held.sum() * 1e6:12.2f} {error:10.4f}", flush=True)


for share, word in ((1.0, "1"), (1 / 3, "1/3")):
    run(f"extra_trees {word}", lambda r: ExtraTreesRegressor(trees, max_features=share, n_jobs=threads, random_state=r))
for share, word in ((1.0, "1"), (1 / 3, "1/3")):
    run(f"random_forest {word}", lambda r: RandomForestRegressor(trees, max_features=share, n_jobs=threads, random_state=r))
run("boosted_trees", lambda r: HistGradientBoostingRegressor(max_iter=trees, learning_rate=0.05, max_leaf_nodes=31, min_samples_leaf=5,
                                                            l2_regularization=1, max_features=0.2, early_stopping=False, random_state=r))
