#!/usr/bin/env bash
# predict --missing drop: the first rows are named, the others counted, all of them listed on demand.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
awk 'BEGIN { print "a,b,y"; srand(2); for (i = 0; i < 60; i++) { a = rand(); b = rand(); print a "," b "," a + 2 * b } }' >"$T/t.csv"
run train "$T/t.csv" --features none --columns a,b --target y --model ridge --set lambda=1e-6 -o "$T/m.h5"; check train $rc
awk 'BEGIN { print "a,b,note"; for (i = 0; i < 400; i++) print (i % 5 ? i / 400 : ""), 0.5, "\"row " i ", cut\"" }' | tr ' ' , | sed 's/"row,\([0-9]*\),,cut"/"row \1, cut"/' >"$T/holes.csv"
run predict "$T/m.h5" "$T/holes.csv" --missing drop --dropped "$T/d.csv" -o "$T/p.csv" --record "$T/r.json"
{ [ $rc = 0 ] && [ "$(wc -l <"$T/p.csv")" = 321 ]; }; check 'rows with a value are written' $?
{ [ "$(grep -c 'holes.csv:[0-9]*: missing_number' "$T/err")" = 5 ] && err '80 rows dropped' && err 'and 75 more' && err "are in '.*d.csv'"; }; check 'five are named, the others counted' $?
{ [ "$(wc -l <"$T/d.csv")" = 81 ] && head -n 1 "$T/d.csv" | grep -qx 'line,formula,reason,words' && grep -q '^2,.*,missing_number,.*holes.csv:2: missing_number.*no value of' "$T/d.csv"; }; check 'all are listed with their reason' $?
grep -q 'd.csv' "$T/r.json"; check 'the list is among the outputs of the record' $?
run predict "$T/m.h5" "$T/holes.csv" --missing drop --dropped "$T/e.csv" -o "$T/q.csv" --threads 1; { cmp -s "$T/d.csv" "$T/e.csv" && cmp -s "$T/p.csv" "$T/q.csv"; }; check 'the same for any threads' $?
run predict "$T/m.h5" "$T/holes.csv" --missing drop -o "$T/p.csv"; { [ $rc = 0 ] && err '--dropped FILE lists'; }; check 'how to get them all is said' $?
run predict "$T/m.h5" "$T/holes.csv" --dropped "$T/x.csv" -o "$T/p.csv"; { [ $rc = 2 ] && [ ! -e "$T/x.csv" ]; }; check 'nothing is dropped, nothing to list' $?
run predict "$T/m.h5" "$T/t.csv" --missing drop --dropped "$T/x.csv" -o "$T/p.csv"; { [ $rc = 0 ] && [ "$(wc -l <"$T/x.csv")" = 1 ]; }; check 'an empty list' $?
run predict "$T/m.h5" "$T/holes.csv" --missing drop --dropped "$T/no/x.csv" -o "$T/p2.csv"; { [ $rc != 0 ] && [ ! -e "$T/p2.csv" ]; }; check 'a list that cannot be written' $?
exit $bad
