#!/usr/bin/env bash
# The path of an elastic net, as inspect and explain show it: a factorial design, whose columns enter the lasso at their correlation with the target.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 8 "$T/out" "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
cd "$T" || exit 1
{ echo 'a [K],b,idle,y'; for a in -1 1; do for b in -1 1; do for c in -1 1; do for d in -1 1; do echo "$((300 + 100 * a)),$((2 * b)),$((c * d)),$((3 * a - b + 7))"; done; done; done; done; } >d.csv
run train d.csv --features none --target y --model elastic_net --set lambda=0.1,l1=1 -o m.h5; [ $rc = 0 ]; check 'a lasso' $?
# 3 a - b has the deviation sqrt(10): correlations 3 / sqrt(10) and -1 / sqrt(10), slopes that less 0.1
run inspect m.h5
{ [ $rc = 0 ] && grep -q '^    0.9487 .* +0.849  a \[K\]$' out && grep -q '^    0.3162 .* -0.216  b$' out && ! grep -q ' idle$' out && grep -q '^the model: lambda 0.1, 2 columns, error' out; }; check 'inspect: where columns enter, and their slopes' $?
run inspect m.h5 --format json
tr -d '\n ' <out | grep -q '"path":{"settings":"lambda=0.1,l1=1","lambda":0.1,"steps":\[{"lambda":0.948683[0-9]*,"columns":0,"error":[0-9.]*},.*"enters":\[{"column":"a\[K\]","unit":"[K]*","lambda":0.94868[0-9]*,"slope":0.84868[0-9]*},{"column":"b","unit":"","lambda":0.31622[0-9]*,"slope":-0.21622[0-9]*}\]}'; check 'as JSON' $?
run explain m.h5 d.csv --rows 1; grep -q '^    0.9487 .* a \[K\]$' out; check 'explain shows it too' $?
run explain m.h5 d.csv --rows 1 --format json; tr -d '\n ' <out | grep -q '"path":{"settings"'; check 'as JSON too' $?
run train d.csv --features none --target y --model ridge -o r.h5; "$C" inspect r.h5 >out; ! grep -q 'path' out; check 'a model without one' $?
"$C" predict m.h5 d.csv -q -o p.csv 2>err; cp m.h5 damaged.h5; printf 'x' | dd of=damaged.h5 bs=1 seek=$(($(wc -c <m.h5) / 2)) conv=notrunc 2>err; run predict damaged.h5 d.csv -o q.csv; [ $rc = 4 ]; check 'damage is noticed' $?
exit $bad
