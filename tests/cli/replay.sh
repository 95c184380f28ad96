#!/usr/bin/env bash
# A measured table, asked again: the figures of the README among them.
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
P=$R/datasets/examples/p3ht.csv

run replay "$P" --target conductivity --maximize --campaigns 20 --most 100 -o "$T/a.svg" --threads 1; cp "$T/out" "$T/one"
{ [ $rc = 0 ] && grep -q '^178 experiments of 5 inputs' "$T/out"; }; check 'the example' $?
awk '/^chosen by the loop/ { l = $5 } /^by chance/ { c = $3 } END { exit !(l > 0 && l <= 36 && c >= 89) }' "$T/out"; check 'the best of 178 in at most 36 experiments (median), by chance 89' $?
run replay "$P" --target conductivity --maximize --campaigns 20 --most 100 -o "$T/b.svg" --threads 2; { cmp -s "$T/out" "$T/one" && cmp -s "$T/a.svg" "$T/b.svg"; }; check 'the same for 1 and 2 threads' $?
{ grep -q '^<svg xmlns' "$T/a.svg" && tail -n 1 "$T/a.svg" | grep -q '</svg>' && grep -q 'conductivity \[S/cm\]' "$T/a.svg" && ! grep -qi nan "$T/a.svg"; }; check 'the picture' $?
run replay "$P" --target conductivity --maximize --campaigns 20 --acquisition random; awk '/^chosen by the loop/ { l = $5 } END { exit !(l > 50 && l < 140) }' "$T/out"; check 'random choice is what chance says' $?
run replay "$P" --target conductivity --minimize --campaigns 3 --format json; { [ $rc = 0 ] && grep -q '"chance": {"experiments": \[' "$T/out"; }; check 'JSON' $?
run replay "$P" --target conductivity --maximize --campaigns 9 --most 6; { [ $rc = 0 ] && grep -q '^chosen by the loop *> 6' "$T/out" && grep -q '^by chance *> 6' "$T/out" && grep -q 'campaigns did not find it within 6 experiments' "$T/out"; }; check 'a cap is not a find' $?
run replay "$P" --target conductivity --maximize --campaigns 9 --most 6 --format json; { [ $rc = 0 ] && grep -q '"most": 6' "$T/out" && grep -q '"experiments": \[null' "$T/out"; }; check 'nor in JSON' $?
printf 'a,y\n1,2\n2,\n1,4\n3,9\n' >"$T/t.csv"; run replay "$T/t.csv" --target y --maximize --campaigns 2; { [ $rc = 0 ] && err '1 row without a value' && grep -q '^2 experiments of 1 inputs (3 measurements)' "$T/out"; }; check 'repeats and gaps' $?
run replay "$T/t.csv" --target y --maximize --campaigns 0; [ $rc = 2 ]; check 'no campaign' $?
run replay "$T/t.csv" --target y; [ $rc = 2 ]; check 'no direction' $?
run replay "$T/t.csv" --target z --maximize; [ $rc = 3 ]; check 'no such goal' $?
printf 'y\n1\n' >"$T/u.csv"; run replay "$T/u.csv" --target y --maximize; [ $rc = 3 ]; check 'no inputs' $?
printf 'a,y\n1,5\n2,5\n' >"$T/v.csv"; run replay "$T/v.csv" --target y --maximize -o "$T/v.svg"; { [ $rc = 0 ] && ! grep -qi 'nan\|inf' "$T/v.svg"; }; check 'all values equal' $?
if [ -n "${CUPEL_SANITIZED:-}" ]; then echo "skip the figures of the README: the build is sanitized"; else
  run replay "$P" --target conductivity --maximize; grep '^chosen by the loop' "$T/out" | grep -qxF "$(sed -n 's/^    \(chosen by the loop.*\)/\1/p' "$R/README.md")"; check 'the figures of the README' $?
fi
exit $bad
