#!/usr/bin/env bash
# Ranks of a real mpirun: the same bytes as one, models from a file or trained by the first rank, interrupted and resumed, failures that end all.
set -u
command -v mpirun >/dev/null && [ -e "$(dirname "$CUPEL")/cupel-mpi.so" ] || { echo 'skip ranks of MPI: no mpirun, or a build without it (make MPI=1)'; exit 0; }
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip ranks of MPI: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; tail -n 4 "$T/err" | sed 's/^/    /'; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR=$T
ranks() { local n=$1; shift; timeout 120 mpirun --oversubscribe -n "$n" "$CUPEL" screen "$@" --threads 1 >"$T/out" 2>"$T/err" </dev/null; }
cat >"$T/d.yaml" <<Y
demand: an enumerated space
properties:
  - {property: gap, unit: eV, data: {file: $CUPEL_ROOT/datasets/examples/gaps-solar.csv, target: band gap}, model: {name: ridge}}
  - {property: wide, unit: eV, data: {file: $CUPEL_ROOT/datasets/examples/gaps-wide.csv, target: band gap}, model: {name: svr, settings: {C: 1, gamma: 0.01, epsilon: 0.1}}}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, Ge, Sb, S, Se, O, N, Cl, Li, Al], max_elements: 4, max_amount: 4, states: icsd24}}
require:
  - {property: gap, min: 1.1 eV, max: 2.6 eV}
  - {property: wide, min: 1.1 eV, max: 3.6 eV}
  - {price: {max: 60 USD/kg}}
keep: 60
Y
"$CUPEL" screen "$T/d.yaml" -q -o "$T/one.csv" 2>"$T/err" || no 'one process'
for n in 1 2 3 5; do ranks $n "$T/d.yaml" -o "$T/x.csv"; cmp -s "$T/one.csv" "$T/x.csv" && ok "$n ranks give the same bytes" || no "$n ranks give the same bytes"; done
ranks 2 "$T/d.yaml" -o "$T/x.h5"; "$CUPEL" screen "$T/d.yaml" -q -o "$T/y.h5"; cmp -s "$T/y.h5" "$T/x.h5" && ok 'the artifact too' || no 'the artifact too'
[ "$(grep -c 'training ridge' "$T/err")" = 1 ] && ok 'one rank trains and speaks' || no 'one rank trains and speaks'
ranks 2 "$T/d.yaml" --models "$T/models" -o "$T/x.csv"; cmp -s "$T/one.csv" "$T/x.csv" && [ "$(ls "$T/models" | wc -l)" = 2 ] && ok 'models are kept' || no 'models are kept'
[ -z "$(find "$T" -name '*checkpoint*' -o -name 'cupel-ranks*')" ] && ok 'nothing is left' || no 'nothing is left'

# a signal to mpirun reaches every rank, in a space that takes seconds
amount=8; [ -n "${CUPEL_SANITIZED:-}" ] && amount=5 # a sanitizer is slow by itself
sed "s/max_amount: 4/max_amount: $amount/" "$T/d.yaml" >"$T/long.yaml"; "$CUPEL" screen "$T/long.yaml" --models "$T/models" -q -o "$T/whole.csv" 2>"$T/err" || no 'one process for long'
stopped=1
for ((k = 0; k < 8; k++)); do
  rm -f "$T"/z.csv*
  mpirun --oversubscribe -n 2 "$CUPEL" screen "$T/long.yaml" --models "$T/models" -o "$T/z.csv" --threads 1 >"$T/out" 2>"$T/err" </dev/null & pid=$!
  for ((i = 0; i < 10 + 5 * k; i++)); do ls "$T"/z.csv.checkpoint.* >/dev/null 2>&1 && break; sleep 0.05; done
  kill -USR1 $pid 2>/dev/null; wait $pid; rc=$?
  [ $rc = 6 ] && stopped=0 && break
done
[ $stopped = 0 ] && [ "$(ls "$T"/z.csv.checkpoint.* 2>/dev/null | wc -l)" = 2 ] && ok 'a signal leaves a checkpoint of each rank' || { echo "    exit $rc"; no 'a signal leaves a checkpoint of each rank'; }
ranks 2 "$T/long.yaml" --models "$T/models" -o "$T/z.csv" --resume; grep -q 'resuming at candidate' "$T/err" && cmp -s "$T/whole.csv" "$T/z.csv" && ok 'and they go on from there' || no 'and they go on from there'

sed 's/gaps-wide.csv/none.csv/' "$T/d.yaml" >"$T/bad.yaml"
ranks 3 "$T/bad.yaml" -o "$T/x.csv"; rc=$?; [ $rc = 3 ] && ok 'a failure has its exit code' || { echo "    exit $rc"; no 'a failure has its exit code'; }
sed 's/min: 1.1 eV, max: 2.6 eV/min: 500 eV, max: 600 eV/' "$T/d.yaml" >"$T/none.yaml"
ranks 2 "$T/none.yaml" -o "$T/x.csv"; rc=$?; [ $rc = 5 ] && ok 'what cannot be met has its own' || { echo "    exit $rc"; no 'what cannot be met has its own'; }
timeout 60 mpirun --oversubscribe -n 2 "$CUPEL" run "$T/d.yaml" -o "$T/run" >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 1 ] && grep -q 'cupel screen' "$T/err" && ok 'run is not for ranks' || { echo "    exit $rc"; no 'run is not for ranks'; }
exit $bad
