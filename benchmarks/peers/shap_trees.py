# The shap package's exact values of scikit-learn's ensembles on the table of benchmarks/files_shapley: CPU microseconds per row, both games.
#   python shap_trees.py TABLE THREADS TREES ROWS REPEATS
import sys
import time

import numpy as np
import shap
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor

BACKGROUND = 100
table = np.loadtxt(sys.argv[1], delimiter=",")
threads, trees, rows, repeats = (int(a) for a in sys.argv[2:6])
x, y = table[:, :-1].astype(np.float32), table[:, -1]
models = {
    "extra_trees": ExtraTreesRegressor(trees, max_features=1 / 3, n_jobs=threads, random_state=0),
    "random_forest": RandomForestRegressor(trees, max_features=1 / 3, n_jobs=threads, random_state=0),
    "boosted_trees": GradientBoostingRegressor(n_estimators=trees, learning_rate=0.05, max_leaf_nodes=31, max_depth=20, subsample=0.8, max_features=0.2,
                                               random_state=0),
}
for name, model in models.items():
    model.fit(x, y)
    for game, background in (("path-dependent", None), ("interventional", x[:BACKGROUND])):
        explainer = shap.TreeExplainer(model, background, feature_perturbation=game.replace("path-dependent", "tree_path_dependent"))
        spent = []
        for _ in range(repeats):
            begin = time.process_time()
            value = explainer.shap_values(x[:rows], check_additivity=False)
            spent.append(time.process_time() - begin)
        worst = np.abs(value.sum(axis=1) + explainer.expected_value - model.predict(x[:rows])).max()
        print(f"shap {name:14s} {game:15s} {np.median(spent) / rows * 1e6:14.0f} {worst:12.1e}", flush=True)
