#!/usr/bin/env bash
# Gaussian processes with a tree of kernels as a user calls them: train, predict, demand, tasks in a column, refusals with their place.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
# A property of SiGe alloys that falls with the temperature, by two methods: one of them is off by a factor and an offset, and cheap.
awk 'BEGIN { print "formula,T,method,y [eV]"; for (i = 0; i < 90; i++) { x = (i * 37 % 90 + 0.5) / 90; t = 200 + (i * 53 % 11) * 60; m = i % 5 != 0;
  y = 1.2 + 0.6 * sin(4 * x) - 0.0004 * t; printf "Si%.4fGe%.4f,%d,%s,%.4f\n", x, 1 - x, t, m ? "computed" : "measured", m ? 0.6 * y - 0.1 : y } }' >"$T/in.csv"
train() { run train "$T/in.csv" --columns T,method --features stoichiometry,magpie --target 'y [eV]' "$@"; }
tree='matern52(composition)*rbf(T)*tasks(method) + linear(T)*tasks(method) + tasks(method)'

train --kernel "$tree" --threads 1 -o "$T/m.h5"; { [ $rc = 0 ] && err 'kernel: matern52(composition; length' && err 'correlation with the first' && err 'gp_tree (rows=600'; }
check 'train with a tree of kernels' $?
train --kernel "$tree" --threads 2 --model gp -o "$T/m2.h5"; cmp -s "$T/m.h5" "$T/m2.h5"; check 'the same model for 1 and 2 threads, and by the name gp' $?
run predict "$T/m.h5" "$T/in.csv" --threads 1 -o "$T/p.csv"; run predict "$T/m.h5" "$T/in.csv" --threads 2 -o "$T/p2.csv"
{ [ $rc = 0 ] && cmp -s "$T/p.csv" "$T/p2.csv" && [ "$(wc -l <"$T/p.csv")" = 91 ]; }; check 'predict' $?
mae() { run evaluate "$T/in.csv" --columns T,method --features stoichiometry,magpie --target 'y [eV]' --kernel "$1"; awk '$1 == "mae" { print $3 }' "$T/out"; }
shared=$(mae "$tree"); apart=$(mae 'linear(T) + tasks(method)')
awk -v a="$shared" -v b="$apart" 'BEGIN { exit !(a > 0 && a < 0.5 * b) }'; check "methods that share what they know: $shared eV, linear with an offset each: $apart eV" $?
train --kernel search --threads 1 -o "$T/s.h5"; { [ $rc = 0 ] && err 'kernel search: .* scores' && grep -Eq 'kernel: .*tasks\(method; correlation' "$T/err"; }
check 'a search finds that the methods differ' $?
train --kernel search --threads 2 -o "$T/s2.h5"; cmp -s "$T/s.h5" "$T/s2.h5"; check 'the same kernel for 1 and 2 threads' $?
demand() { printf 'demand: kernels\ndata: {file: in.csv, target: "y [eV]", property: y}\nmodel: {kernel: "%s"}\nspace:\n  ranges: {Si: 0..1, Ge: 0..1}\n  step: 0.1\nrequire: [{property: y, min: 0.2 eV}]\n' "$1"; }
demand 'matern52(composition) + linear' >"$T/d.yaml"; run screen "$T/d.yaml" -o "$T/r.csv"
{ [ $rc = 0 ] && [ "$(wc -l <"$T/r.csv")" -gt 3 ]; }; check 'a demand with a kernel' $?
demand 'matern5(composition)' >"$T/bad.yaml"
run run "$T/bad.yaml" -o "$T/bad"; { [ $rc = 2 ] && err "bad.yaml:3: kernel, character 1: 'matern5' is unknown; did you mean 'matern52'"; }
check 'a demand says the line and the place in it' $?

# The same as two columns of one table: 18 measured, 72 computed, one of both; rows of neither are learned from by nobody.
awk -F, 'NR == 1 { print "formula,T,measured [eV],computed [eV]"; next } { print $1 "," $2 "," ($3 == "measured" ? $4 : "") "," ($3 == "computed" ? $4 : NR == 12 ? 0.3 : "") }' \
  "$T/in.csv" >"$T/wide.csv"; echo 'Si0.5Ge0.5,300,,' >>"$T/wide.csv"
wide() { run "$@" "$T/wide.csv" --columns T --features stoichiometry,magpie --target 'measured [eV]' --kernel 'matern52(composition)*rbf(T) + linear'; }
wide train --missing drop -o "$T/alone.h5"; wide train --beside computed --threads 1 -o "$T/w.h5"
{ [ $rc = 0 ] && err "beside 'measured': 73 rows of 'computed'" && err 'tasks(correlation with the first' && err 'on 18 rows'; }; check 'another target beside' $?
cp "$T/err" "$T/said"; wide train --beside 'computed [eV]' --threads 2 -o "$T/w2.h5"; cmp -s "$T/w.h5" "$T/w2.h5"; check 'the same model for 1 and 2 threads' $?
wide evaluate --missing drop; alone=$(awk '$1 == "mae" { print $3 }' "$T/out"); wide evaluate --beside computed; both=$(awk '$1 == "mae" { print $3 }' "$T/out")
awk -v a="$both" -v b="$alone" 'BEGIN { exit !(a > 0 && a < 0.7 * b) }'; check "18 rows alone: $alone eV, with another target beside: $both eV" $?
run predict "$T/w.h5" "$T/wide.csv" -o "$T/pw.csv"; { [ $rc = 0 ] && head -n 1 "$T/pw.csv" | grep -q ',measured lower \[eV\],'; }; check 'it predicts the target' $?
sed 's/, property: y}/, property: y, columns: T, beside: [computed]}/; s/file: in.csv, target: "y/file: wide.csv, target: "measured/' "$T/d.yaml" >"$T/db.yaml"
sed -i 's/^  step: 0.1/  step: 0.1\n  columns: {T: [300]}/' "$T/db.yaml"; run screen "$T/db.yaml" -o "$T/rb.csv"
{ [ $rc = 0 ] && err "beside '.*': 73 rows of 'computed'" && [ "$(wc -l <"$T/rb.csv")" -gt 3 ]; }; check 'another target beside in a demand' $?
wide train -o "$T/x.h5"; { [ $rc = 3 ] && err 'wide.csv:3'; }; check 'a missing target without another beside is an error' $?
wide train --beside hardness -o "$T/x.h5"; { [ $rc != 0 ] && err "beside: .*hardness"; }; check 'a target beside that is not there' $?
together() { run "$@" "$T/wide.csv" --columns T --features stoichiometry,magpie --target 'measured [eV]' --set trees=80,columns=1,leaf=1,median=0; }
for m in extra_trees random_forest; do
  together train --model $m --beside computed --threads 1 -o "$T/t.h5"; { [ $rc = 0 ] && err "73 rows of 'computed'" && err 'on 18 rows'; }; check "$m with another target beside" $?
  together train --model $m --beside computed --threads 2 -o "$T/t2.h5"; cmp -s "$T/t.h5" "$T/t2.h5"; check 'the same model for 1 and 2 threads' $?
  together evaluate --model $m --missing drop; alone=$(awk '$1 == "mae" { print $3 }' "$T/out")
  together evaluate --model $m --beside computed; both=$(awk '$1 == "mae" { print $3 }' "$T/out")
  awk -v a="$both" -v b="$alone" 'BEGIN { exit !(a > 0 && a < b) }'; check "18 rows alone: $alone eV, with another target beside: $both eV" $?
done
run predict "$T/t.h5" "$T/wide.csv" -o "$T/pt.csv"; { [ $rc = 0 ] && head -n 1 "$T/pt.csv" | grep -q ',measured lower \[eV\],'; }; check 'it predicts the target' $?
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "computed [eV] (table)") t = i; if ($i == "computed [eV]") c = i; if ($i == "measured [eV]") m = i } next }
  $t != "" { d = $c - $t; s += d < 0 ? -d : d; n++ } $m == "" || $c == "" { bad = 1 } END { exit !(n == 73 && s / n < 0.05 && !bad) }' "$T/pt.csv"
check 'and the other one, of all rows' $?
printf '{"formula": "Si0.5Ge0.5", "T": 300}\n' | "$C" predict "$T/t.h5" - -o - --format jsonl 2>"$T/err" | grep -Eq '"computed \[eV\]": [0-9.]+, "reason"'
check 'line by line too' $?
run inspect "$T/t.h5" --format json; grep -q 'own/beside' "$T/out"; check 'its leaves hold the means of both' $?
wide train --beside computed --model svr -o "$T/x.h5"; { [ $rc = 2 ] && err 'expected model gp_tree'; }; check 'a learner that takes one target' $?

train --kernel 'rbf(T' -o "$T/x.h5"; { [ $rc = 2 ] && err "kernel, character 6: found its end, expected ',' or ')'" && [ ! -e "$T/x.h5" ]; }; check 'an open parenthesis' $?
train --kernel 'rbf(temperature)' -o "$T/x.h5"; { [ $rc = 2 ] && err "no columns are called 'temperature'" && err 'its columns: T,method'; }; check 'a column that is not there' $?
train --kernel rbf --model svr -o "$T/x.h5"; { [ $rc = 2 ] && err 'expected model gp_tree'; }; check 'a learner that takes no kernels' $?
train --kernel "$(printf '(%.0s' $(seq 5000))" -o "$T/x.h5"; { [ $rc = 2 ] && err 'expected at most 1000'; }; check 'a kernel that is too long' $?
run methods learner; grep -q '^ *gp_tree ' "$T/out"; check 'methods' $?
run cite gp_tree; grep -q 'duvenaud13' "$T/out"; check 'cite' $?
exit $bad
