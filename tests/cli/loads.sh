#!/usr/bin/env bash
# What a design says of its solves: how many there were and what for, the same everywhere; and what was solved after the search: what stands for nothing.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip loads of a design: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
cell() { sed 's/"[^"]*"/recipe/' "$1" | awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) k = i } NR == 2 { print $k }'; }
near() { awk -v a="$1" -v t="$2" -v w="$3" 'BEGIN { exit !(a != "" && a < t * w && a > t / w) }' && ok "$4: $1, $2" || no "$4: $1, $2"; }

# An insulator of 1/1111.
heat_spreader '4 %' | sed 's/k: 1.0}/k: 0.009}/' >"$T/d.yaml"
"$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 150solves --threads 1 >"$T/out" 2>"$T/err" || no 'a demand with an insulator is met'
all=$(sed -n 's/^  "solves": \([0-9]*\),$/\1/p' "$T/D/run.json")
parts=$(tr -d '\n ' <"$T/D/run.json" | sed -n 's/.*"solvesby":{\([^}]*\)}.*/\1/p' | tr ',' '\n' | awk -F: '{ n += $2 } END { print n }')
[ -n "$all" ] && [ "$parts" = "$all" ] && ok "the parts add up to all $parts" || no "the parts add up: $parts of $all"
grep -q "^$parts loads solved in all: search [1-9]" "$T/out" && grep -q ">$parts</dt><dd>loads solved, all grids" "$T/D/report.html" && ok 'and the page and the output say as many' || { tail -n 2 "$T/out"; no 'and the page and the output say as many'; }
[ $(($(cell "$T/D/designs.csv" solves) + $(cell "$T/D/designs.csv" 'solves after'))) = "$parts" ] && ok 'so does the table, of one design' || no 'so does the table, of one design'
grep -q "probability.*$(cell "$T/D/designs.csv" solves) loads solved in" "$T/out" && [ "$(cell "$T/D/designs.csv" 'solves to verify')" = 6 ] && ok 'two trials verify: the third was solved by the search' || no 'two trials verify'

# Stage by stage: one row for each run of steps of the account on one grid, with the loads up to its end, and what came after them up to all there were.
stages() { sed -n '/stage by stage/,/<\/table>/p' "$1" | sed -n 's/^<tr><td>\(.*\)$/\1/p' | sed 's/<td class=num>/,/g'; }
stages "$T/D/report.html" >"$T/stages"
of_account() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); my ($last, @row) = ("");
  for (@{$j->{steps}}) { my $of = "$_->{generator},$_->{seed},$_->{start},$_->{grid}"; push @row, [] if $of ne $last; $row[-1] = "$_->{generator},$_->{seed},$_->{grid},$_->{solves}"; $last = $of }
  print map { "$_\n" } @row' <"$1"; }
of_account "$T/D/run.json" >"$T/account"
n=$(wc -l <"$T/account"); head -n "$n" "$T/stages" | awk -F, '{ print $1 "," $2 "," $3 "," $5 }' | cmp -s - "$T/account" && [ "$n" -ge 2 ] && ok "the page has the $n stages of the account" || { cat "$T/stages" "$T/account"; no 'the page has the stages of the account'; }
[ "$(tail -n 1 "$T/stages" | cut -d, -f5)" = "$all" ] && [ "$(tail -n +$((n + 1)) "$T/stages" | cut -d, -f1 | head -n 1)" = verification ] && ok "and its last row all $all loads" || { cat "$T/stages"; no "its last row has all $all loads"; }

tenth=$(tr -d '\n ' <"$T/D/run.json" | sed -n 's/.*"withatenthofit":{"conductivity\[%\]":\([0-9.e-]*\)}.*/\1/p')
tensor() { "$CUPEL" homogenize "$1" --grid 32 --property conduction --phase 0:k="$2" --phase 1:k=10 --format json 2>"$T/err" | tr -d '\n ' | sed 's/.*"tensor":\[\[\([^]]*\)\],\[\([^]]*\)\],\[\([^]]*\)\]\].*/\1 \2 \3/; s/,/ /g'; }
# An extrapolated value against that of one grid: half as much again at most.
near "$tenth" "$(echo "$(tensor "$T/D/design-1.json" 0.009) $(tensor "$T/D/design-1.json" 0.0009)" | awk '{ for (i = 1; i <= 9; i++) { d += ($i - $(i + 9)) ^ 2; s += $i ^ 2 } print 100 * sqrt(d / s) }')" 1.8 'a tenth of the insulator, in %'
grep -q 'polymer: computed with 1/1,111 of the conductivity of the best conducting phase; a tenth of that moves the design.s conductivity by' "$T/out" && grep -q 'void or insulator with a tenth of what it has<td class=num>[0-9]' "$T/D/report.html" && ok 'it is said' || no 'it is said'

# No budget for more than the search.
"$CUPEL" design "$T/d.yaml" -o "$T/E" --budget 50solves --threads 1 >"$T/out" 2>"$T/err" || no 'a smaller budget'
grep -q '^  5 % more or less' "$T/out" && grep -q '^  not computed, the budget is spent: what its voids are worth$' "$T/out" && ! grep -q '"void"' "$T/E/run.json" && ok 'what no longer fits the budget is left out, and said' || { cat "$T/out"; no 'what no longer fits the budget is left out, and said'; }

# A gyroid conducts alike in all directions: this is far away.
heat_spreader '0.1 %' 'space: {generator: gyroid, fraction: 0.2..0.45}' >"$T/f.yaml"
"$CUPEL" design "$T/f.yaml" -o "$T/F" --grid 24 --budget 40solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 5 ] && grep -q 'does not meet the demand (probability below 1e-06)' "$T/out" && [ "$(cell "$T/F/designs.csv" probability)" = 0 ] && ok 'a probability that is none' || { cat "$T/out"; no "a probability that is none ($rc)"; }

# Where no target says which fraction, fractions are looked at: two where a quarter of the budget pays for no more, of 3 + 3 loads each.
cat >"$T/w.yaml" <<'Y'
demand: a window
scale: microstructure
phases:
  - {name: a, k: 1}
  - {name: b, k: 10}
require:
  - {property: conductivity, component: 11, min: 2.5, max: 4}
space: {generator: gyroid, fraction: 0.2..0.6}
grid: 24
Y
"$CUPEL" design "$T/w.yaml" -o "$T/W" --budget 20solves --threads 1 >"$T/out" 2>"$T/err" || no 'a window'
n=$(sed -n 's/^\([0-9]*\) loads solved in all:.*/\1/p' "$T/out")
# Two of 6, one more with what two finer grids say of it, and a verification of 9; five fractions made 57.
[ -n "$n" ] && [ "$n" -le 45 ] && ok "fewer fractions are looked at with less: $n loads" || { cat "$T/out"; no "fewer fractions are looked at with less: $n loads"; }

# A budget in solves bounds the work: its last three trials are kept for a verification. What is too small for a first trial and that says so.
heat_spreader '0.5 %' >"$T/h.yaml"
for b in 12 20 40 100; do
  rm -rf "$T/H"; "$CUPEL" design "$T/h.yaml" -o "$T/H" --grid 24 --budget ${b}solves --threads 1 >"$T/out" 2>"$T/err"
  n=$(sed -n 's/^\([0-9]*\) loads solved in all:.*/\1/p' "$T/out")
  [ -n "$n" ] && [ "$n" -le $b ] && [ "$n" -gt $((b / 2)) ] && ! grep -q 'too small' "$T/err" && [ "$(cell "$T/H/designs.csv" 'verified on grid')" -ge 32 ] && ok "at most $b: $n" || { cat "$T/out"; no "at most $b: $n"; }
done
"$CUPEL" design "$T/h.yaml" -o "$T/L" --grid 24 --budget 9solves --threads 1 >"$T/out" 2>"$T/err"
tr -s '\n ' ' ' <"$T/err" | grep -q 'a budget of 9 solves is too small for a first trial and its verification, which took 12: the least that will do is --budget 12solves' &&
  ok 'the least that will do is said' || { cat "$T/out"; no 'the least that will do is said'; }
# What a start that is brought to its size takes two trials for each: two, and a verification.
sed '1,/target/s/0.1\], \[0, 0.1, 1.8/~], [0, ~, 1.8/' "$T/h.yaml" >"$T/o.yaml"
"$CUPEL" design "$T/o.yaml" -o "$T/O" --grid 24 --budget 18solves --threads 1 >"$T/out" 2>"$T/err"
n=$(sed -n 's/^\([0-9]*\) loads solved in all:.*/\1/p' "$T/out")
[ -n "$n" ] && [ "$n" -le 18 ] && grep -q ' ~' "$T/o.yaml" && ok "at most 18 with open components: $n" || { cat "$T/out"; no "at most 18 with open components: $n"; }
# A search for a goal keeps room for a second verification: the first may miss by its bar, which is known then.
cat >"$T/g.yaml" <<'Y'
demand: a goal
scale: microstructure
phases:
  - {name: a, k: 0.1}
  - {name: b, k: 10}
grid: 24
seed: 2
space: {generator: gaussian, fraction: 0.1..0.6, wavelength: 0.3, metric11: -1..1, metric22: -1..1}
require:
  - {property: conductivity, component: 11, goal: maximise}
  - {property: conductivity, component: 33, max: 0.6}
  - {property: volume fraction, phase: b, max: 0.35}
Y
"$CUPEL" design "$T/g.yaml" -o "$T/G" --budget 90solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && ok 'a goal keeps room for a second verification' || { cat "$T/out"; no 'a goal keeps room for a second verification'; }
# One body is mended whatever the budget, which is said then.
sed 's/^grid: .*/connected: b\n&/; s/gyroid, fraction: 0.2..0.6/gaussian, fraction: 0.2..0.25, wavelength: 0.3, seed: 1/; s/2.5, max: 4/1.2, max: 4/' "$T/w.yaml" >"$T/c.yaml"
"$CUPEL" design "$T/c.yaml" -o "$T/C" --budget 15solves --threads 1 >"$T/out" 2>"$T/err"
n=$(sed -n 's/^\([0-9]*\) loads solved in all:.*one body [1-9].*/\1/p' "$T/out")
[ -n "$n" ] && tr -s '\n ' ' ' <"$T/err" | grep -q "the least that will do is --budget ${n}solves" && ok "and one body counts: $n" || { cat "$T/out"; no "and one body counts: $n"; }
exit $bad
