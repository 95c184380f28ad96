#!/usr/bin/env bash
# evaluate as a user calls it, and the figures that the README states for the official folds.
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; S=${CUPEL_SHARED:-$R/../shared}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
awk 'NR == 1 || NR % 3 == 0' "$R/datasets/examples/steels.csv" | awk 'NR == 1 { print $0 ",fold"; next } { print $0 "," NR % 4 }' >"$T/in.csv"
eval_in() { run evaluate "$T/in.csv" --target 'yield strength' "$@"; }
mean() { tr -d '\n' <"$1" | sed -n "s/.*\"$2\": *{[^}]*\"mean\": *\([-0-9.e]*\).*/\1/p"; }

eval_in --folds fold --model ridge --format json --threads 1 --predictions "$T/oof.csv"
{ [ $rc = 0 ] && tr -d ' \n' <"$T/out" | grep -Eq '^\{"mae":\{"mean":[0-9.]+,"folds":\[([0-9.]+,){3}[0-9.]+\]'; }; check 'JSON: mean and folds' $?
cp "$T/out" "$T/one"; eval_in --folds fold --model ridge --format json --threads 2 --predictions "$T/oof2.csv"; cmp -s "$T/out" "$T/one" && cmp -s "$T/oof.csv" "$T/oof2.csv"
check 'the same for 1 and 2 threads' $?
{ head -n 1 "$T/oof.csv" | grep -qx 'id,fold,truth,prediction,lower,upper,in_domain' && [ "$(wc -l <"$T/oof.csv")" = "$(wc -l <"$T/in.csv")" ]; }
check 'held-out predictions' $?
awk -F, 'NR == FNR { y[FNR] = $2; next } FNR > 1 && !($1 in y && y[$1] == $3) { bad = 1 } END { exit bad }' "$T/in.csv" "$T/oof.csv"; check 'whose rows are named by their lines' $?
awk -F, 'NR > 1 { e[$2] += ($4 > $3 ? $4 - $3 : $3 - $4); n[$2]++ } END { for (f in e) { s += e[f] / n[f]; k++ }; printf "%.6f", s / k }' "$T/oof.csv" >"$T/mae"
awk -v a="$(cat "$T/mae")" -v b="$(mean "$T/out" mae)" 'BEGIN { exit !(a - b < 1e-3 && b - a < 1e-3) }'
check 'the figure is that of the predictions' $?
eval_in --folds fold --model ridge --only-folds 3,1 --format json --predictions "$T/some.csv"
two() { tr -d '\n ' <"$1" | sed -n "s/.*\"$2\":{[^}]*\"folds\":\[\([^]]*\)\].*/\1/p"; }
{ [ $rc = 0 ] && grep -q '"folds_there": 4' "$T/out" && err '2 of 4 folds' && [ "$(two "$T/out" mae)" = "$(two "$T/one" mae | cut -d, -f2,4)" ] &&
  cmp -s "$T/some.csv" <(awk -F, 'NR == 1 || $2 == 1 || $2 == 3' "$T/oof.csv"); }
check '--only-folds: each has the figures and rows that it has among all' $?
eval_in --split element --n-folds 3 --model ridge --only-folds Xx; { [ $rc = 2 ] && err "there is no fold 'Xx'; the folds are [A-Z]"; }
check 'a fold that is not there is named, with those that are' $?
eval_in --report calibration --only-folds 1; { [ $rc = 2 ] && err 'leave --split, --only-folds'; }; check 'a report takes all folds' $?
eval_in --folds fold --model ridge; { [ $rc = 0 ] && grep -q '^mae \[MPa\]' "$T/out" && grep -q '^coverage90' "$T/out"; }
check 'a table for people' $?
for k in random system cluster element; do eval_in --split $k --n-folds 3 --model ridge --format json; { [ $rc = 0 ] && [ -n "$(mean "$T/out" coverage90)" ]; }; check "--split $k" $?; done
awk -F, 'NR == 1 { print; next } { print $1 "," ($2 > 1400) "," $3 }' "$T/in.csv" >"$T/class.csv"
run evaluate "$T/class.csv" --target 'yield strength' --folds fold --model svc --format json
{ [ $rc = 0 ] && [ -n "$(mean "$T/out" auc)" ] && [ -n "$(mean "$T/out" balanced_accuracy)" ]; }
check 'two values are a class' $?
run evaluate "$T/class.csv" --target 'yield strength' --folds fold --model svr --task regression --set C=1,gamma=0.01,epsilon=0.1 --format json
{ [ $rc = 0 ] && [ -n "$(mean "$T/out" mae)" ]; }
check 'unless --task regression' $?
run evaluate "$T/class.csv" --target 'yield strength' --folds fold --model svr; { [ $rc = 2 ] && err 'svc'; }
check 'svr on a class says what to use' $?
eval_in --report calibration --n-folds 3 --model ridge
{ [ $rc = 0 ] && head -n 1 "$T/out" | grep -Eq 'random +cluster +element$' && grep -Eq '^coverage90( +[0-9.]+){3}$' "$T/out"; }
check '--report calibration: three splits side by side' $?
eval_in --report calibration --folds fold --model ridge --format json
{ [ $rc = 0 ] && tr -d ' \n' <"$T/out" | grep -Eq '^\{"given":\{"mae":\{.*\},"cluster":\{"mae":.*,"element":\{"mae":'; }
check 'the same as JSON, on given folds' $?
cut -d, -f2- "$T/in.csv" | awk -F, -v OFS=, 'NR == 1 { print $0, "depth" } NR > 1 { print $0, NR * NR % 17 }' >"$T/bare.csv"
run evaluate "$T/bare.csv" --target 'yield strength' --features none --columns depth --report calibration --n-folds 3 --model ridge
{ [ $rc = 0 ] && err 'no element was left out' && ! grep -q element "$T/out"; }; check 'without formulas it goes without elements, and says so' $?
eval_in --report calibration --split random; { [ $rc = 2 ] && err 'leave --split'; }; check 'a report makes its own splits' $?
eval_in --folds fold --model ridge --transform log --format json --predictions "$T/log.csv"
{ [ $rc = 0 ] && grep -q '"transform": *"log"' "$T/out" && awk -F, 'NR > 1 && !($5 > 0) { exit 1 }' "$T/log.csv"; }
check '--transform log: no interval reaches below 0' $?
run evaluate "$T/class.csv" --target 'yield strength' --folds fold --model svc --set C=1,gamma=0.1 --transform log; { [ $rc = 2 ] && err 'is a class'; }
check 'a class has no transform' $?
eval_in --model ridge; { [ $rc = 0 ] && err "5 folds by chance (seed 1).*'fold' is not looked at, --folds fold"; }
check 'a split that nobody asked for is said, with the column that looks like folds' $?
eval_in --split random --model ridge; { [ $rc = 0 ] && ! err 'by chance'; }; check 'one that was asked for is not' $?
eval_in --folds nothing; { [ $rc = 3 ] && err "no fold column 'nothing'"; }; check 'a fold column that is not there' $?
eval_in --folds fold --split random; { [ $rc = 2 ] && err 'one of the two'; }; check 'folds both given and made' $?
eval_in --split random --n-folds 1; [ $rc = 2 ]; check 'one fold is none' $?
eval_in --folds fold --model ridge --predictions "$T/no/such/oof.csv"; [ $rc != 0 ]; check 'predictions to a folder that is not there' $?

if [ -n "${CUPEL_SANITIZED:-}" ] || [ ! -f "$S/data/matbench-official/matbench_steels.csv" ]; then
  echo "skip SVR on the official folds of steels: ../shared is absent or the build is sanitized"
else
  run evaluate "$S/data/matbench-official/matbench_steels.csv" --formula composition --target target --folds fold --features magpie --model svr --seed 1 --format json
  awk -v m="$(mean "$T/out" mae)" 'BEGIN { exit !(m > 0 && m <= 103.6) }'
  check 'SVR on the official folds of steels: mean absolute error at most 103.6 MPa' $?
  run evaluate "$S/data/matbench-official/matbench_steels.csv" --formula composition --target target --folds fold --features element_fraction \
    --model extra_trees --set trees=300,columns=0.9,leaf=1,median=0 --seed 1 --format json
  awk -v m="$(mean "$T/out" mae)" 'BEGIN { exit !(m > 0 && m <= 80.5) }'
  check 'extra_trees on the fractions of steels: mean absolute error at most 80.5 MPa' $?
  awk -v c="$(mean "$T/out" coverage90)" 'BEGIN { exit !(c >= 0.85 && c <= 0.95) }'; check '90 % intervals cover 85 to 95 % of steels' $?
fi
awk -F, 'BEGIN { print "formula,y,part"; split("Fe2O3 TiO2 ZnO CuO SnO2 NiO CoO MnO V2O5 WO3 MoO3 MgO CaO BaO SrO Al2O3 Ga2O3 In2O3", f, " "); for (i = 1; i <= 18; i++) printf "%s,%.17g,f%d\n", f[i], 0.1 * (1 + i % 3) + 1e-17 * i, i % 3 }' >"$T/same.csv"
"$C" evaluate "$T/same.csv" --target y --folds part --model ridge --features element_fraction >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ "$(awk '$1 == "r2" { print $2 $3 $4 $5 }' "$T/out")" = ---- ]; }; check 'truths that are equal up to rounding have no r2' $?
"$C" evaluate "$T/same.csv" --target y --folds y --model ridge --features element_fraction >"$T/out" 2>"$T/err"; { [ $? = 2 ] && grep -q 'that is the target' "$T/err"; }; check 'the target is no fold' $?
exit $bad
