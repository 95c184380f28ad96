#!/usr/bin/env bash
# Rows and candidates of the loop that are set apart carry ids of their reasons: in JSON, and counted in the record of the run, also where one ends it.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" --record "$T/r.json" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
rec() { tr -d '\n ' <"$T/r.json" | grep -qF "\"reasons\":{$1}"; }
out() { tr -d '\n' <"$T/out" | grep -q -- "$1"; }
cd "$T" || exit 1
printf 'a,hardness [HV]\n1,100\n2,200\n3,300\n4,\n' >known.csv

# tell
run tell l.h5 known.csv --target 'hardness [HV]' --maximize; { [ $rc = 0 ] && rec ''; }; check 'nothing is set apart' $?
printf '%s\n' '{"a": 1, "hardness [HV]": 100}' '{"a": 2, "hardness [HV]": 250}' 'garbage' '{"a": 22, "hardness [HV]": "high"}' '{"hardness [HV]": 312}' '{"hardness [HV]": 313}' >rows.jsonl
run tell l.h5 rows.jsonl --bad-rows skip --format json
{ [ $rc = 0 ] && out '"bad_rows": \[{"reason": "unreadable_row", "text": "[^"]*rows.jsonl:3' && out '{"reason": "bad_number", "text": "[^"]*rows.jsonl:4' &&
  out '{"reason": "missing_value", "text": "[^"]*rows.jsonl:5' && out '"reasons": {"unreadable_row": 1, "missing_value": 2, "bad_number": 1, "repeated": 1, "conflict": 1}'; }; check 'tell: each row its reason' $?
rec '"unreadable_row":1,"missing_value":2,"bad_number":1,"repeated":1,"conflict":1'; check 'and on record' $?
ends() { # ends NAME REASONS TABLE ARGUMENTS...: it ends the run
  printf "$3" >end.csv; cp l.h5 before; run tell l.h5 end.csv "${@:4}"; { [ $rc = 3 ] && cmp -s l.h5 before && rec "$2"; }; check "tell: $1 ends it" $?
}
ends 'a word' '"bad_number":1' 'a,hardness [HV]\n9,high\n'
ends 'an empty input' '"missing_value":1' 'a,hardness [HV]\n,9\n'
ends 'a unit of another kind' '"bad_unit":2' 'a,hardness [K]\n8,9\n9,9\n'
ends 'neither yes nor no' '"bad_word":1' 'a,hardness [HV],failed\n9,9,maybe\n'
ends 'a conflict that is not wanted' '"conflict":1' 'a,hardness [HV]\n3,9\n' --conflict fail
ends 'nothing to withdraw' '"unknown_experiment":1' 'a\n77\n' --withdraw

# suggest
printf 'id,a\np,1\nq,2\nr,4\ns,4.1\nt,2.5\nu,9\n' >pool.csv; printf 'a\n2.5\n' >way.csv
run suggest --pool pool.csv --tell known.csv --target hardness --maximize --pending way.csv --format json
{ [ $rc = 0 ] && out '"candidates_left": 2, *"candidates_measured": 2, *"candidates_failed": 1, *"candidates_under_way": 1, *"candidates_likely_to_fail": [0-9]'; }; check 'suggest: why candidates are left out' $?
n=$(tr -d '\n ' <out | sed 's/.*"candidates_likely_to_fail":\([0-9]*\).*/\1/'); rec "\"measured\":2,\"failed\":1,\"under_way\":1$([ "$n" = 0 ] || echo ",\"likely_to_fail\":$n")"; check 'and on record' $?
printf 'a,y\n1,1\n2,1.5\n3,2\n4,1.2\n5,\n5.2,\n5.4,\n5.6,\n5.8,\n' >fails.csv; printf 'id,a\np,1.5\nq,5.1\nr,5.3\ns,5.5\n' >near.csv
run suggest --pool near.csv --tell fails.csv --target y --maximize --format json; { [ $rc = 0 ] && out '"candidates_likely_to_fail": 3' && rec '"likely_to_fail":3' && out '"id": "p"'; }; check 'suggest: what failures teach' $?
run suggest --pool pool.csv --tell known.csv --target hardness --maximize --again; { [ $rc = 0 ] && ! grep -q '"measured"' r.json && ! grep -q '"failed"' r.json; }; check 'suggest: again' $?
cp out told.json; "$C" suggest --pool pool.csv --tell known.csv --target hardness --maximize --batch 2 --format jsonl 2>err | sed 's/^{/{"hardness [HV]": 5, /' >told.jsonl
run tell l.h5 told.jsonl --format json; { [ $rc = 0 ] && out '"added": 2' && ! grep -q 'candidates_' err; }; check 'suggestions can be told: the counts are no columns of theirs' $?
printf 'demand: s\nspace:\n  columns: {A: [0, 0.5, 1], B: [0, 0.5, 1]}\n  couple: ["A + B = 1"]\ndata: {file: ab.csv}\nrequire: [{property: y, goal: maximise}]\n' >s.yaml; printf 'A,B,y\n0,1,3\n' >ab.csv
run suggest --space s.yaml; { [ $rc = 0 ] && rec '"measured":1,"outside_conditions":6' || rec '"outside_conditions":6,"measured":1'; }; check 'suggest: conditions of a space' $?
printf 'id,a\np,1\nq,\n' >hole.csv; run suggest --pool hole.csv --tell known.csv --target hardness --maximize; { [ $rc = 3 ] && rec '"missing_value":1'; }; check 'suggest: an empty input ends it' $?
printf 'id,a [K]\np,1\n' >unit.csv; run suggest --pool unit.csv --tell known.csv --target hardness --maximize; { [ $rc = 3 ] && rec '"bad_unit":4'; }; check 'suggest: a unit on one side only ends it' $?
exit $bad
