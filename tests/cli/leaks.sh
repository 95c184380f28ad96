#!/usr/bin/env bash
# What a table can do to the figures of a model, as a user meets it: the target among the features, rows told by names, targets of no use, long lists.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
ridge=(--features element_fraction --model ridge --set lambda=0.01)
awk 'BEGIN { print "formula,sample,route,copy [MPa],double,T [K],strength [MPa]"
  for (i = 1; i <= 60; i++) { t = 300 + i * 37 % 50 * 10; y = 100 + 3 * i + t / 10 + i * 53 % 7
    printf "Fe%dNi%d,S-%03d,%s,%g,%.4f,%d,%g\n", 100 - i, i, i, i % 2 ? "cast" : "rolled", y, 2 * y + 5, t, y } }' >"$T/in.csv"
for name in strength 'strength [MPa]'; do
  run evaluate "$T/in.csv" --target strength --columns "T [K],$name" "${ridge[@]}"; { [ $rc = 2 ] && err 'columns: .strength \[MPa\]. .*is the target itself'; }
  check "evaluate refuses the target as a feature: $name" $?
  run train "$T/in.csv" --target strength --columns "T [K],$name" "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 2 ] && err 'is the target itself' && [ ! -e "$T/m.h5" ]; }
  check "train refuses it: $name" $?
done
run train "$T/in.csv" --target strength --model gp_tree --beside strength -o "$T/m.h5"; { [ $rc = 2 ] && err 'beside: .*is the target itself'; }
check 'a target beside itself' $?
run train "$T/in.csv" --target strength --model gp_tree --beside double --columns double -o "$T/m.h5"; { [ $rc = 2 ] && err 'a target that is learned beside'; }
check 'a feature that is learned beside' $?
run evaluate "$T/in.csv" --target strength --columns 'copy,T,route' "${ridge[@]}"
{ [ $rc = 0 ] && err "column 'copy \[MPa\]' is equal to the target .* in all 60 rows" && [ "$(grep -c 'leave it out' "$T/err")" = 1 ]; }; check 'a copy of the target is said, the others are not' $?
run train "$T/in.csv" --target strength --columns double "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err "column 'double' goes with the target .*correlation 1.000000"; }
check 'a straight line of it too' $?
run train "$T/in.csv" --target strength --columns sample "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err "column 'sample' has 60 different texts in 60 rows: it looks like an identifier"; }
check 'an identifier' $?
head -n 21 "$T/in.csv" >"$T/few.csv"; run train "$T/few.csv" --target strength --columns sample,T "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && ! err identifier; }
check 'not of twenty rows' $?
run train "$T/in.csv" --target strength --features none --model ridge -o "$T/m.h5"; { [ $rc = 0 ] && err "'copy \[MPa\]' is equal to" && err "'double' goes with"; }
check 'columns that are taken by themselves' $?

sed 's/^\(Fe96Ni4,.*,\)[^,]*$/\11e300/' "$T/in.csv" >"$T/large.csv"
run train "$T/large.csv" --target strength "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err 'large.csv:5: strength \[MPa\] is 1e+300'; }; check 'a target too large, by file and line' $?
sed 's/^\(Fe96Ni4,.*,\)[^,]*$/\1-2/' "$T/in.csv" >"$T/negative.csv"
run train "$T/negative.csv" --target strength --transform log "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err 'negative.csv:5: strength \[MPa\] is -2, and transform log'; }
check 'a target without a logarithm' $?
for e in 0 -1; do run train "$T/in.csv" --target strength --model auto --budget effort=$e -o "$T/m.h5"; { [ $rc = 2 ] && err 'at least 1 unit'; }; check "a budget of $e units" $?; done

awk -F, -v OFS=, 'NR > 1 && NR % 5 == 0 { $7 = "" } NR == 2 { $7 = "n.d." } { print }' "$T/in.csv" >"$T/holes.csv"
run train "$T/holes.csv" --target strength --missing drop "${ridge[@]}" -o "$T/m.h5"
{ [ $rc = 0 ] && [ "$(grep -c 'holes.csv:' "$T/err")" = 5 ] && err 'and [1-9][0-9]* more$' && err 'rows left out of training'; }; check 'rows left out: five and how many more' $?
run train "$T/holes.csv" --target strength --missing-target drop "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err 'rows left out of training'; }; check 'rows without a target alone' $?
{ ! grep "is ''" "$T/err" | grep -q 'two classes'; }; check 'an empty cell is no text class' $?
sed 's/^\(Fe96Ni4,.*,\)[^,]*$/\1soft/' "$T/in.csv" >"$T/word.csv"
run train "$T/word.csv" --target strength "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err "is 'soft', expected a finite number; a target is never made up.*--missing-target drop"; }; check 'nor is a word among numbers' $?
sed 's/^\(Fe99Ni1,.*,\)[^,]*$/\1soft/' "$T/in.csv" >"$T/word.csv"
run train "$T/word.csv" --target strength "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err "is 'soft'.*two classes: 1 and 0, true and false, or yes and no"; }; check 'a word in the first row is' $?
awk -F, -v OFS=, 'NR > 1 { $7 = NR % 3 ? "Yes" : "no" } { print }' "$T/in.csv" >"$T/yes.csv"; sed 's/,Yes/,1/; s/,no/,0/' "$T/yes.csv" >"$T/one.csv"
for f in yes one; do run evaluate "$T/$f.csv" --target strength --model knn --formula formula --format json; cp "$T/out" "$T/$f.json"; done
{ [ $rc = 0 ] && grep -q auc "$T/yes.json" && [ "$(sed 's/yes.csv/one.csv/' "$T/yes.json")" = "$(cat "$T/one.json")" ]; }; check 'yes and no are 1 and 0' $?
run train "$T/yes.csv" --target strength --formula formula --features stoichiometry --model extra_trees --set trees=20 -o "$T/y.h5"
for f in yes one; do run explain "$T/y.h5" "$T/$f.csv" --rows 1 --format json; cp "$T/out" "$T/$f.json"; done
{ [ $rc = 0 ] && grep -q '"importance": *-\{0,1\}[0-9]' "$T/yes.json" && [ "$(sed 's/yes.csv/one.csv/' "$T/yes.json")" = "$(cat "$T/one.json")" ]; }; check 'explain reads them too' $?

# Zeros behind a logarithm: no prediction and no end of an interval is below 0.
awk 'BEGIN { print "formula,x,rate"; for (i = 1; i <= 80; i++) printf "Fe%dNi%d,%g,%g\n", 100 - i, i, i, i < 30 ? 0 : (i - 29) ^ 2 * (1 + i * 53 % 7 / 10) }' >"$T/rate.csv"
awk 'BEGIN { print "formula,x"; for (i = -200; i <= 90; i += 10) printf "Fe%dNi%d,%g\n", 50, 50, i }' >"$T/new.csv"
run train "$T/rate.csv" --target rate --features none --columns x --model ridge --transform log -o "$T/log.h5"
run predict "$T/log.h5" "$T/new.csv" -o "$T/log.csv"
{ [ $rc = 0 ] && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^rate/) k[i] } NR > 1 { for (i in k) { if ($i < 0) bad = 1; if ($i == 0) zero++ } n++ } END { exit !(n == 30 && !bad && zero) }' "$T/log.csv"; }
check 'behind a logarithm nothing is below 0' $?

# What may be meant otherwise than it is learned: few whole numbers, decades.
awk 'BEGIN { print "formula,phase,sigma [S/m],T [K]"; for (i = 1; i <= 30; i++) printf "Fe%dNi%d,%d,%.6g,%s\n", i, 40 - i, i % 3, 10 ^ (i / 10), i % 10 ? 290 + i : "" }' >"$T/meant.csv"
few="phase is 0, 1 and 2 in all rows and is learned as a number; .*a column that is 1 where phase is 2, else 0, is a class (two values; --task class)"
run train "$T/meant.csv" --target phase "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err "$few"; }; check 'three whole numbers may be classes' $?
run evaluate "$T/meant.csv" --target phase "${ridge[@]}"; { [ $rc = 0 ] && [ "$(grep -c "$few" "$T/err")" = 1 ]; }; check 'evaluate says so too, once' $?
run train "$T/meant.csv" --target phase --task regression "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && ! err 'learned as a number'; }; check 'a number is a number where that is said' $?
run train "$T/meant.csv" --target phase --task class "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err 'learn one against the others'; }; check 'three values are no class' $?
run train "$T/meant.csv" --target sigma "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err 'sigma spans 2.9 decades (1.259 to 1000 S/m).*--transform log learns factors'; }; check 'a target over decades' $?
for t in log none; do run train "$T/meant.csv" --target sigma --transform $t "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && ! err decades; }; check "unless a transform is named: $t" $?; done

# What the whole table lacks is said once, not of every fold; support vectors are of machines that have some.
run evaluate "$T/meant.csv" --target sigma --columns 'T [K]' --missing impute "${ridge[@]}"
{ [ $rc = 0 ] && [ "$(grep -c '3 rows with imputed values' "$T/err")" = 1 ] && [ "$(grep -c 'imputed values' "$T/err")" = 1 ] && [ "$(grep -c "no value of 'T" "$T/err")" = 3 ] && ! grep -q support_vectors "$T/out"; }
check 'evaluate says once what is filled in' $?
run inspect "$T/m.h5"; { [ $rc = 0 ] && ! grep -q support_vectors "$T/out"; }; check 'no support vectors of a model that has none' $?
run evaluate "$T/meant.csv" --target sigma --features element_fraction --model svr --set C=1,gamma=1,epsilon=0.1; { [ $rc = 0 ] && grep -q '^support_vectors  *[1-9]' "$T/out"; }; check 'those of one that has' $?

# What spreadsheets write: lines of separators behind the last row, units in the cells, names of alloys in weight per cent, their own format.
awk 'BEGIN { print "formula,T [K],gap [eV]"; for (i = 1; i <= 12; i++) printf "Fe%dNi%d,300,%g\n", i, 20 - i, i / 10 }' >"$T/apart0.csv"
{ cat "$T/apart0.csv"; printf ',,\n,,\n'; } >"$T/sheet.csv"
run train "$T/sheet.csv" --target gap "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 0 ] && err '2 rows of .* without anything skipped' && err 'on 12 rows'; }; check 'rows without anything are skipped' $?
sed '3s/$/ eV/' "$T/apart0.csv" >"$T/cell.csv"; run train "$T/cell.csv" --target gap "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err "cell.csv:3: .*'0.2 eV', expected a finite number alone (a unit stands in the name"; }; check 'a unit in a cell' $?
sed '4s/^[^,]*/Ti-6Al-4V/' "$T/apart0.csv" >"$T/cell.csv"; run train "$T/cell.csv" --target gap "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err "cell.csv:4: .*an alloy in weight per cent? by atoms it is Ti86.2Al10.2V3.6"; }; check 'the name of an alloy' $?
echo PK >"$T/a.xlsx"; run train "$T/a.xlsx" --target gap "${ridge[@]}" -o "$T/m.h5"; { [ $rc = 3 ] && err 'save its sheet as CSV'; }; check 'a spreadsheet' $?

# Every doubt is in the list.
awk 'BEGIN { srand(5); print "formula,gap"; for (i = 1; i <= 2000; i++) printf "Fe%gNi%gCr%g,%.5g\n", 100 - i % 50 - i % 31, 1 + i % 50 + i / 1e4, 1 + i % 31, (i % 25 == 7 ? 1000 : 1) * (1 + i % 50 / 50 + 0.05 * rand()) }' >"$T/many.csv"
run train "$T/many.csv" --target gap --features element_fraction --model ridge --set lambda=0.01 --doubts "$T/doubts.csv" -o "$T/m.h5"
more=$(sed -n 's/.*and \([0-9]*\) more values that do not fit.*/\1/p' "$T/err")
{ [ $rc = 0 ] && [ "${more:-0}" -gt 50 ] && [ "$(wc -l <"$T/doubts.csv")" = $((more + 4)) ]; }; check "the list of doubts is whole: 3 and ${more:-none} more" $?
{ awk -F, 'NR > 2 && $7 > last + 1e-9 { bad = 1 } { last = $7 } END { exit bad }' "$T/doubts.csv"; }; check 'the most surprising first' $?

# Rows of one material whose values contradict one another are in it too: without columns, under the same columns, of a few rows, and of a class.
other() { awk -F, -v line="$1" '$1 == line { print }' "$T/d.csv" | grep -q "the same material$2 has other values: lines $3; apart by $4"; }
awk 'BEGIN { print "formula,T [K],gap [eV],glass"; for (i = 1; i <= 12; i++) printf "Fe%dNi%d,300,%g,%d\n", i, 20 - i, i / 10, i % 2; print "KBr,300,0.1,0"; print "KBr,300,0.9,1"; print "K2Br2,300,1.2,1"; print "KBr,700,0.5,0" }' >"$T/apart.csv"
run train "$T/apart.csv" --target gap "${ridge[@]}" --doubts "$T/d.csv" -o "$T/m.h5"
{ [ $rc = 0 ] && other 14 '' '15, 16, 17' '1.1 eV' && other 17 '' '14, 15, 16' '1.1 eV' && [ "$(wc -l <"$T/d.csv")" = 5 ]; }; check 'the list of doubts names rows of one material with other values' $?
run train "$T/apart.csv" --target gap --columns 'T [K]' "${ridge[@]}" --doubts "$T/d.csv" -o "$T/m.h5"
{ [ $rc = 0 ] && other 14 ' and conditions' '15, 16' '1.1 eV' && ! grep -q '^17,' "$T/d.csv" && [ "$(wc -l <"$T/d.csv")" = 4 ]; }; check 'other conditions are no contradiction' $?
run train "$T/apart.csv" --target glass --columns 'T [K]' --features element_fraction --model svc --set C=1,gamma=1 --doubts "$T/d.csv" -o "$T/m.h5"
{ [ $rc = 0 ] && other 14 ' and conditions' '15, 16' 1 && other 15 ' and conditions' 14 1 && grep -q '^14,KBr,0,,,,,"the same' "$T/d.csv"; }; check 'rows of a class that contradict one another are listed' $?

# -q leaves warnings and errors, nothing else.
for v in "train -o $T/m.h5" evaluate; do
  # shellcheck disable=SC2086 # several words
  run $v "$T/apart.csv" --target gap "${ridge[@]}" -q; { [ $rc = 0 ] && err values && ! grep -v "^cupel ${v%% *}: warning: " "$T/err"; }; check "${v%% *} -q says warnings alone" $?
done
# Rows that contradict one another are said by evaluate as by train, also under equal columns.
printf 'formula,T,y\nFeO,300,1\nFeO,400,5\nNiO,300,2\nNiO,300,6\nMgO,300,3\nCaO,300,4\nZnO,300,4.5\nCuO,300,3.5\nSrO,300,2.2\nBaO,300,5.1\nSnO,300,1.2\n' >"$T/cf.csv"
for verb in "train -o $T/cf.h5" evaluate; do
  read -ra words <<<"$verb"; run "${words[0]}" "$T/cf.csv" --target y --columns T --features element_fraction --model ridge "${words[@]:1}"
  err "1 composition is in several rows with values far apart under the same columns, as 'NiO' in line 4 with 2 and in line 5 with 6"; check "${verb%% *}: the same columns, other values" $?
done
# Contents that make no composition are told as what they are.
printf 'C,Cr,y\n0.1,5,300\n0.2,x,310\n0.3,104,320\n0.3,4,330\n0.1,2,310\n0.2,7,350\n0.2,8,350\n' >"$T/steel.csv"; printf 'formula\nFe\nFe99Cr\n' >"$T/pool.csv"
printf 'demand: steel\ndata: {file: steel.csv, contents: {columns: [C, Cr], unit: wt %%, balance: Fe}, target: y, missing: drop}\nmodel: {name: ridge}\nrequire: [{property: y, min: 320}]\nspace: {list: pool.csv}\n' >"$T/steel.yaml"
run screen "$T/steel.yaml" -o "$T/steel.out.csv"
{ err "steel.csv:3: bad_number: content 'Cr' is 'x', expected a number" && err 'steel.csv:4: bad_number: the contents add up to 104.3, more than 100' && err '2 bad_number' && ! err missing_formula; }; check 'contents that are none' $?
# What is nearly right is told with what it should be.
run formula 'Fe0,5Ni0.5'; err "at byte 4: a decimal comma; a decimal point is written '.'"; check 'a decimal comma behind a 0 in a formula' $?
printf 'formula,y\nSi,> 100\nGe,1\nSn,2\n' >"$T/limit.csv"; run train "$T/limit.csv" --target y -o "$T/limit.h5"; { [ $rc = 3 ] && err "limit.csv:2: .* '> 100'.*a limit is no value"; }; check 'a limit as target' $?
exit $bad
