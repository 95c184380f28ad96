#!/usr/bin/env bash
# --groups: rows of one sample stay in one fold, whatever their compositions; what that does to the figures, and where it is said.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
# Forty samples, each measured at six places: what a sample is decides, and x tells it by its value alone.
awk 'BEGIN { srand(4); print "formula,sample,x,y [MPa]"; for (g = 0; g < 40; g++) { level = 100 * rand(); x = rand(); for (k = 0; k < 6; k++)
  printf "Fe%.3fNi%.3f,%d,%.5f,%.3f\n", 0.3 + 0.01 * g + 0.001 * k, 0.7 - 0.01 * g - 0.001 * k, 7000 + g, x + 1e-4 * k, level + rand() } }' >"$T/t.csv"
mae() { awk '$1 == "mae" { print $3 }' "$T/out"; }
ev() { run evaluate "$T/t.csv" --features none --columns x --target 'y [MPa]' --model knn --seed 2 "$@"; }
ev --predictions "$T/a.csv"; apart=$(mae); ev --groups sample --predictions "$T/b.csv"; together=$(mae)
{ [ $rc = 0 ] && err "rows of one 'sample' or one composition stay together: 40 groups of 240 rows, the largest of 6"; }; check 'the groups are said' $?
# A row without an id of its own is named by its line.
folds() { awk -F, 'NR == FNR { if (FNR > 1) sample[FNR] = $2; next } FNR > 1 { if ((sample[$1] in fold) && fold[sample[$1]] != $2) split_++; fold[sample[$1]] = $2; n++ } END { print split_ + 0, n }' "$T/t.csv" "$1"; }
[ "$(folds "$T/b.csv")" = '0 240' ]; check 'every sample lies in one fold' $?
[ "$(folds "$T/a.csv" | cut -d' ' -f1)" -gt 20 ]; check 'without it they do not' $?
awk -v a="$apart" -v b="$together" 'BEGIN { exit !(b > 5 * a) }'; check "memory is not skill: $apart without, $together with groups" $?
run train "$T/t.csv" --features none --columns x --target 'y [MPa]' --model knn --seed 2 -o "$T/m.h5"; a=$(sed -n 's/.*out_of_fold\|.*out of fold: mae \([0-9.]*\).*/\1/p' "$T/err")
run train "$T/t.csv" --features none --columns x --target 'y [MPa]' --model knn --seed 2 --groups sample -o "$T/g.h5"; b=$(sed -n 's/.*out of fold: mae \([0-9.]*\).*/\1/p' "$T/err")
awk -v a="$a" -v b="$b" 'BEGIN { exit !(a > 0 && b > 5 * a) }'; check "so inside training: $a without, $b with" $?
run train "$T/t.csv" --features none --target 'y [MPa]' --groups sample --model ridge -o "$T/n.h5"; { [ $rc = 0 ] && err 'taken as features: x$'; }; check 'a column of groups is no feature by itself' $?
run train "$T/t.csv" --features element_fraction --columns x --target 'y [MPa]' --groups sample --model auto --budget effort=1 --seed 1 -o "$T/auto.h5"; check 'the automatic model' $rc
ev --groups sample --split system; [ $rc = 3 ]; check 'one system, one fold' $?
ev --groups nothing; { [ $rc = 3 ] && err 'name it with --groups'; }; check 'no such column' $?
ev --groups y; [ $rc = 2 ]; check 'the target is no group' $?
awk -F, -v OFS=, 'NR > 1 { $2 = 1 } 1' "$T/t.csv" >"$T/one.csv"; run evaluate "$T/one.csv" --features none --columns x --target 'y [MPa]' --model knn --groups sample; { [ $rc = 3 ] && err 'finer column'; }; check 'one group of all' $?
awk -F, -v OFS=, 'NR > 1 { $2 = NR } 1' "$T/t.csv" >"$T/own.csv"; run train "$T/own.csv" --features none --columns x --target 'y [MPa]' --model ridge --groups sample -o "$T/o.h5"; { [ $rc = 0 ] && err 'links no rows'; }; check 'a column that links nothing' $?
awk -F, -v OFS=, 'NR == 1 { print $0, "fold"; next } { print $0, NR % 3 }' "$T/t.csv" >"$T/f.csv"; run evaluate "$T/f.csv" --features none --columns x --target 'y [MPa]' --model knn --folds fold --groups sample; { [ $rc = 0 ] && err '40 groups are in more than one fold'; }; check 'given folds that part groups are said' $?
printf 'demand: x\ndata: {file: t.csv, formula: formula, target: "y [MPa]", property: y, unit: MPa, groups: sample}\nmodel: {name: ridge, features: element_fraction}\nspace: {list: t.csv, formula: formula}\nrequire:\n  - {property: y, min: 50 MPa}\n' >"$T/d.yaml"
run demand check "$T/d.yaml"; { [ $rc = 0 ] && grep -q "rows of one 'sample' in one fold" "$T/out"; }; check 'a demand says it' $?
exit $bad
