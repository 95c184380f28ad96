#!/usr/bin/env bash
# Kills at random moments: a screen goes on from its checkpoint to the same bytes; SIGTERM and SIGUSR1 write one and end with exit code 6;
# a checkpoint of something else is refused. CUPEL_KILLS (default 3) rounds of each kind.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0; rounds=${CUPEL_KILLS:-3}; amount=4
[ -n "${CUPEL_SANITIZED:-}" ] && { rounds=${CUPEL_KILLS:-1}; amount=3; } # ten times as slow
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
cp "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" "$T/gaps.csv"
cat >"$T/d.yaml" <<Y
demand: something that takes a second or two
data: {file: gaps.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: svr, features: magpie, settings: {C: 10, gamma: 0.01, epsilon: 0.1}}
space: {charge_neutral: {elements: [Li, Na, K, Mg, Ca, Sr, Zn, Al, Ga, In, Sn, Ge, Sb, Bi, S, Se, O, N, Cl], max_elements: 4, max_amount: ${CUPEL_KILL_AMOUNT:-$amount}}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {price: {max: 60 USD/kg}}
keep: 50
Y
"$CUPEL" screen "$T/d.yaml" --threads 2 -o "$T/whole.csv" 2>"$T/err" || no 'a screen without a kill'
[ -e "$T/whole.csv.checkpoint" ] && no 'the checkpoint is removed at the end' || ok 'the checkpoint is removed at the end'

resumes() { # resumes NAME: goes on to the end, and compares
  "$CUPEL" screen "$T/d.yaml" --threads 2 --resume -o "$T/x.csv" 2>"$T/err" || { no "$1: resume"; return; }
  cmp -s "$T/whole.csv" "$T/x.csv" && [ ! -e "$T/x.csv.checkpoint" ] && ok "$1" || no "$1"
}
start() { "$CUPEL" screen "$T/d.yaml" --threads 2 "$@" -o "$T/x.csv" 2>"$T/err" & pid=$!; }
until_checkpoint() { for ((k = 0; k < 100; k++)); do [ -e "$T/x.csv.checkpoint" ] || ! kill -0 $pid 2>/dev/null && break; sleep 0.05; done; }
killed=0; resumed=0
for ((i = 1; i <= rounds; i++)); do
  rm -f "$T/x.csv"*
  start
  [ $((i % 2)) = 0 ] && until_checkpoint
  sleep "0.$((RANDOM % 10))"
  kill -9 $pid 2>/dev/null && killed=$((killed + 1)); wait $pid 2>/dev/null
  # A kill between the rename and the removal of the checkpoint leaves both: the output is whole then.
  [ -e "$T/x.csv" ] && ! cmp -s "$T/whole.csv" "$T/x.csv" && no 'a damaged output'
  if [ -e "$T/x.csv.checkpoint" ]; then # once more while it goes on
    resumed=$((resumed + 1)); start --resume; sleep "0.$((RANDOM % 10))"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  fi
  resumes "kill -9, round $i"
done
echo "# $killed of $rounds killed before the end, $resumed with a checkpoint"

stop=0
for ((i = 1; i <= rounds; i++)); do
  [ $((i % 2)) = 0 ] && signal=TERM || signal=USR1
  rm -f "$T/x.csv"*
  start
  for ((k = 0; k < 100; k++)); do # when the stream has begun
    grep -q training "$T/err" && break; sleep 0.05
  done
  [ -n "${CUPEL_SANITIZED:-}" ] && for ((k = 0; k < 20; k++)); do until_checkpoint; done # training takes long there
  sleep "0.$((RANDOM % 5 + 3))"
  kill -$signal $pid 2>/dev/null; wait $pid; rc=$?
  [ $rc = 0 ] && continue # it was done already
  stop=$((stop + 1))
  [ $rc = 6 ] && grep -q -- '--resume' "$T/err" && ok "SIG$signal ends with exit code 6, round $i" || { echo "    exit $rc"; no "SIG$signal ends with exit code 6, round $i"; }
  if [ -e "$T/x.csv.checkpoint" ]; then
    cp "$T/x.csv.checkpoint" "$T/kept"
    "$CUPEL" screen "$T/d.yaml" --resume -o "$T/x.csv" 2>"$T/err"
    grep -q 'resuming at candidate' "$T/err" && ok 'resuming says where' || no 'resuming says where'
    cmp -s "$T/whole.csv" "$T/x.csv" && ok "SIG$signal, then --resume: the same bytes" || no "SIG$signal, then --resume: the same bytes"
  else
    resumes "SIG$signal before the first candidate"
  fi
done
echo "# $stop of $rounds stopped by a signal before the end"

"$CUPEL" screen "$T/d.yaml" --resume -o "$T/y.csv" 2>"$T/err"
grep -q 'from the beginning' "$T/err" && cmp -s "$T/whole.csv" "$T/y.csv" && ok 'without a checkpoint it says that it begins anew' || no 'without a checkpoint it says that it begins anew'
if [ -e "$T/kept" ]; then
  refused() { # refused NAME WORDS
    "$CUPEL" screen "$T/e.yaml" --resume -o "$T/z.csv" 2>"$T/err"; rc=$?
    [ $rc = 4 ] && grep -q -- "$2" "$T/err" && ok "$1" || { echo "    exit $rc"; no "$1"; }
  }
  cp "$T/kept" "$T/z.csv.checkpoint"; sed 's/keep: 50/keep: 51/' "$T/d.yaml" >"$T/e.yaml"; refused 'a checkpoint of another demand is refused' 'another demand'
  cp "$T/gaps.csv" "$T/all.csv"; head -n 480 "$T/all.csv" >"$T/gaps.csv"
  cp "$T/kept" "$T/z.csv.checkpoint"; cp "$T/d.yaml" "$T/e.yaml"; refused 'a checkpoint of other data is refused' 'another data'
  cp "$T/all.csv" "$T/gaps.csv"
  head -c 4000 "$T/kept" >"$T/z.csv.checkpoint"; refused 'a cut checkpoint is refused' 'z.csv.checkpoint'
  { head -c 2000 "$T/kept"; printf X; tail -c +2002 "$T/kept"; } >"$T/z.csv.checkpoint"; refused 'a damaged checkpoint is refused' 'damaged'
  cp "$T/kept" "$T/z.csv.checkpoint"; "$CUPEL" screen "$T/d.yaml" --isa plain --resume -o "$T/z.csv" 2>"$T/err"
  [ $? = 4 ] && grep -q 'another isa' "$T/err" && ok 'a checkpoint of another instruction set is refused' || no 'a checkpoint of another instruction set is refused'
else
  no 'a checkpoint to try refusals on'
fi
exit $bad
