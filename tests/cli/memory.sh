#!/usr/bin/env bash
# Too little memory (ulimit -v, growing until the command ends well): exit code 7 with figures and nothing under the final name; no crash, and no
# hang, which is what OpenBLAS makes of it when nobody looks first.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
[ -n "${CUPEL_SANITIZED:-}" ] && ldd "$CUPEL" | grep -Eq 'lib[at]san' && { echo 'skip limits of memory: a sanitizer takes terabytes of addresses'; exit 0; }
cd "$T" || exit 1
cp "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" gaps.csv
cat >d.yaml <<'Y'
demand: a small space
data: {file: gaps.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: krr, features: magpie, settings: {gamma: 0.01, lambda: 0.1}}
space: {list: gaps.csv, formula: formula}
require:
  - {property: band gap, min: 1 eV, max: 4 eV}
keep: 10
Y
"$CUPEL" train gaps.csv --target 'band gap' --features stoichiometry --model ridge -o m.h5 2>err || no 'a model'

# within NAME FINAL FIRST STEP COMMAND...: limits of FIRST, FIRST + STEP, ... MB; below FIRST the libraries cannot be loaded.
within() {
  local name=$1 final=$2 mb=$3 step=$4 rc refused=0 wrong=0; shift 4
  for (( ; mb <= 2000; mb += step)); do
    rm -f "$final"
    (ulimit -v $((mb * 1024)); exec timeout -k 1 60 "$@") >out 2>err </dev/null; rc=$?
    [ $rc = 0 ] && break
    if [ $rc = 7 ] && grep -Eq "[0-9]+ ([kMG]B|bytes)|memory" err && { [ -z "$final" ] || [ ! -e "$final" ]; }; then refused=$((refused + 1)); else
      wrong=1; echo "    $mb MB: exit $rc: $(tail -n 1 err)"; [ $rc -ge 124 ] && break
    fi
  done
  rm -f "$final"
  [ $rc = 0 ] && [ $wrong = 0 ] && ok "$name: $refused limits refused, enough at $mb MB" || no "$name"
}
within 'version' '' 72 20 "$CUPEL" version
within 'describe' x.csv 72 2 "$CUPEL" describe gaps.csv --formula formula --set magpie --threads 2 -o x.csv
within 'describe to HDF5' x.h5 72 2 "$CUPEL" describe gaps.csv --formula formula --set magpie --threads 2 -o x.h5
within 'train ridge' x.h5 80 24 "$CUPEL" train gaps.csv --target 'band gap' --model ridge --set lambda=1 --threads 2 -o x.h5
within 'train krr' x.h5 80 24 "$CUPEL" train gaps.csv --target 'band gap' --model krr --set gamma=0.01,lambda=0.1 --threads 2 -o x.h5
within 'train svr' x.h5 80 8 "$CUPEL" train gaps.csv --target 'band gap' --model svr --set C=10,gamma=0.01,epsilon=0.1 --threads 2 -o x.h5
within 'evaluate gp' x.csv 72 20 "$CUPEL" evaluate gaps.csv --target 'band gap' --model gp --set noise=0.1,gamma=0.01 --split random --n-folds 2 --threads 2 --predictions x.csv
within 'predict' x.csv 72 2 "$CUPEL" predict m.h5 gaps.csv --threads 2 -o x.csv
within 'screen' x.csv 72 20 "$CUPEL" screen d.yaml --threads 2 -o x.csv
exit $bad
