#!/usr/bin/env bash
# The section of the report that says why candidates are predicted as they are: parts, materials behind them, sweeps; the same bytes for any threads.
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
head -n 150 "$R/datasets/examples/gaps-solar.csv" >"$T/t.csv"
demand() { cat >"$T/d.yaml" <<Y
demand: a gap
properties:
  - {property: band gap, unit: eV, data: {file: t.csv, target: band gap}, model: {name: $1, features: magpie, settings: {$2}}}
space: {charge_neutral: {elements: [Na, K, Zn, Ga, S, Se], max_elements: 3, max_amount: 4, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 2.6 eV}
keep: 20
Y
}
why() { sed -n '/<section id=why>/,/<\/section>/p' "$T/$1/report.html"; }
for m in 'extra_trees:trees: 40, columns: 0.4, leaf: 1, median: 0:exact:weight that the trees' 'ridge:lambda: 1:exact:standard deviations' 'knn::sampled:standard deviations'; do
  name=${m%%:*}; rest=${m#*:}; near=${rest##*:}; rest=${rest%:*}; kind=${rest##*:}; demand "$name" "${rest%:*}"
  rm -rf "$T/o"; "$C" run "$T/d.yaml" -o "$T/o" --threads 1 >"$T/out" 2>"$T/err" </dev/null; rc=$?; why o >"$T/why"
  { [ $rc = 0 ] && grep -q "Shapley values, $kind\." "$T/why" && grep -q "$near" "$T/why" && [ "$(grep -o '<svg' "$T/why" | wc -l)" = 2 ] && grep -q '<path class="mean" d="M' "$T/why" && grep -q 'class="label">[^<]* \[[^<]*\]</text>' "$T/why" &&
    grep -q 'href=#why' "$T/o/report.html" && ! grep -Eq 'nan|inf[^ol]' "$T/why"; }
  check "why, by $name: $kind" $?
done
why o >"$T/one"; "$C" report "$T/o" --threads 2 >"$T/out" 2>"$T/err" </dev/null; why o >"$T/two"; { [ -s "$T/one" ] && cmp -s "$T/one" "$T/two"; }; check 'the same bytes for 1 and 2 threads' $?
exit $bad
