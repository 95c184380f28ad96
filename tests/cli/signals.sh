#!/usr/bin/env bash
# SIGTERM, SIGINT and SIGUSR1 at random moments of every verb that takes a while: done, or exit code 6 where --resume goes on, or folds are done, and 1 elsewhere; never
# a part of an output under its name, never a temporary file. What a SIGKILL leaves behind does not disturb the next run. CUPEL_KILLS (3) rounds.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0; rounds=${CUPEL_KILLS:-3}
[ -n "${CUPEL_SANITIZED:-}" ] && rounds=${CUPEL_KILLS:-1}
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
cd "$T" || exit 1
cp "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" gaps.csv
n=150; [ -n "${CUPEL_SANITIZED:-}" ] && n=10
{ head -n 1 gaps.csv; for ((i = 0; i < n; i++)); do tail -n +2 gaps.csv; done; } >long.csv
cat >d.yaml <<'Y'
demand: something that takes a second
data: {file: gaps.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie, settings: {lambda: 1}}
space: {charge_neutral: {elements: [Li, Na, K, Mg, Ca, Zn, Al, Ga, In, Sn, S, Se, O, N], max_elements: 4, max_amount: 4, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
keep: 20
Y
"$CUPEL" train gaps.csv --target 'band gap' --model svr --set C=10,gamma=0.01,epsilon=0.1 -o m.h5 2>err || no 'a model'

# stopped NAME CODES FINAL COMMAND...: CODES are the exit codes of one that was stopped
stopped() {
  local name=$1 code=$2 final=$3 rc begin took wrong=0 done=0 stops=0 k signal; shift 3
  rm -rf "$final"; begin=$(date +%s%N); "$@" >out 2>err </dev/null || { no "$name: without a signal"; return; }
  took=$((($(date +%s%N) - begin) / 1000000)); cp "$final" good
  for ((k = 0; k < 3 * rounds; k++)); do
    case $((k % 3)) in 0) signal=TERM ;; 1) signal=INT ;; 2) signal=USR1 ;; esac
    rm -f "$final" "$final.checkpoint"
    # a background job of a script ignores SIGINT
    env --default-signal=INT "$@" >out 2>err </dev/null & local pid=$!
    sleep "$(awk -v t=$took -v r=$RANDOM 'BEGIN { printf "%.3f", 0.03 + t / 1000 * 0.9 * r / 32768 }')"
    kill -$signal $pid 2>/dev/null; wait $pid 2>/dev/null; rc=$?
    if [ $rc = 0 ]; then done=$((done + 1)); [ "${changes:-}" ] || cmp -s "$final" good || { wrong=1; echo "    SIG$signal: exit 0 and another output"; }
    elif [[ " $code " == *" $rc "* ]] || { [ $rc -gt 128 ] && ! grep -q . err; }; then # a signal before the program had begun
      stops=$((stops + 1)); [ -e "$final" ] && [ ! "${changes:-}" ] && ! cmp -s "$final" good && { wrong=1; echo "    SIG$signal: exit $rc and a part of an output"; }
    else wrong=1; echo "    SIG$signal: exit $rc, expected 0 or $code: $(tail -n 1 err)"; fi
    [ -z "$(find "$T" -name '.*.tmp*')" ] || { wrong=1; echo "    SIG$signal: left $(find "$T" -name '.*.tmp*')"; find "$T" -name '.*.tmp*' -delete; }
  done
  rm -f "$final" "$final.checkpoint"
  [ $wrong = 0 ] && ok "$name: $stops stopped, $done done" || no "$name"
}
stopped 'describe to CSV' 1 x.csv "$CUPEL" describe long.csv --formula formula -o x.csv
stopped 'describe to HDF5' 1 x.h5 "$CUPEL" describe long.csv --formula formula -o x.h5
stopped 'predict' 1 x.csv "$CUPEL" predict m.h5 long.csv -o x.csv
stopped 'train' 1 x.h5 "$CUPEL" train gaps.csv --target 'band gap' --model krr -o x.h5
stopped 'evaluate' '1 6' x.csv "$CUPEL" evaluate gaps.csv --target 'band gap' --split random --model krr --set gamma=0.01,lambda=0.1 --predictions x.csv
stopped 'space list' 1 x.csv "$CUPEL" space list d.yaml --count 300000 -o x.csv
stopped 'screen' 6 x.csv "$CUPEL" screen d.yaml -o x.csv
changes=1 stopped 'run' 6 R/report.html "$CUPEL" run d.yaml -o R

for ((i = 0; i < rounds; i++)); do
  "$CUPEL" describe long.csv --formula formula -o x.csv >out 2>err & pid=$!
  sleep "0.0$((RANDOM % 9 + 1))"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  [ -e x.csv ] && ! cmp -s x.csv good.csv && [ -e good.csv ] && no 'kill -9: a part of an output'
  "$CUPEL" describe long.csv --formula formula -o good.csv 2>err || no 'kill -9: the next run'
  rm -f x.csv
done
[ -s good.csv ] && [ "$(wc -l <good.csv)" = "$(wc -l <long.csv)" ] && ok 'what a kill -9 leaves does not disturb the next run' || no 'what a kill -9 leaves does not disturb the next run'
exit $bad
