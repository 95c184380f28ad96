#!/usr/bin/env bash
# A signal to the automatic model: `train` ends with the units that are done, which their number repeats to the byte, `evaluate` with the folds that are
# done (exit code 6); before there is anything to keep nothing is written (1). What a budget cannot make smaller is said.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip signals to the automatic model: a plain build only'; exit 0; }
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
cd "$T" || exit 1
awk 'NR == 1 || NR % 3 == 0' "$R/datasets/examples/gaps-wide.csv" >in.csv
column=$(head -n 1 in.csv | tr ',' '\n' | grep -m 1 '\[eV\]'); formula=$(head -n 1 in.csv | tr ',' '\n' | grep -m 1 -E '^(formula|composition)$')

# stop SIGNAL PATTERN VERB...: the signal when PATTERN stands in what is said
stop() {
  local signal=$1 pattern=$2 i; shift 2; : >err
  env --default-signal=INT,TERM "$C" "$@" >out 2>err </dev/null & local pid=$!
  for ((i = 0; i < 3000; i++)); do grep -q "$pattern" err && break; kill -0 $pid 2>/dev/null || break; sleep 0.02; done
  kill -"$signal" $pid 2>/dev/null; wait $pid; rc=$?
}
learn=(in.csv --formula "$formula" --target "$column" --model auto --features magpie --threads 1 --seed 3)
stop TERM ' 3  ' train "${learn[@]}" -o a.h5
n=$(grep -o -- '--budget effort=[0-9]*' err | grep -o 'effort=.*')
[ $rc = 6 ] && [ -s a.h5 ] && [ -n "$n" ] && grep -q 'units done are put together' err; check "train keeps the units that are done ($n)" $?
"$C" train "${learn[@]}" --budget "$n" -o b.h5 2>err; cmp -s a.h5 b.h5; check 'and their number repeats them' $?
stop INT 'thread' train "${learn[@]}" -o c.h5; [ $rc = 1 ] && [ ! -e c.h5 ] && grep -q 'nothing was written' err; check 'before the first unit nothing is written' $?
stop TERM 'fold 1:' evaluate "${learn[@]}" --budget effort=1 --format json --predictions p.csv
[ $rc = 6 ] && [ ! -e p.csv ] && grep -q '"stopped_before_folds": 5' out && grep -q "'p.csv' is not written" err; check 'evaluate gives the folds that are done' $?
stop TERM 'thread' evaluate "${learn[@]}" --budget effort=1 --predictions p.csv; [ $rc = 1 ] && [ ! -e p.csv ] && [ ! -s out ]; check 'before the first fold nothing is given' $?
[ -z "$(find . -name '.*.tmp*')" ]; check 'no temporary file is left' $?

awk -F, -v OFS=, 'NR > 1 && $2 < 2.2 { $2 = 0 } 1' "$R/datasets/examples/gaps-wide.csv" >half.csv
"$C" train half.csv --formula "$formula" --target "$column" --model auto --features magpie --budget effort=1 --seed 3 -o d.h5 2>err
grep -q 'effort=1 is less than a model of this table needs: 3 units' err; check 'an effort that is too small' $?
"$C" train half.csv --formula "$formula" --target "$column" --model auto --features magpie --budget 0.01s --seed 3 -o d.h5 2>err
grep -q 'budget is spent by the least that a model needs, 3 units' err && grep -q 'of a budget of 0.01 s' err; check 'a time that is too short' $?
exit $bad
