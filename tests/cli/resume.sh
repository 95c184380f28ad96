#!/usr/bin/env bash
# A design that is killed goes on to the same bytes; progress of something else is refused, damage is found, and a torn end is not minded.
# Moments are shares of the time that a whole design took here. CUPEL_KILLS (default 4) rounds.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0; rounds=${CUPEL_KILLS:-4}; budget=120
[ -n "${CUPEL_SANITIZED:-}" ] && { rounds=${CUPEL_KILLS:-2}; budget=80; } # ten times as slow
. "$CUPEL_ROOT/tests/cli/design.inc"
heat_spreader '0.1 %' >"$T/d.yaml"
now() { date +%s%3N; }
design() { "$CUPEL" design "$T/d.yaml" -o "$T/$1" --budget ${budget}solves --threads "${threads:-1}" "${@:2}" >"$T/out" 2>"$T/err"; }
begin=$(now); design A; whole=$(($(now) - begin)) # milliseconds
[ -s "$T/A/designs.csv" ] && [ -s "$T/A/progress.cupel" ] && [ "$(tensors "$T/A" | wc -l)" -ge 3 ] && ok 'progress is kept where a budget ended it' || no 'progress is kept where a budget ended it'
# kill -9 at a share of the run; the folder holds progress, or has not begun, or is done.
killed() { # killed FROM TO OPTIONS
  local seconds
  seconds=$(awk -v t="$whole" -v r=$RANDOM -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", t / 1000 * (a + (b - a) * r / 32767) }')
  "$CUPEL" design "$T/d.yaml" -o "$T/B" --budget ${budget}solves --threads 1 "${@:3}" >/dev/null 2>"$T/err" & pid=$!
  sleep "$seconds"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
}
same() { cmp -s <(cut -d, -f1-6,8- "$T/A/designs.csv") <(cut -d, -f1-6,8- "$T/B/designs.csv") && cmp -s "$T/A/design-1.json" "$T/B/design-1.json" && cmp -s "$T/A/design-1.npy" "$T/B/design-1.npy" && cmp -s <(tensors "$T/A") <(tensors "$T/B"); }
kept() { for ((k = 0; k < 12; k++)); do rm -rf "$T/B"; killed 0.3 0.8; [ -e "$T/B/progress.cupel" ] && [ ! -e "$T/B/run.json" ] && return 0; done; return 1; }
for ((i = 0; i < rounds; i++)); do
  rm -rf "$T/B"; killed "$(awk -v i="$i" -v n="$rounds" 'BEGIN { print i / n }')" "$(awk -v i="$i" -v n="$rounds" 'BEGIN { print (i + 1) / n }')"
  [ $((i % 2)) = 1 ] && killed 0 0.5 --resume # once more while it goes on
  design B --resume; same && ok "kill -9, round $i" || no "kill -9, round $i"
done
kept || no 'a design is killed on its way'
cp "$T/B/progress.cupel" "$T/kept"; size=$(wc -c <"$T/kept")
threads=2 design B --resume; grep -q 'resuming with [1-9][0-9]* results' "$T/err" && same && ok 'it says where it goes on, with another number of threads' || no 'it says where it goes on'
put() { rm -rf "$T/B"; mkdir "$T/B"; cp "$T/kept" "$T/B/progress.cupel"; }
put; truncate -s $((size - 13)) "$T/B/progress.cupel"; design B --resume; same && ok 'a torn record is dropped' || no 'a torn record is dropped'
# What is said to be cut is what a file that ends before it lacks nothing of: with so many bytes less it is whole.
cut=$(sed -n "s/.*progress.cupel' is cut off: its last \([1-9][0-9]*\) bytes are no whole record, and what they held is computed again.*/\1/p" "$T/err"); went=$(sed -n 's/.*resuming with \([0-9]*\) results.*/\1/p' "$T/err")
put; truncate -s $((size - 13 - ${cut:-0})) "$T/B/progress.cupel"; design B --resume
[ -n "$cut" ] && ! grep -q 'cut off' "$T/err" && grep -q "resuming with $went results" "$T/err" && ok 'and how much of it there was is said' || no 'and how much of it there was is said'
put; truncate -s 20 "$T/B/progress.cupel"; design B --resume; same && grep -q 'is cut off: its last 20 bytes' "$T/err" && ok 'a torn beginning begins anew' || no 'a torn beginning begins anew'
put; design B; grep -q 'starting from the beginning; .*progress.cupel. is there, and --resume would go on from it' "$T/err" && same && ok 'without --resume it begins anew, and says so' || no 'without --resume it begins anew, and says so'
rm -rf "$T/B"; design B --resume; grep -q 'starting from the beginning' "$T/err" && same && ok 'without progress it begins anew' || no 'without progress it begins anew'
refused() { # refused NAME WORDS [OPTIONS]
  design B --resume "${@:3}"; rc=$?
  [ $rc = 4 ] && grep -q -- "$2" "$T/err" && cmp -s "$T/kept" "$T/B/progress.cupel" && ok "$1" || { echo "    exit $rc"; no "$1"; }
}
put; refused 'progress of another grid is refused' 'another grid: 32 there, 24 here' --grid 24
put; refused 'progress of another seed is refused' 'another seed: 1 there, 5 here' --seed 5
put; refused 'progress of another instruction set is refused' 'another isa' --isa plain
cp "$T/d.yaml" "$T/kept.yaml"; sed -i 's/2\.4/2.5/' "$T/d.yaml"; put; refused 'progress of another demand is refused' 'another demand: sha256'; cp "$T/kept.yaml" "$T/d.yaml"
{ head -c 700 "$T/kept"; printf X; tail -c +702 "$T/kept"; } >"$T/damaged"; cp "$T/damaged" "$T/kept"
put; refused 'damaged progress is refused' 'progress.cupel. is damaged; start without --resume'
echo 'my notes' >"$T/kept"; put; refused 'a file that is no progress is refused' 'does not hold the progress of a run'

# A signal and a time that is over keep the best so far. A background job of a script ignores SIGINT unless it is told not to.
rm -f "$T/kept"
stopped() { # stopped FROM TO: until it was on its way
  for ((k = 0; k < 12; k++)); do
    rm -rf "$T/B"
    env --default-signal=INT "$CUPEL" design "$T/d.yaml" -o "$T/B" --budget ${budget}solves --threads 1 >"$T/out" 2>"$T/err" & pid=$!
    sleep "$(awk -v t="$whole" -v r=$RANDOM -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", t / 1000 * (a + (b - a) * r / 32767) }')"
    kill -INT $pid 2>/dev/null; wait $pid; rc=$?
    [ -s "$T/B/designs.csv" ] && [ -e "$T/B/progress.cupel" ] && grep -q "the best so far is in" "$T/err" && return 0 # else before a first trial, or while files were written
    [ -s "$T/B/designs.csv" ] && whole=$((whole * 8 / 10)) # it was over: the machine is faster now than when the whole was timed
  done
  return 1
}
for from in 0.1 0.4 0.6; do
  stopped $from "$(awk -v a=$from 'BEGIN { print a + 0.2 }')" && [ $rc = 6 ] && grep -q 'the best so far is in .*designs.csv., and the same command with --resume goes on' "$T/err" && [ -s "$T/B/design-1.json" ] && [ -s "$T/B/report.html" ] && ok "stopped, $from: the best is kept" || { echo "    exit $rc"; no "stopped, $from: the best is kept"; }
  design B --resume; same && ok 'and it goes on to the same bytes' || no 'and it goes on to the same bytes'
done

# What is computed once the search has ended is kept too: layers that are exact, a disk that is full while the folder is written.
heat_spreader '0.5 %' | sed 's/target: .*, within/target: [[1.8181818, 0, 0], [0, 5.5, 0], [0, 0, 5.5]], within/' >"$T/l.yaml"
"$CUPEL" design "$T/l.yaml" -o "$T/L" --threads 1 >"$T/out" 2>"$T/err"
(ulimit -f 40; exec "$CUPEL" design "$T/l.yaml" -o "$T/M" --threads 1) >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 7 ] && [ -s "$T/M/progress.cupel" ] && [ ! -e "$T/M/run.json" ] || { echo "    exit $rc"; no 'a full disk leaves progress'; }
"$CUPEL" design "$T/l.yaml" -o "$T/M" --threads 1 --resume >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && grep -q 'resuming with [2-9] results' "$T/err" && grep -q 'verification [0-9]*, sensitivity [1-9]' "$T/out" &&
  cmp -s <(cut -d, -f1-6,8- "$T/L/designs.csv") <(cut -d, -f1-6,8- "$T/M/designs.csv") && ok 'what was computed after the search is kept' || { echo "    exit $rc"; no 'what was computed after the search is kept'; }
# 1 ms: one trial, no verification.
rm -rf "$T/B"; "$CUPEL" design "$T/d.yaml" -o "$T/B" --budget 0.001s --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 5 ] && grep -q 'was not verified: the best trial, on a grid of [0-9]*, after [1-9]' "$T/out" && grep -q 'not met within the budget' "$T/err" && ok 'a time that is over before a verification leaves the best trial' || { echo "    exit $rc"; no 'a time that is over leaves the best trial'; }
row=$(sed -n 2p "$T/B/designs.csv")
[[ "$row" =~ ^1,no,[0-9.]+,,[0-9.]+,[1-9] ]] && [[ "$row" == *,no,*,,not\ verified ]] && [ "$(wc -l <"$T/B/designs.csv")" = 2 ] && ok 'without bars and verdicts' || { echo "    $row"; no 'without bars and verdicts'; }
tr -d '\n ' <"$T/B/run.json" | grep -q '"designs":\[{"verified":false,"search_grid":[0-9]*,"on_search_grid":{"conductivity":\[\[[0-9]' && grep -q 'Not verified' "$T/B/report.html" && ok 'run.json and the report say so' || no 'run.json and the report say so'
! grep -qi 'nan' "$T/B/designs.csv" "$T/B/run.json" "$T/out" && ok 'nothing is NaN' || no 'nothing is NaN'
"$CUPEL" generate "$T/B/design-1.json" --grid 32 -o "$T/again.npy" 2>"$T/err" && cmp -s "$T/again.npy" "$T/B/design-1.npy" && ok 'its recipe and voxels are there' || no 'its recipe and voxels are there'
exit $bad
