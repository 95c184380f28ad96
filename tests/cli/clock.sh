#!/usr/bin/env bash
# What the clock of a budget decides is recorded; where it decides nothing the same bytes come of any budget, or of none, for any number of threads.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip what the clock decides: a sanitizer build'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
# Met early; with all that is solved after a search: fields have seeds, and an insulator a stand-in.
cat >"$T/d.yaml" <<'Y'
demand: a window
scale: microstructure
phases:
  - {name: a, k: 0.009}
  - {name: b, k: 10}
require:
  - {property: conductivity, invariant: mean, min: 1, max: 2}
space: {generator: gaussian, fraction: 0.2..0.6, wavelength: 0.5}
grid: 12
Y
design() { "$CUPEL" design "$T/d.yaml" -o "$T/$1" --threads "$2" "${@:3}" >"$T/$1.out" 2>"$T/err"; rc=$?; }
# What is promised: recipes, voxels, all columns but seconds, all of run.json from its tensors to its steps.
bytes() { (cd "$T/$1" && for f in design-*.json design-*.npy; do sha256sum "$f"; done; sed 's/"[^"]*"/recipe/' designs.csv | cut -d, -f1-6,8-; sed -n '/^  "solves":/,/^  "inputs"/p' run.json); }
same() { [ "$(bytes "$1" | wc -l)" -gt 40 ] && [ "$(bytes "$1")" = "$(bytes "$2")" ] && ok "$3" || { echo "    exit $rc"; no "$3"; }; }
decided() { tr -d '\n' <"$T/$1/run.json" | tr -s ' ' | grep -q "\"time_decided\": $2, \"time_cut\": \[$3"; }
design A 1; [ $rc = 0 ] && decided A false ']' && ! grep -q '^time decided' "$T/A.out" && ok 'no budget: nothing is decided by time' || { tail -n 3 "$T/A.out"; no 'no budget: nothing is decided by time'; }
grep -q '^  4 other seeds' "$T/A.out" && grep -q '"void"' "$T/A/run.json" || no 'all that is solved after the search is there'
design B 1 --budget 60s; same A B 'with 60 s the same bytes'
decided B false ']' && grep -q '^time decided nothing: ' "$T/B.out" && grep -q 'In this search time decided nothing: ' "$T/B/report.html" && ok 'and it is said that time decided nothing' || no 'and it is said that time decided nothing'
design C 2 --budget 600s; same A C 'with 600 s and two threads'
# Too little time: what it has cut.
design E 1 --budget 0.02s
[ $rc = 0 ] || [ $rc = 5 ] && decided E true ' "' && grep -q '^time decided: it cut short [a-z]' "$T/E.out" && grep -q 'In this search time decided: it cut short' "$T/E/report.html" && ok 'a time that cuts says what' || { echo "    exit $rc"; tail -n 5 "$T/E.out"; no 'a time that cuts says what'; }
exit $bad
