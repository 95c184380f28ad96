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

# Several goals: the volume of Zitzler's front, whose points are known, against chance; the front of a table of words.
awk 'BEGIN { print "a,b,f [eV],g"; srand(7); for (i = 0; i < 80; i++) { a = rand(); b = rand(); g = 1 + 9 * b; printf "%.6f,%.6f,%.6f,%.6f\n", a, b, a, g * (1 - sqrt(a / g)) } }' >"$T/z.csv"
several() { run replay "$T/z.csv" --target f:min --target g:min --campaigns 6 --most 24 "$@"; }
several -o "$T/z.svg" --threads 1; cp "$T/out" "$T/z1"; { [ $rc = 0 ] && grep -q 'f \[eV\]: the smallest is .*; g: the smallest is .*make the front' "$T/out" && grep -q '^after 23 ' "$T/out"; }; check 'two goals' $?
awk '/^after 23 / { exit !($4 > $8 + 0.05 && $4 > 0.95) }' "$T/out"; check 'the loop dominates more than chance' $?
several -o "$T/y.svg" --threads 2; { cmp -s "$T/out" "$T/z1" && cmp -s "$T/z.svg" "$T/y.svg"; }; check 'the same for 1 and 2 threads (two goals)' $?
{ grep -q 'share of the dominated volume' "$T/z.svg" && ! grep -qi 'nan\|inf' "$T/z.svg"; }; check 'its picture' $?
several --format json; { [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); exit 1 unless @{$j->{goals}} == 2 && $j->{front} > 3 && $j->{most} == 24;
  for my $c (qw(loop chance)) { my $m = $j->{$c}{mean}; exit 1 if @$m != 24; for (1 .. 23) { exit 1 if $m->[$_] < $m->[$_ - 1] - 1e-12 || $m->[$_] > 1 || $j->{$c}{deviation}[$_] < 0 } } exit 0' <"$T/out"; }; check 'its JSON' $?
several --acquisition random; awk '/^after 23 / { d = $4 - $8; if (d < 0) d = -d; exit !(d < 0.15) }' "$T/out"; check 'random choice is what chance says of two goals' $?
run replay "$T/z.csv" --target f:min --target f:max; [ $rc = 2 ]; check 'a goal twice' $?
printf 'a,y,z\n1,5,1\n2,5,2\n' >"$T/w.csv"; run replay "$T/w.csv" --target y:max --target z:max; { [ $rc = 3 ] && err "goal 'y' is 5 in all"; }; check 'a goal that never changes' $?
printf 'a,y,z\n1,5,1\n2,1,5\n' >"$T/w.csv"; run replay "$T/w.csv" --target y:max --target z:max; { [ $rc = 3 ] && err 'nothing is dominated'; }; check 'nothing is dominated' $?
printf 'a,y,z\n1,5,1\n2,1,\n3,4,2\n4,1,1\n' >"$T/w.csv"; run replay "$T/w.csv" --target y:max --target z:max --campaigns 2; { [ $rc = 0 ] && err '1 row without a value of each goal'; }; check 'rows without one of the goals' $?
run replay "$P" --target conductivity --maximize -o "$T/x.png"; { [ $rc = 2 ] && err 'SVG' && [ ! -e "$T/x.png" ]; }; check 'no SVG in a .png' $?
run replay "$P" --target conductivity --maximize --campaigns 3 --most 6 -o "$T/n.svg"; { [ $rc = 0 ] && grep -q 'chosen by cupel: found not within 6<' "$T/n.svg" && ! grep -q 'after not' "$T/n.svg" && err "5 inputs: '"; }; check 'the legend of what was not found, and the inputs' $?
if [ -n "${CUPEL_SANITIZED:-}" ]; then echo "skip the figures of the README: the build is sanitized"; else
  run replay "$P" --target conductivity --maximize; grep '^chosen by the loop' "$T/out" | grep -qxF "$(sed -n 's/^    \(chosen by the loop.*\)/\1/p' "$R/README.md")"; check 'the figures of the README' $?
fi
exit $bad
