#!/usr/bin/env bash
# A design over a list of spaces, or all: the right one wins, others are left with a reason, and which built-in family wins without a list.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
is() { local name=$1; shift; if "$@"; then ok "$name"; else no "$name"; fi; }
# What a gyroid of 0.3 has, in a narrow window of its fraction. `hidden WITHIN [SPACE]`
hidden() {
  cat <<Y
demand: a hidden gyroid
scale: microstructure
phases:
  - {name: polymer, k: 0.05}
  - {name: filler, k: 10}
require:
  - {property: conductivity, target: [[1.716, 0, 0], [0, 1.716, 0], [0, 0, 1.716]], within: $1}
  - {property: volume fraction, phase: filler, min: 0.298, max: 0.302}
grid: 16
seed: 1
Y
  [ -z "${2:-}" ] || echo "space: $2"
}
design() { "$CUPEL" design "$T/$1.yaml" -o "$T/$2" "${@:3}" >"$T/out" 2>"$T/err"; rc=$?; }
same() {
  cmp -s <(cut -d, -f1-6,8- "$T/$1/designs.csv") <(cut -d, -f1-6,8- "$T/$2/designs.csv") &&
    cmp -s "$T/$1/design-1.json" "$T/$2/design-1.json" && cmp -s "$T/$1/design-1.npy" "$T/$2/design-1.npy"
}
meets_as() { grep -q "^1,yes,.*$2:fraction" "$T/$1/designs.csv"; }
check_of() { "$CUPEL" demand check "$T/$1.yaml" >"$T/out" 2>"$T/err"; rc=$?; }
refuses() { check_of "$1"; [ $rc = "$2" ] && grep -q "$3" "$T/err"; }

hidden '0.5 %' '[gaussian, {generator: gyroid, sheet: 1, fraction: 0.4..0.6}, {generator: gyroid, fraction: 0.1..0.6}]' >"$T/list.yaml"
design list A --budget 12solves --threads 1
is 'a budget that does not do, in a list' test $rc = 5 -a -s "$T/A/progress.cupel"
design list A --budget 150solves --threads 2 --resume
is 'the space that can wins though another comes first' meets_as A gyroid
is 'and no more is solved than the budget has' awk -F, 'NR == 2 { exit !($6 <= 150) }' "$T/A/designs.csv"
is 'one that is far is left, and by how much is said' grep -q "list.yaml:11: space 'gaussian' left: .* tolerances off on 14 voxels an edge, 'gyroid' " "$T/err"
is 'walls of which more is made than may be are left' grep -q "space 'gyroid, sheet 1' left: the space has 0.4 to 0.6 of filler" "$T/err"
is 'run.json has both' grep -q 'tolerances off on 14' "$T/A/run.json"
is 'and why' grep -q '"reason": *"the space has 0.4 to 0.6 of filler' "$T/A/run.json"
is 'and the page' grep -q '<tr><th scope=row>gyroid, sheet 1<td class=num><td>the space has 0.4' "$T/A/report.html"
is 'what was searched is said' grep -q "^1 of 3 spaces searched: 'gyroid'; " "$T/out"
[ -n "${CUPEL_SANITIZED:-}" ] || {
  design list B --budget 150solves --threads 1
  is 'resumed, of other threads, the same bytes' same A B
}

hidden '3 %' all >"$T/all.yaml"
design all C --budget 60solves
is 'all, with a small budget' test $rc = 0
is 'none of which it is too small for' test "$(grep -c '"searched"' "$T/C/run.json")" = 25 -a -z "$(grep 'the budget is too small' "$T/C/run.json" "$T/err")"
is 'those that are left are named with how far they are, in one line' grep -q "all.yaml:11: spaces left, .* where '[a-z_]*' is [0-9.]*: .*'bcc_spheres' [0-9.]*, 'fcc_spheres' [0-9.]*, " "$T/err"
is 'what the look took is beside the budget, and said' grep -q '^looked at on the smallest grids: [0-9]* loads in ' "$T/out"
check_of all
names=$(sed -n '/^Looked for in/,/^.cupel design. takes/s/^- \([a-z_]*\).*/\1/p' "$T/out" | sort -u)
"$CUPEL" help design | tr -s ' \n' '  ' >"$T/help"
is 'all are two dozen' test "$(echo "$names" | wc -l)" -ge 20
for n in $names; do grep -q "[ (]${n}[,.) ]" "$T/help" || no "help design names $n"; done

sed '/^phases/,/filler/{/polymer/d; s/\(.*filler.*\)/\1\n  - {name: polymer, k: 0.05}/}; s/grid: 16/grid: 8/' "$T/list.yaml" >"$T/round.yaml"
design round R0 --budget 12solves
is 'bodies of the weaker phase are told of' grep -q "are of 'polymer', the second phase, which is the weaker" "$T/err"

hidden '3 %' '[gaussian, {generator: laminate, fraction: 0.05..0.9}]' |
  sed 's/{property: conductivity.*/{property: conductivity, component: 33, min: 1.5, max: 1.5}/; s/min: 0.298, max: 0.302/max: 0.9/' >"$T/layers.yaml"
design layers L
is 'layers in a list are answered in closed form' grep -q '^1,yes,.*laminate:' "$T/L/designs.csv"
is 'and the others are left for it' grep -q '"reason": *"plane layers have what is asked' "$T/L/run.json"
hidden '3 %' '[gaussian, gyrod]' >"$T/w.yaml"; is 'an unknown name, and the nearest' refuses w 2 "w.yaml:11: space: no generator 'gyrod'; did you mean 'gyroid'? those of 2 phases that a design searches: gyroid, "
is 'where those that it does not search are not listed' test -z "$(grep 'hard_spheres\|voronoi\|no file' "$T/err")"
hidden '3 %' '[{generator: gyrod, fraction: 0.1..0.2}]' >"$T/w.yaml"; is 'in a map of a list too' refuses w 2 "w.yaml:11: space: no generator 'gyrod'; did you mean"
hidden '3 %' '{generator: hard_sphere, fraction: 0.1..0.2}' >"$T/w.yaml"
is 'and alone, with those that only run takes' refuses w 2 "'hard_sphere'; did you mean 'hard_spheres'? .*; 'cupel run' takes hard_spheres, random_fibres too"
hidden '3 %' '{generator: [gyroid, octet], fraction: 0.1..0.2}' >"$T/w.yaml"; is 'two generators in a map' refuses w 2 'several are a list, as in'
for range in 0.1-0.35 '0.1 to 0.35'; do
  hidden '3 %' "[{generator: gyroid, fraction: $range}]" >"$T/w.yaml"; is "a range as $range" refuses w 2 'fraction: a range is written with two dots: 0.1..0.35'
done
hidden '3 %' '[all]' >"$T/w.yaml"; check_of w; is 'all, as the only one of a list' grep -q '^Looked for in 25 spaces' "$T/out"
hidden '3 %' '[gyroid, all]' >"$T/w.yaml"; is 'but not beside others' refuses w 2 "'all' stands alone"
hidden '3 %' All >"$T/w.yaml"; is 'All is all' refuses w 2 "did you mean 'all'?"
hidden '3 %' all | sed 's/^grid/resolution/' >"$T/w.yaml"; is 'another word for a key' refuses w 2 "unknown key 'resolution' .*; did you mean 'grid'?"
hidden '3 %' all | sed 's/property: conductivity/property: thermal conductivty/' >"$T/w.yaml"
is 'a slip in a property' refuses w 2 "did you mean 'thermal conductivity'?"
hidden '3 %' all | sed 's/^grid: .*/box: 5 mm/' >"$T/w.yaml"; is 'and of the size' refuses w 2 "unknown key 'box' .*; did you mean 'size'?"
hidden '3 %' all | sed 's/\(- {name: [a-z]*\), /\1, rho: 8.96 g\/cm3, /' >"$T/w.yaml"; is 'and of a density' refuses w 2 "unknown key 'rho' in a phase; did you mean 'density'?"
hidden '3 %' '[gaussian, hard_spheres]' >"$T/w.yaml"; is 'one that is not smooth' refuses w 2 'does not change smoothly'
hidden '3 %' '[gaussian, plurigaussian]' >"$T/w.yaml"; is 'one of three phases' refuses w 2 'fraction2: 0.1..0.4}'
hidden '3 %' '[]' >"$T/w.yaml"; is 'an empty list' refuses w 2 'the list is empty'
hidden '3 %' '[{fraction: 0.1..0.2}]' >"$T/w.yaml"; is 'a map without its generator' refuses w 2 'as in {generator: gyroid'
hidden "3 %" gyroid:fraction=0.3 >"$T/w.yaml"; is 'one structure' refuses w 2 'is one structure; give ranges'
hidden '3 %' '[{generator: gyroid, fraction: 0.4..0.6}, {generator: octet, fraction: 0.5..0.6}]' >"$T/w.yaml"
is 'a list of which none can' refuses w 5 "by none of the 2 spaces; by 'gyroid' because the space has 0.4 to 0.6"
"$CUPEL" run "$T/list.yaml" -o "$T/R" >"$T/out" 2>"$T/err"; rc=$?
is 'a table takes one space' test $rc = 2 -a ! -e "$T/R"
is 'and says so' grep -q "'cupel run' and a surrogate take one space" "$T/err"

# Without a space: series where few waves have it, noise where it is turned.
[ -n "${CUPEL_SANITIZED:-}" ] && exit $bad
hidden '3 %' >"$T/none.yaml"; design none D --budget 150solves
is 'of the built-in families the series wins' grep -q '^1,yes,.*nodal_surface:' "$T/D/designs.csv"
is 'no list, no spaces in run.json' test "$(grep -c '"spaces"' "$T/D/run.json")" = 0
heat_spreader '3 %' | sed 's/grid: 32/grid: 16/' >"$T/noise.yaml"; design noise E --budget 100solves
is 'and noise elsewhere' meets_as E gaussian
# One space whose seed says nothing: one start for each place where it may begin, and there is none but its fraction.
hidden '0.1 %' '{generator: gyroid, fraction: 0.1..0.6}' >"$T/still.yaml"
design still S --budget 500solves
is 'a structure without a seed is not searched again for each' awk -F, 'NR == 2 { exit !($6 < 100) } END { exit NR != 2 }' "$T/S/designs.csv"

exit $bad
