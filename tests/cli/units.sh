#!/usr/bin/env bash
# Inputs in other units: predict and suggest convert them as tell does, or refuse.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
out() { grep -q -- "$1" "$T/out"; }

# A model of two columns: T in kelvin, a length in mm.
awk 'BEGIN { print "T [K],gap [mm],y"; for (i = 0; i < 40; i++) { t = 300 + 7 * (i % 9); g = 1 + i % 5; print t "," g "," 0.1 * t - g } }' >"$T/train.csv"
run train "$T/train.csv" --features none --columns 'T,gap' --target y --model ridge -o "$T/m.h5"; [ $rc = 0 ]; check 'a model of two columns' $?
printf 'T [K],gap [mm]\n313.15,2\n343.15,4\n' >"$T/k.csv"; printf 'gap [um],T [degC]\n2000,40\n4000,70\n' >"$T/c.csv"
figures() { awk -F, -v c="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i } NR > 1 { printf "%.6f\n", $k }' "$2"; }
run predict "$T/m.h5" "$T/k.csv" -o "$T/k.out.csv"; run predict "$T/m.h5" "$T/c.csv" -o "$T/c.out.csv"
{ [ $rc = 0 ] && err 'converted to K' && err 'converted to mm' && [ "$(figures y "$T/k.out.csv")" = "$(figures y "$T/c.out.csv")" ] && [ -n "$(figures y "$T/k.out.csv")" ]; }; check 'predict converts' $?
printf '{"T [degC]": 40, "gap [um]": 2000}\n' | "$C" predict "$T/m.h5" - -o - --format jsonl >"$T/out" 2>"$T/err"; rc=$?
{ [ $rc = 0 ] && out "\"y\": $(sed -n 2p "$T/k.out.csv" | cut -d, -f3)"; }; check 'so does a pipe' $?
printf 'T [MPa],gap [mm]\n40,2\n' >"$T/x.csv"; run predict "$T/m.h5" "$T/x.csv" -o -; { [ $rc = 3 ] && err 'another kind'; }; check 'another kind of quantity' $?
printf 'T,gap [mm]\n313.15,2\n' >"$T/x.csv"; run predict "$T/m.h5" "$T/x.csv" -o -; { [ $rc = 0 ] && err "has no unit, the model learned it in K"; }; check 'a missing unit is said' $?

# Keys of JSON lines are those of the table that was learned from; what needs no formula does without.
awk -F, 'NR == 1 { print "material,T [K],y" } NR > 1 { split("NaCl KCl LiF MgO CaO", f, " "); print f[NR % 5 + 1] "," $1 "," $3 }' "$T/train.csv" >"$T/named.csv"
run train "$T/named.csv" --formula material --features element_fraction --columns T --target y --model ridge -o "$T/n.h5"; [ $rc = 0 ]; check 'a model of formulas in a column of another name' $?
printf '{"material": "MgO", "T [K]": 310}\n{"T [K]": 310}\n' | "$C" predict "$T/n.h5" - -o - --format jsonl >"$T/out" 2>"$T/err"
{ [ $? = 0 ] && sed -n 1p "$T/out" | grep -q '"y": [0-9]' && sed -n 2p "$T/out" | grep -q error; }; check 'its key is known' $?
run train "$T/named.csv" --formula material --features none --columns T --target y --model ridge -o "$T/o.h5"; printf '{"T [K]": 310}\n' | "$C" predict "$T/o.h5" - -o - --format jsonl >"$T/out" 2>"$T/err"
{ [ $? = 0 ] && out '"y": [0-9]'; }; check 'a model of columns alone needs no formula' $?
printf 'T [K],P\n310,1\n' >"$T/x.csv"; run predict "$T/o.h5" "$T/x.csv" -o -; { [ $rc = 0 ] && grep -q '^310,' "$T/out"; }; check 'nor a formula column' $?

# A screen converts the columns of a list and the axes of a space.
awk 'BEGIN { print "formula,T [K],y"; split("GaAs Si Ge InP CdTe ZnO ZnS GaN", f, " "); for (i = 1; i <= 8; i++) for (t = 300; t <= 900; t += 100) print f[i] "," t "," i + t / 100 }' >"$T/hot.csv"
demand() { printf 'demand: d\ndata: {file: hot.csv, formula: formula, target: y, columns: [%s]}\nmodel: {name: ridge}\nrequire: [{property: y, min: 5}]\nspace: %s\n' "$1" "$2" >"$T/d.yaml"; }
printf 'formula,T [K]\nGaP,373.15\nInAs,673.15\n' >"$T/lk.csv"; printf 'formula,T [degC]\nGaP,100\nInAs,400\n' >"$T/lc.csv"; printf 'formula\nGaP\nInAs\n' >"$T/l.csv"
same() { [ -s "$T/r1.csv" ] && [ "$(cut -d, -f2,4-9 "$T/r1.csv")" = "$(cut -d, -f2,4-9 "$T/out")" ]; }
demand '"T [K]"' '{list: lk.csv}'; run screen "$T/d.yaml" -o "$T/r1.csv"; demand '"T [K]"' '{list: lc.csv}'; run screen "$T/d.yaml" -o -
{ [ $rc = 0 ] && err "column 'T \[degC\]' of .* is converted to K" && same; }; check 'a list in degC for a model in K' $?
demand 'T' '{list: lc.csv}'; run screen "$T/d.yaml" -o -; { [ $rc = 0 ] && same; }; check 'by its label' $?
demand '"T [K]"' '{list: l.csv, columns: {"T [K]": [373.15, 673.15]}}'; run screen "$T/d.yaml" -o "$T/r1.csv"
demand '"T [K]"' '{list: l.csv, columns: {"T [degC]": [100, 400]}}'; run screen "$T/d.yaml" -o -; { [ $rc = 0 ] && err 'converted to K' && same; }; check 'an axis in degC' $?
demand '"T [K]"' '{list: l.csv, columns: {T: [373.15, 673.15]}}'; run screen "$T/d.yaml" -o -; { [ $rc = 0 ] && err "'T' of .* has no unit, the model learned it in K" && same; }; check 'an axis without a unit' $?

# Candidates in one unit, results in another.
awk 'BEGIN { print "id,T [K],b"; for (t = 0; t <= 10; t++) for (b = 0; b <= 5; b++) print "p" t "_" b "," 273.15 + 10 * t "," b }' >"$T/pool.csv"
printf 'T [degC],b,y\n0,0,1\n50,2,8\n100,5,2\n20,4,4\n80,1,6\n' >"$T/c.csv"; printf 'T [K],b,y\n273.15,0,1\n323.15,2,8\n373.15,5,2\n293.15,4,4\n353.15,1,6\n' >"$T/k.csv"
run suggest --pool "$T/pool.csv" --tell "$T/k.csv" --target y --maximize --batch 4; cut -d, -f1 "$T/out" >"$T/one"
run suggest --pool "$T/pool.csv" --tell "$T/c.csv" --target y --maximize --batch 4; cut -d, -f1 "$T/out" >"$T/two"
{ [ $rc = 0 ] && err 'converted to K' && err '5 left out as tried' && cmp -s "$T/one" "$T/two"; }; check 'suggest converts, and knows what was tried' $?
sed '1s/degC/MPa/' "$T/c.csv" >"$T/x.csv"; run suggest --pool "$T/pool.csv" --tell "$T/x.csv" --target y --maximize; { [ $rc = 3 ] && err 'another kind'; }; check 'suggest refuses another kind' $?
sed '1s/ \[degC\]//' "$T/c.csv" >"$T/x.csv"; run suggest --pool "$T/pool.csv" --tell "$T/x.csv" --target y --maximize; { [ $rc = 3 ] && err 'no unit'; }; check 'and a unit on one side only' $?
L=$T/loop.h5; run tell "$L" "$T/c.csv" --target y --maximize; run suggest --loop "$L" --pool "$T/pool.csv" --take; [ $rc = 0 ]; check 'a loop in degC, a pool in K' $?
sed -n 2p "$T/out" | awk -F, '{ print "T [degC],b,y"; print $2 - 273.15 "," $3 ",7" }' >"$T/came.csv"; run tell "$L" "$T/came.csv" --format json
{ [ $rc = 0 ] && out '"resolved": 1' && out '"under_way": 0'; }; check 'what is taken is written in the unit of the loop' $?
exit $bad
