#!/usr/bin/env bash
# Kills at random moments: a screen goes on from its checkpoint to the same bytes; SIGTERM and SIGUSR1 write one and end with exit code 6;
# a checkpoint of something else is refused. CUPEL_KILLS (default 3) rounds of each kind, CUPEL_KILL_AMOUNT sets how long a screen takes.
# Moments are shares of the time that a whole screen took here, and tried again where a fast or busy machine missed the screen.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0; rounds=${CUPEL_KILLS:-3}; amount=6
[ -n "${CUPEL_SANITIZED:-}" ] && { rounds=${CUPEL_KILLS:-2}; amount=4; } # ten times as slow
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
cp "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" "$T/gaps.csv"
# Ridge: trained at once, so that a signal finds the stream.
cat >"$T/d.yaml" <<Y
demand: something that takes a second or two
data: {file: gaps.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie}
space: {charge_neutral: {elements: [Li, Na, K, Mg, Ca, Sr, Zn, Al, Ga, In, Sn, Ge, Sb, Bi, S, Se, O, N, Cl], max_elements: 4, max_amount: ${CUPEL_KILL_AMOUNT:-$amount}, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {price: {max: 60 USD/kg}}
keep: 50
Y
now() { date +%s%3N; }
begin=$(now)
"$CUPEL" screen "$T/d.yaml" --threads 2 -o "$T/whole.csv" 2>"$T/err" || no 'a screen without a kill'
whole=$(($(now) - begin)) # milliseconds
[ -e "$T/whole.csv.checkpoint" ] && no 'the checkpoint is removed at the end' || ok 'the checkpoint is removed at the end'

start() { "$CUPEL" screen "$T/d.yaml" --threads 2 "$@" -o "$T/x.csv" 2>"$T/err" & pid=$!; }
moment() { sleep "$(awk -v t="$whole" -v r=$RANDOM -v from="$1" -v to="$2" 'BEGIN { printf "%.3f", t / 1000 * (from + (to - from) * r / 32767) }')"; }
resumes() { # resumes NAME: goes on to the end, and compares
  "$CUPEL" screen "$T/d.yaml" --threads 2 --resume -o "$T/x.csv" 2>"$T/err" || { no "$1: resume"; return; }
  cmp -s "$T/whole.csv" "$T/x.csv" && [ ! -e "$T/x.csv.checkpoint" ] && ok "$1" || no "$1"
}
stopped() { # stopped SIGNAL: stops a screen on its way, so that x.csv.checkpoint is there; exit code in rc
  for ((k = 0; k < 12; k++)); do
    rm -f "$T/x.csv"*
    start; moment 0.3 0.7; kill -"$1" $pid 2>/dev/null; wait $pid; rc=$?
    [ -e "$T/x.csv.checkpoint" ] && return 0
    [ $rc = 0 ] || [ $rc = 6 ] || return 1 # done already, or not begun
  done
  return 1
}

for ((i = 1; i <= rounds; i++)); do # no checkpoint is due yet, as a rule
  rm -f "$T/x.csv"*
  start; moment 0 1.1; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  # A kill between the rename and the removal of the checkpoint leaves both: the output is whole then.
  [ -e "$T/x.csv" ] && ! cmp -s "$T/whole.csv" "$T/x.csv" && no 'a damaged output'
  resumes "kill -9, round $i"
done
for ((i = 1; i <= rounds; i++)); do
  [ $((i % 2)) = 0 ] && signal=TERM || signal=USR1
  if stopped $signal; then
    [ $rc = 6 ] && grep -q -- '--resume' "$T/err" && ok "SIG$signal ends with exit code 6, round $i" || { echo "    exit $rc"; no "SIG$signal ends with exit code 6, round $i"; }
    cp "$T/x.csv.checkpoint" "$T/kept"
    start --resume; moment 0 0.5; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null # once more while it goes on
    resumes "SIG$signal, resumed, killed, resumed: the same bytes, round $i"
  else
    echo "    exit $rc"; no "SIG$signal writes a checkpoint, round $i"
  fi
done

cp "$T/kept" "$T/x.csv.checkpoint"; rm -f "$T/x.csv"
"$CUPEL" screen "$T/d.yaml" --resume -o "$T/x.csv" 2>"$T/err"
grep -q 'resuming at candidate' "$T/err" && cmp -s "$T/whole.csv" "$T/x.csv" && ok 'resuming says where' || no 'resuming says where'
"$CUPEL" screen "$T/d.yaml" --resume -o "$T/y.csv" 2>"$T/err"
grep -q 'from the beginning' "$T/err" && cmp -s "$T/whole.csv" "$T/y.csv" && ok 'without a checkpoint it says that it begins anew' || no 'without a checkpoint it says that it begins anew'

refused() { # refused NAME WORDS [OPTIONS]: the checkpoint z.csv.checkpoint for the demand e.yaml
  local name=$1 words=$2; shift 2
  "$CUPEL" screen "$T/e.yaml" "$@" --resume -o "$T/z.csv" 2>"$T/err"; rc=$?
  [ $rc = 4 ] && grep -q -- "$words" "$T/err" && ok "$name" || { echo "    exit $rc"; no "$name"; }
}
cp "$T/kept" "$T/z.csv.checkpoint"; sed 's/keep: 50/keep: 51/' "$T/d.yaml" >"$T/e.yaml"; refused 'a checkpoint of another demand is refused' 'another demand'
cp "$T/d.yaml" "$T/e.yaml"
cp "$T/gaps.csv" "$T/all.csv"; head -n 480 "$T/all.csv" >"$T/gaps.csv"; refused 'a checkpoint of other data is refused' 'another data'
cp "$T/all.csv" "$T/gaps.csv"; refused 'a checkpoint of another instruction set is refused' 'another isa' --isa plain
head -c 4000 "$T/kept" >"$T/z.csv.checkpoint"; refused 'a cut checkpoint is refused' 'z.csv.checkpoint'
{ head -c 2000 "$T/kept"; printf X; tail -c +2002 "$T/kept"; } >"$T/z.csv.checkpoint"; refused 'a damaged checkpoint is refused' 'damaged'
exit $bad
