#!/usr/bin/env bash
# Classes of uneven size: the rarer one is said from a lower probability, by every verb that says a class.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
# One row in about eight is of class 1, more of them the larger x.
awk 'BEGIN { srand(5); print "formula,x,y,even"; for (i = 0; i < 400; i++) { x = 4 * rand() - 2; u = rand()
  printf "Fe%.4fNi%.4f,%.4f,%d,%d\n", 0.3 + i / 1000, 0.7 - i / 1000, x, u < 1 / (1 + exp(2.6 - 1.4 * x)), u < 1 / (1 + exp(-1.4 * x)) } }' >"$T/in.csv"
grep -v '^Fe0.3[0-3]' "$T/in.csv" >"$T/known.csv"
settings=(--features none --columns x --model auto --budget effort=1 --seed 1)
run train "$T/known.csv" --target y "${settings[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err 'uneven classes: 1 is said from a probability of 0.1'; }; check 'train says it' $?
run inspect "$T/m.h5"; at=$(sed -n 's/.*class_threshold[^0-9]*\(0\.[0-9]*\).*/\1/p' "$T/out" | head -n 1); { [ $rc = 0 ] && [ -n "$at" ]; }; check "the model file holds it: $at" $?
run predict "$T/m.h5" "$T/in.csv" -o "$T/p.csv"; { [ $rc = 0 ] && sed 1q "$T/p.csv" | grep -q ',y probability,.*,y class,'; }; check 'predict has a class' $?
classes() { awk -F, -v at="$1" 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "y probability") p = i; if ($i == "y class") c = i } next }
  { said[$c]++; bad += $c != ($p >= at); low += $c && $p < 0.5 } END { exit !(!bad && low > 5 && said[0] > 100 && said[1] > 50) }' "$2"; }
classes "$at" "$T/p.csv"; check 'by that probability, not by one half' $?
"$C" predict "$T/m.h5" - -o - --format jsonl <"$T/in.csv" 2>"$T/err" | grep -o '"y class": [01]' | grep -o '[01]$' >"$T/lines"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "y class") c = i; next } { print $c }' "$T/p.csv" | cmp -s - "$T/lines"; check 'line by line the same' $?
run evaluate "$T/in.csv" --target y --split random --n-folds 2 "${settings[@]}" --format json
tr -d '\n ' <"$T/out" | grep -q '"class_threshold":{"mean":0\.1'; check 'evaluate judges it' $?
run train "$T/known.csv" --target even "${settings[@]}" -o "$T/e.h5"; { [ $rc = 0 ] && ! err uneven; }; check 'even classes stay at one half' $?
run inspect "$T/e.h5"; grep -q 'class_threshold[^0-9]*0\.5' "$T/out"; check 'which the file says' $?
exit $bad
