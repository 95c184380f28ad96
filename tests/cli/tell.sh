#!/usr/bin/env bash
# The loop as robots drive it: tell, suggest, tell again; units, conflicts, two writers at once, kills.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
out() { grep -q -- "$1" "$T/out"; }
L=$T/loop.h5
awk 'BEGIN { print "id,a,b"; for (a = 0; a <= 10; a++) for (b = 0; b <= 10; b++) print "p" a "_" b "," a "," b }' >"$T/pool.csv"
printf 'a,b,strength [MPa]\n0,0,10\n10,0,20\n0,10,15\n10,10,30\n5,5,42\n' >"$T/known.csv"

run tell "$L" "$T/known.csv"; { [ $rc = 2 ] && err -- --target && [ ! -e "$L" ]; }; check 'a new loop needs a goal' $?
run tell "$L" "$T/known.csv" --target strength --maximize; { [ $rc = 0 ] && out '5 measured' && out 'best 42'; }; check 'a loop begins' $?
run tell "$L" "$T/known.csv" --format json; { [ $rc = 0 ] && out '"repeated": 5' && out '"measured": 5'; }; check 'telling twice does no harm' $?
run suggest --loop "$L" --pool "$T/pool.csv" --batch 2; { [ $rc = 0 ] && [ "$(wc -l <"$T/out")" = 3 ] && out '^p'; }; check 'suggest --loop' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target strength --maximize --batch 2; cp "$T/out" "$T/one"; run suggest --loop "$L" --pool "$T/pool.csv" --batch 2
cmp -s "$T/out" "$T/one"; check 'the same as from the table' $?
printf 'b,strength [GPa],a\n6,0.05,6\n' >"$T/gpa.csv"; run tell "$L" "$T/gpa.csv"; { [ $rc = 0 ] && out 'best 50' && err 'converted to MPa'; }; check 'units are converted, columns found by name' $?
printf 'a,b,strength [K]\n1,1,3\n' >"$T/k.csv"; run tell "$L" "$T/k.csv"; { [ $rc = 3 ] && err 'another kind'; }; check 'another kind of quantity' $?
printf 'a,b,strength\n1,1,3\n' >"$T/k.csv"; run tell "$L" "$T/k.csv"; { [ $rc = 3 ] && err 'no unit'; }; check 'no unit' $?
printf 'a,b,strength [MPa]\n5,5,40\n' >"$T/again.csv"
cp "$L" "$T/before"; run tell "$L" "$T/again.csv" --conflict fail; { [ $rc = 3 ] && err 'was 42' && cmp -s "$L" "$T/before"; }; check 'a conflict is said, and refused on request' $?
run tell "$L" "$T/again.csv"; { [ $rc = 0 ] && err 'both are kept' && out '7 measured'; }; check 'or both are kept' $?
printf 'a,b,strength [MPa]\n6,6,51\n' >"$T/new.csv"; run tell "$L" "$T/new.csv" --conflict replace; { [ $rc = 0 ] && err replaces && out '7 measured' && out 'best 51'; }; check 'or replaced' $?
printf 'a,b,strength [MPa]\n1,9,\n2,9,17\n2,9,18\n' >"$T/f.csv"; run tell "$L" "$T/f.csv"; { [ $rc = 0 ] && out '9 measured, 1 failed' && out '0 in conflict'; }; check 'a failure, and repeats within a table' $?
printf 'a,b,strength [MPa]\n1,9,high\n' >"$T/f.csv"; cp "$L" "$T/before"; run tell "$L" "$T/f.csv"; { [ $rc = 3 ] && err 'f.csv:2' && cmp -s "$L" "$T/before"; }; check 'a bad row has a place, and nothing is told' $?
printf '{"a": 3, "b": 3, "strength [MPa]": 33}\n' | "$C" tell "$L" - --table-format jsonl >"$T/out" 2>"$T/err"; { [ $? = 0 ] && out '10 measured'; }; check 'JSON lines from a pipe' $?

# Under way.
run suggest --loop "$L" --pool "$T/pool.csv" --take --batch 2 --format json; cp "$T/out" "$T/first"; run suggest --loop "$L" --pool "$T/pool.csv" --take --batch 2 --format json
{ [ $rc = 0 ] && err '2 under way' && [ -z "$(grep -h '"id"' "$T/out" "$T/first" | sort | uniq -d)" ]; }; check '--take: who asks next gets others' $?
a=$(awk -F'[: ,]+' '$2 == "\"a\"" { print $3; exit }' "$T/first"); b=$(awk -F'[: ,]+' '$2 == "\"b\"" { print $3; exit }' "$T/first")
printf 'a,b,strength [MPa]\n%s,%s,60\n' "$a" "$b" >"$T/came.csv"; run tell "$L" "$T/came.csv" --format json; { [ $rc = 0 ] && out '"resolved": 1' && out '"under_way": 3'; }; check 'a result ends the wait' $?
run suggest --loop "$L" --pool "$T/pool.csv" --target strength --maximize; [ $rc = 2 ]; check 'a loop and a goal' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target strength --maximize --take; [ $rc = 2 ]; check '--take without a loop' $?

# Repeats and withdrawal.
W=$T/w.h5; run tell "$W" "$T/known.csv" --target strength --maximize; printf 'a,b,strength [MPa]\n5,5,40\n5,5,41\n' >"$T/repeats.csv"
run tell "$W" "$T/repeats.csv"; { [ $rc = 0 ] && out '7 measured'; }; check 'repeats are kept' $?
printf 'a,y\n1,5\n1,5\n2,6\n2,\n2,\n' >"$T/rep.csv"; Q=$T/q.h5
run tell "$Q" "$T/rep.csv" --target y --maximize; { [ $rc = 0 ] && out '5 new' && out '3 measured, 2 failed'; }; check 'so are equal ones of one table' $?
run tell "$Q" "$T/rep.csv"; { [ $rc = 0 ] && out '0 new' && out '5 known already' && out '3 measured, 2 failed'; }; check 'and told again they are known' $?
printf 'a,y\n1,7\n1,5\n1,5\n1,5\n' >"$T/rep3.csv"; run tell "$Q" "$T/rep3.csv"; { [ $rc = 0 ] && out '2 new' && out '2 known already, 0 in conflict' && out '5 measured'; }; check 'copy for copy' $?
run tell "$Q" "$T/rep3.csv" --conflict fail; { [ $rc = 0 ] && out '0 new' && out '4 known already'; }; check 'in any order' $?
printf 'a,y\n3,\n' >"$T/p.csv"; printf 'a\n3\n' >"$T/mp.csv"; run suggest --loop "$Q" --pool "$T/mp.csv" --take; printf 'a,y\n3,4\n3,4\n' >"$T/rep4.csv"
run tell "$Q" "$T/rep4.csv"; { [ $rc = 0 ] && out '1 new, 1 of those under way'; }; run tell "$Q" "$T/rep4.csv"; { [ $rc = 0 ] && out '0 new' && out '2 known'; }; check 'one of two repeats ends the wait' $?
printf 'a,y,Faild\n3,9,no\n' >"$T/f.csv"; run tell "$Q" "$T/f.csv"; { [ $rc = 0 ] && err "'Faild' (did you mean 'failed'?) is not of the loop"; }; check 'a column that is left out is named' $?
run tell "$T/new.h5" "$T/f.csv" --target y --maximize; { [ $rc = 0 ] && err "'Faild' becomes an input" && err "2 inputs: 'a' (numbers), 'Faild' (words); goal 'y' as large as possible"; }; check 'a new loop says its inputs' $?
printf 'a,b,strength [MPa]\n5,5,42\n' >"$T/back.csv"; run tell "$W" "$T/back.csv" --withdraw; { [ $rc = 0 ] && out '1 withdrawn' && out '6 measured' && out 'best 41'; }; check 'one of several results is withdrawn' $?
printf 'a,b,strength [MPa]\n5,5,\n' >"$T/back.csv"; run tell "$W" "$T/back.csv" --withdraw; { [ $rc = 0 ] && out '2 withdrawn' && out '4 measured' && out 'best 30'; }; check 'or all of them' $?
cp "$W" "$T/before"; run tell "$W" "$T/back.csv" --withdraw; { [ $rc = 3 ] && err 'back.csv:2' && err 'nothing was withdrawn' && cmp -s "$W" "$T/before"; }; check 'what is not there cannot be' $?
run suggest --loop "$W" --pool "$T/pool.csv" --batch 1; { [ $rc = 0 ] && err '4 results'; }; check 'suggest does not see it' $?
printf 'a,b,strength [MPa]\n5,5,43\n' >"$T/new.csv"; run tell "$W" "$T/new.csv" --conflict fail; { [ $rc = 0 ] && out '5 measured' && out 'best 43'; }; check 'and it can be told anew' $?
run suggest --loop "$W" --pool "$T/pool.csv" --take; tail -n 1 "$T/out" | awk -F, '{ print "a,b,strength [MPa]"; print $2 "," $3 "," }' >"$T/back.csv"
run tell "$W" "$T/back.csv" --withdraw --format json; { [ $rc = 0 ] && out '"withdrawn": 1' && out '"under_way": 0'; }; check 'an experiment that will not run' $?

printf 'a,b\n10,10\n' >"$T/back.csv"; cp "$W" "$T/w2.h5"; run tell "$T/w2.h5" "$T/back.csv" --withdraw; { [ $rc = 0 ] && out '1 withdrawn'; }; check 'a table of inputs alone withdraws' $?
printf 'a,b,strenght [MPa]\n0,0,10\n' >"$T/back.csv"; run tell "$W" "$T/back.csv" --withdraw; { [ $rc = 3 ] && err 'strength \[MPa\]'; }; check 'a goal that is misspelt does not' $?

# Slips: refused with their place, and nothing is told.
cp "$W" "$T/before"
slip() { printf "$1" >"$T/slip.csv"; run tell "$W" "$T/slip.csv"; [ $rc = 3 ] && err 'slip.csv:3' && err "$2" && cmp -s "$W" "$T/before"; check "$3" $?; }
slip 'a,b,strength [MPa]\n1,1,3\nroom,2,4\n' "'a' is 'room'" 'a word in a column of numbers'
slip 'a,b,strength [MPa]\n1,1,3\n"0,35",2,4\n' 'decimal point: 0.35' 'a decimal comma'
slip 'a,b,strength [MPa]\n1,1,3\n1e101,2,4\n' 'beyond 1e+100' 'a number beyond 1e100'
slip 'a,b,strength [MPa]\n1,1,3\n1,2,1e300\n' 'beyond 1e+100' 'a goal beyond 1e100'
slip 'a,b,strength [MPa],failed\n1,1,3,no\n1,2,4,maybe\n' "'maybe'" 'neither yes nor no'
printf 'a,b,strength [MPa],strength [GPa]\n1,1,3,4\n' >"$T/slip.csv"; run tell "$W" "$T/slip.csv"; { [ $rc = 3 ] && err 'one quantity in two units' && cmp -s "$W" "$T/before"; }; check 'one quantity in two units' $?
printf 'T [degC],y\n20,1\n-274,2\n' >"$T/cold.csv"; run tell "$T/cold.h5" "$T/cold.csv" --target y --maximize; { [ $rc = 3 ] && err 'cold.csv:3' && err 'absolute zero' && [ ! -e "$T/cold.h5" ]; }; check 'below absolute zero' $?
printf 'a,y\n1,1\n"0,5",2\n3,4\n' >"$T/comma.csv"; run tell "$T/comma.h5" "$T/comma.csv" --target y --maximize; { [ $rc = 3 ] && err 'comma.csv:3' && err 'decimal point: 0.5' && [ ! -e "$T/comma.h5" ]; }; check 'a decimal comma in the first table' $?
printf 'solvent,y\nwater,1\nether,2\n' >"$T/words.csv"; run tell "$T/words.h5" "$T/words.csv" --target y --maximize; printf 'solvent,y\nhexane,1\n' >"$T/words.csv"; run tell "$T/words.h5" "$T/words.csv"; { [ $rc = 0 ] && out '3 measured'; }; check 'words stay words' $?
run tell "$T/n.h5" "$T/known.csv" --target strength:max --minimize; { [ $rc = 2 ] && err contradicts; }; check 'two directions for one goal' $?

# Twelve writers at once: nothing is lost, nothing is left.
for i in $(seq 12); do printf 'a,b,strength [MPa]\n%s,0.5,%s\n' "$i" "$i" >"$T/w$i.csv"; done
before=$("$C" tell "$L" "$T/known.csv" --format json 2>/dev/null | grep -o '"measured": [0-9]*' | cut -d: -f2); pids=()
for i in $(seq 12); do "$C" tell "$L" "$T/w$i.csv" --threads 1 >/dev/null 2>&1 & pids+=($!); done; all=0; for p in "${pids[@]}"; do wait "$p" || all=1; done
after=$("$C" tell "$L" "$T/known.csv" --format json 2>/dev/null | grep -o '"measured": [0-9]*' | cut -d: -f2)
{ [ $all = 0 ] && [ "$after" -eq $((before + 12)) ] && [ ! -e "$L.lock" ]; }; check 'twelve writers at once' $?
# Killed at any moment: the loop is whole, with or without the last table.
whole=0; for i in $(seq 10); do printf 'a,b,strength [MPa]\n%s,0.25,%s\n' "$i" "$i" >"$T/k$i.csv"
  "$C" tell "$L" "$T/k$i.csv" --threads 1 >/dev/null 2>&1 & p=$!; sleep "0.0$((i % 5))$i"; kill -9 $p 2>/dev/null; wait $p 2>/dev/null
  "$C" tell "$L" "$T/known.csv" >/dev/null 2>&1 || whole=1; done
check 'killed at any moment' $whole
head -c 3000 "$L" >"$T/cut.h5"; run suggest --loop "$T/cut.h5" --pool "$T/pool.csv"; [ $rc = 4 ]; check 'a damaged loop' $?
run tell "$T/pool.csv" "$T/known.csv"; [ $rc = 4 ]; check 'what is no loop' $?
run inspect "$L"; { [ $rc = 0 ] && out history; }; check 'inspect' $?
# Two goals: a conflict names the goal that differs; a value that was kept beside another is not replaced by telling it again, and that is said.
M=$T/many.h5; printf 'a,hard,light\n1,10,5\n2,20,6\n3,30,7\n' >"$T/m.csv"; run tell "$M" "$T/m.csv" --target hard:max --target light:min; { [ $rc = 0 ] && out '3 of those measured make the front'; }; check 'a loop of two goals' $?
printf 'a,hard,light\n2,20,9\n' >"$T/m2.csv"; run tell "$M" "$T/m2.csv"; { [ $rc = 0 ] && err "'light' of this experiment was 6 .*is 9 now; both are kept"; }; check 'the goal that differs is named' $?
run tell "$M" "$T/m2.csv" --conflict replace; { [ $rc = 0 ] && err "beside another of this experiment: 'light' 6 (row 2)" && out '4 measured'; }; check 'told again, it replaces nothing' $?
# One of several repeats conflicts: those that the table has stay, one is replaced, the others go.
V=$T/repeats.h5; printf 'a,y\n1,3\n1,3.5\n1,4\n2,9\n' >"$T/r.csv"; run tell "$V" "$T/r.csv" --target y --maximize --seed 7; run inspect "$V" --format json; grep -q '"seed": 7' "$T/out"; check 'a loop says its seed' $?
printf 'a,y\n1,3\n1,8\n' >"$T/r.csv"; run tell "$V" "$T/r.csv" --conflict replace; { [ $rc = 0 ] && err 'was 4 .*is 8 now; the new one replaces it, and 1 more result of this experiment' && out '3 measured'; }; check 'repeats: one is replaced, one withdrawn, one kept' $?
run tell "$V" "$T/r.csv" --conflict replace; { [ $rc = 0 ] && out '2 known already, 0 in conflict' && out '3 measured'; }; check 'and told again they stay' $?
printf 'a\n4\n5\n' >"$T/mp.csv"; run suggest --loop "$M" --pool "$T/mp.csv" --take --batch 2; { [ $rc = 0 ] && err "2 experiments under way in '.*many.h5'"; }; check 'what was taken is said' $?
# What the loop knows is not said again; what looks like a slip, or is not used, is said with its place.
run tell "$V" "$T/r.csv" --minimize; { [ $rc = 2 ] && err 'knows its goals and inputs'; }; check 'a direction for a loop that has one' $?
run suggest --loop "$V" --pool "$T/mp.csv" --maximize; { [ $rc = 2 ] && err 'knows its goals'; }; check 'in suggest too' $?
D=$T/doubt.h5; awk 'BEGIN { print "a,hardness [HV]"; for (a = 0; a < 8; a++) print a "," 300 + 3 * a }' >"$T/d.csv"; run tell "$D" "$T/d.csv" --target hardness --maximize; { [ $rc = 0 ] && ! err 'far from'; }; check 'nothing to doubt' $?
printf 'a,hardness [HV]\n8,330\n9,3e9\n' >"$T/d2.csv"; run tell "$D" "$T/d2.csv"; { [ $rc = 0 ] && err "d2.csv:3: 'hardness \[HV\]' is 3e+09, far from" && err withdraw && ! err 'd2.csv:2' && out '10 measured'; }; check 'an absurd value is doubted and kept' $?
run tell "$D" "$T/d2.csv"; { [ $rc = 0 ] && ! err 'far from'; }; check 'once' $?
run tell "$D" "$T/d2.csv" --withdraw; printf 'a,hardness [HV]\n10,600\n' >"$T/d2.csv"; run tell "$D" "$T/d2.csv" --format json
{ [ $rc = 0 ] && err "d2.csv:2: 'hardness \[HV\]' is 600, far from .*beyond the other results, 300 to 321, by 13.3 times their range" && out '"doubted": 1' && out '"line": 2, "goal": "hardness \[HV\]", "value": 600, "reason": "beyond'; }; check 'so is one 10 ranges beyond the others, in JSON too' $?
printf 'a,hardness [HV]\n10,603\n' >"$T/d6.csv"; run tell "$D" "$T/d6.csv"; { [ $rc = 0 ] && ! err 'far from' && out '10 measured'; }; check 'measured again it is none' $?
awk 'BEGIN { print "a,s"; for (a = 0; a < 8; a++) print a "," 10 ^ (a - 4) }' >"$T/d3.csv"; run tell "$T/d3.h5" "$T/d3.csv" --target s --maximize; { [ $rc = 0 ] && ! err 'far from'; }; check 'decades are no doubt' $?
printf 'a,hardness [HV],failed\n11,312,yes\n' >"$T/d4.csv"; run tell "$D" "$T/d4.csv"; { [ $rc = 0 ] && err "d4.csv:2: failed, so that its 'hardness \[HV\]', 312, is not used" && out '1 failed'; }; check 'a failure with a value' $?
printf 'a\n20\n21\n' >"$T/dp.csv"; run suggest --loop "$D" --pool "$T/dp.csv" --take; awk -F, 'NR == 1 { print $0 ",hardness [HV]" } NR > 1 { print $0 ",311" }' "$T/out" >"$T/d5.csv"
run tell "$D" "$T/d5.csv"; { [ $rc = 0 ] && ! err 'left out' && out '1 of those under way'; }; check 'the columns that suggest wrote are no news' $?
run tell "$T/d5.h5" "$T/d5.csv" --target 'hardness [HV]:max'; { [ $rc = 0 ] && err "1 input: 'a'"; }; check 'nor inputs' $?
# No end before those under way are in.
awk 'BEGIN { print "id,a"; for (a = 0; a <= 40; a++) print "q" a "," a / 4 }' >"$T/sp.csv"; awk 'BEGIN { print "a,y"; for (a = 0; a < 38; a++) print a / 4 "," 50 - (a / 4 - 4) ^ 2 }' >"$T/sk.csv"
E=$T/stop.h5; run tell "$E" "$T/sk.csv" --target y --maximize; run suggest --loop "$E" --pool "$T/sp.csv" --take --format json; out '"stop": true'; check 'time to stop' $?
run suggest --loop "$E" --pool "$T/sp.csv" --format json; { [ $rc = 0 ] && out '"stop": false' && err '1 experiment is under way: whether to stop'; }; check 'not while one is under way' $?
# What a loop holds.
run inspect "$D" --format json; { [ $rc = 0 ] && out '"measured": 11' && out '"failed": 1' && out '"under_way": ' && perl -MJSON::PP -e 'local $/; my $t = <STDIN>; my $j = decode_json($t); exit !(@{$j->{experiments}} == $j->{rows} && 1 == (() = $t =~ /^  "inputs":/mg))' <"$T/out"; }; check 'inspect counts and lists, and says inputs once' $?
run inspect "$D"; { [ $rc = 0 ] && out '^measured  *11' && out '^goal  *hardness'; }; check 'in lines' $?
run inspect "$D" --rows; { [ $rc = 0 ] && [ "$(head -n 1 "$T/out")" = 'state,id,a,hardness [HV]' ] && out '^failed,,11,$'; }; check 'and as a table' $?
# A robot that sends bad lines: they cost themselves alone where that is wanted, and are listed.
R=$T/robot.h5; run tell "$R" "$T/d.csv" --target hardness --maximize
printf '%s\n' '{"a": 20, "hardness [HV]": 311}' 'garbage' '{"a": 21}' '{"a": 22, "hardness [HV]": "high"}' '{"hardness [HV]": 312}' '{"a": 23, "hardness [HV]": 313}' '{"a":' >"$T/bad.jsonl"
cp "$R" "$T/before"; run tell "$R" "$T/bad.jsonl"; { [ $rc = 3 ] && err 'bad.jsonl:2' && cmp -s "$R" "$T/before"; }; check 'one bad line, and nothing is told' $?
run tell "$R" "$T/bad.jsonl" --bad-rows skip --format json
{ [ $rc = 0 ] && out '"added": 3' && out '"failed": 1' && out '"left_out": 4' && out '"bad_rows": \[{"reason": "unreadable_row", "text": "[^"]*bad.jsonl:2:1: JSON' && err "bad.jsonl:4: 'hardness \[HV\]' is 'high', expected a finite number, or nothing where a goal failed; this row is left out" && err 'bad.jsonl:5: ' && err 'bad.jsonl:7:'; }; check '--bad-rows skip' $?
printf 'a,hardness [HV]\n30,311\n31\n32,312\n' >"$T/cut.csv"; run tell "$R" "$T/cut.csv" --bad-rows skip; { [ $rc = 0 ] && out '^2 new' && out '^1 row left out' && err 'cut.csv:3: 1 field'; }; check 'of a table too' $?
printf 'a,hardness [HV]\n31\n32\n' >"$T/cut.csv"; cp "$R" "$T/before"; run tell "$R" "$T/cut.csv" --bad-rows skip; { [ $rc = 3 ] && cmp -s "$R" "$T/before"; }; check 'bad rows alone are an error' $?
# A robot answers by id.
I=$T/id.h5; run tell "$I" "$T/sk.csv" --target y --maximize; run suggest --loop "$I" --pool "$T/sp.csv" --take; p=$(tail -n 1 "$T/out" | cut -d, -f1)
printf 'id,y\n%s,21\n' "$p" >"$T/i.csv"; run tell "$I" "$T/i.csv"; { [ $rc = 0 ] && out '0 new, 1 of those under way' && out '39 measured, 0 failed, 0 under way'; }; check 'a result by id' $?
run tell "$I" "$T/i.csv"; { [ $rc = 0 ] && out '0 new' && out '1 known already'; }; check 'twice does no harm' $?
printf 'id,y\nnobody,21\n' >"$T/i.csv"; cp "$I" "$T/before"; run tell "$I" "$T/i.csv"; { [ $rc = 3 ] && err "i.csv:2: no experiment of the loop was taken as id 'nobody'" && cmp -s "$I" "$T/before"; }; check 'an id that was not taken' $?
printf 'id\n%s\n' "$p" >"$T/i.csv"; run tell "$I" "$T/i.csv" --withdraw; { [ $rc = 0 ] && out '1 withdrawn'; }; check 'withdrawn by id' $?
# The column of names may be called otherwise: it is no input, goes through, and results come and go by it.
sed 's/^id,/sample,/' "$T/sp.csv" >"$T/np.csv"; awk 'NR == 1 { print "sample," $0 } NR > 1 { print "q" NR - 2 "," $0 }' "$T/sk.csv" >"$T/nk.csv"; N=$T/name.h5
run tell "$N" "$T/nk.csv" --target y --maximize; { [ $rc = 0 ] && err "1 input: 'a' (numbers); goal 'y' as large as possible; 'sample' names the experiments"; }; check 'a column of names is no input' $?
run inspect "$N" --rows; out '^measured,q3,0.75,'; check 'and stays with its row' $?
run suggest --loop "$N" --pool "$T/np.csv" --take; { [ $rc = 0 ] && head -n 1 "$T/out" | grep -q '^sample,a,'; }; p=$(tail -n 1 "$T/out" | cut -d, -f1); printf 'sample,y\n%s,21\n' "$p" >"$T/i.csv"
run tell "$N" "$T/i.csv"; { [ $rc = 0 ] && out '0 new, 1 of those under way' && out '39 measured'; }; check 'a result by the name of its sample' $?
run suggest --loop "$N" --pool "$T/np.csv" --format json; { q=$(sed -n 's/.*"id": \(.*\),/\1/p' "$T/out"); [ -n "$q" ] && out "\"sample\": $q"; }; check 'JSON has the id by its own name too' $?
printf 'sample\nq3\n' >"$T/i.csv"; run tell "$N" "$T/i.csv" --withdraw; { [ $rc = 0 ] && out '1 withdrawn' && out '38 measured'; }; check 'withdrawn by name' $?
run suggest --pool "$T/np.csv" --tell "$T/nk.csv" --target y --maximize; { [ $rc = 0 ] && err "'sample' names the candidates and is no input" && out '^q[0-9]*,'; }; check 'suggest without a loop finds it in both tables' $?
sed 's/^sample/code/' "$T/nk.csv" >"$T/ck.csv"; run tell "$T/c.h5" "$T/ck.csv" --target y --maximize --id code; { [ $rc = 0 ] && err "'code' names the experiments"; }; check '--id' $?
printf 'name,t,y\nwater,1,2\nwater,2,3\nether,1,5\n' >"$T/s.csv"; run tell "$T/s.h5" "$T/s.csv" --target y --maximize; { [ $rc = 0 ] && err "2 inputs: 'name' (words), 't' (numbers)"; }; check 'a word that stands beside different inputs is no name' $?
run tell "$T/s2.h5" "$T/nk.csv" --target y --maximize --columns sample,a; { [ $rc = 0 ] && err "'sample' (words)"; }; check 'nor is one that is said to be an input' $?
run replay "$T/nk.csv" --target y --maximize --campaigns 2; { [ $rc = 0 ] && err "1 input: 'a' (numbers)"; }; check 'replay leaves names out' $?
# What was done is not quite what was suggested: it is taken for that within 1 % of what the loop spans, and what it was taken for is said.
N=$T/near.h5; printf 'T [K],route,y\n300,cast,1\n500,cast,2\n900,forged,3\n' >"$T/n.csv"; run tell "$N" "$T/n.csv" --target y --maximize
printf 'id,T [K],route\nx1,700,cast\n' >"$T/np.csv"; run suggest --loop "$N" --pool "$T/np.csv" --take; cp "$N" "$T/n0.h5"
printf 'T [K],route,y\n698.7,cast,4\n' >"$T/n1.csv"; run tell "$N" "$T/n1.csv"
{ [ $rc = 0 ] && out '0 new, 1 of those under way' && err "n1.csv:2: taken for the experiment under way (row 4 of the loop, id x1): 'T \[K\]' is 698.7, not 700"; }; check '698.7 K for 700 K' $?
run inspect "$N" --rows; out '^measured,x1,698.7,cast,4$'; check 'the loop has what was done' $?
run tell "$N" "$T/n1.csv"; { [ $rc = 0 ] && out '0 new' && out '1 known already'; }; check 'told again it is known' $?
cp "$T/n0.h5" "$N"; printf 'T [degC],route,y\n427,cast,4\n' >"$T/n2.csv"; run tell "$N" "$T/n2.csv"; { [ $rc = 0 ] && out '1 of those under way' && err 'is 700.15, not 700'; }; check '427 degC for 700 K' $?
cp "$T/n0.h5" "$N"; printf 'T [K],route,y\n690,cast,4\n' >"$T/n3.csv"; run tell "$N" "$T/n3.csv"; { [ $rc = 0 ] && out '1 new, 0 of those under way' && err "n3.csv:2: not taken for the nearest of 1 under way (row 4 of the loop, id x1): 'T \[K\]' is 690, not 700, further than 1 %"; }; check '690 K is not, which is said' $?
cp "$T/n0.h5" "$N"; printf 'id,T [K],route,y\nx1,690,cast,4\n' >"$T/n4.csv"; run tell "$N" "$T/n4.csv"; { [ $rc = 0 ] && out '0 new, 1 of those under way' && err 'of the same id: '; }; check 'with its id it is' $?
cp "$T/n0.h5" "$N"; printf 'T [K],route,y\n699,forged,4\n' >"$T/n5.csv"; run tell "$N" "$T/n5.csv"; { [ $rc = 0 ] && out '1 new, 0 of' && err '1 row of .* is none of those under way'; }; check 'another route is another experiment' $?
cp "$T/n0.h5" "$N"; printf 'T [K],route,y\n699,cast,4\n700,cast,5\n' >"$T/n6.csv"; run tell "$N" "$T/n6.csv"; { [ $rc = 0 ] && out '1 new, 1 of those' && ! err 'taken for'; }; run inspect "$N" --rows; out '^measured,x1,700,cast,5$'; check 'the row that has it exactly goes before' $?
printf 'id,T [K],route\nx1,700,cast\nx2,702,cast\n' >"$T/np.csv"; cp "$T/n0.h5" "$N"; run suggest --loop "$N" --pool "$T/np.csv" --take --batch 2; printf 'T [K],route,y\n701,cast,4\n' >"$T/n7.csv"
run tell "$N" "$T/n7.csv"; { [ $rc = 0 ] && out '1 new, 0 of' && err 'and another experiment is about as near'; }; check 'between two it is neither' $?
# Noise is known from repeats alone.
run tell "$I" "$T/sk.csv" --format json; { out '"noise": null'; }; run tell "$I" "$T/sk.csv"; { out 'noise not known without repeats'; }; check 'no noise without repeats' $?
printf 'a,y\n1,41.2\n' >"$T/i.csv"; run tell "$I" "$T/i.csv"; { [ $rc = 0 ] && out 'noise [0-9]'; }; check 'with a repeat there is' $?
# A goal that is called like a column of suggestions: what cupel writes is no measurement; nor is what it expects.
for goal in score success yield; do
  printf "x,$goal\n1,2\n2,3\n3,5\n4,4\n" >"$T/k.csv"; printf 'id,x\na,1.5\nb,2.5\nc,3.5\n' >"$T/pool.csv"; rm -f "$T/own.h5"
  "$C" tell "$T/own.h5" "$T/k.csv" --target $goal --maximize -q >/dev/null 2>"$T/err"
  "$C" suggest --loop "$T/own.h5" --pool "$T/pool.csv" --take --batch 2 -q -o "$T/n.csv" 2>"$T/err"; rc1=$?
  "$C" tell "$T/own.h5" "$T/n.csv" -q >"$T/out" 2>"$T/err"; rc=$?
  { [ $rc1 = 0 ] && [ $rc = 3 ] && grep -q "table of suggestions.*add a column '$goal'" "$T/err"; }; check "suggestions that nobody filled in: $goal" $?
  awk -F, -v OFS=, -v g=$goal '{ print $0, NR == 1 ? g : 6 + NR }' "$T/n.csv" >"$T/f.csv"
  "$C" tell "$T/own.h5" "$T/f.csv" -q >"$T/out" 2>"$T/err"; rc=$?
  { [ $rc = 0 ] && grep -q "$goal: best 9," "$T/out"; }; check "and filled in: $goal" $?
done
exit $bad
