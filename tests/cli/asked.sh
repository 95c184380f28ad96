#!/usr/bin/env bash
# What else can be asked of a design: statistics, lengths of a process, one body, a free orientation, invariants; and what says so.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip what else is asked of a design: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
head='demand: a test
scale: microstructure
phases:
  - {name: a, k: 1, density: 1}
  - {name: b, k: 10, density: 3}
grid: 24
seed: 1'
design() { # design EXIT TEXT
  printf '%s\n%s\n' "$head" "$2" >"$T/x.yaml"; rm -rf "$T/D"
  "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget 90solves --threads 2 >"$T/out" 2>"$T/err"; rc=$?
  [ $rc = "$1" ] || { echo "    exit $rc"; cat "$T/out"; return 1; }
}
# The number of a descriptor of the written voxels, in edges of a voxel.
described() { # described FILE SET COLUMN
  "$CUPEL" describe "$1" --set "$2" --format csv 2>"$T/err" | awk -F, -v c="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) at = i } NR == 2 { print $at }'
}

design 0 'size: 5 mm
require:
  - {property: conductivity, invariant: mean, min: 2, max: 2.6}
  - {property: surface per volume, min: 1.6 1/mm, max: 2 1/mm}
  - {property: connected fraction, phase: b, min: 0.95}
  - {property: volume fraction, phase: b, min: 0.2, max: 0.4}' && ok 'an area that is asked for' || no 'an area that is asked for'
"$CUPEL" convert "$T/D/design-1.h5" "$T/x.npy" 2>"$T/err"; grep -q 'voxels of 0.000208333 x 0.000208333 x 0.000208333 m' "$T/err" && ok 'files have the size that was asked' || no 'files have the size that was asked'
s=$(described "$T/D/design-1.npy" surface 'surface surface per volume phase 1 [1/voxel]')
awk -v s="${s:-0}" 'BEGIN { s *= 24 / 5; exit !(s > 1.55 && s < 2.05) }' && ok 'is that of the voxels' || { echo "    $s per voxel"; no 'is that of the voxels'; }
head -n 1 "$T/D/designs.csv" | grep -q 'surface per volume \[1/mm\],surface per volume error \[1/mm\],surface per volume verdict' && ok 'with a column of its own' || no 'with a column of its own'

design 5 'minimum feature: 0.9
require:
  - {property: conductivity, component: 11, min: 2}'
grep -q 'fail feature size b' "$T/out" && ok 'a feature that no structure of the search has fails' || no 'a feature that no structure of the search has fails'
design 0 'minimum feature: 0.14
require:
  - {property: conductivity, component: 11, min: 2}' && grep -q 'pass feature size b' "$T/out" && ok 'waves are as long as features must be' || no 'waves are as long as features must be'

# The two-point function of a structure, measured: the structure itself has it, others do not.
"$CUPEL" generate 'gaussian:fraction=0.3,wavelength=0.5,seed=1' --grid 24 -o "$T/like.npy" 2>/dev/null
ask() { design "$1" "space: {generator: gaussian, fraction: 0.297..0.303, wavelength: 0.5, seed: $2}
require:
  - {property: conductivity, component: 11, min: 1.01}
  - {property: two-point, phase: b, like: like.npy, within: 5 %}"; }
ask 0 1 && grep -q 'pass two-point b: [0-4][.0-9]* %' "$T/out" && ok 'a two-point function that is asked for' || no 'a two-point function that is asked for'
ask 5 2 && grep -q 'fail two-point b' "$T/out" && ok 'another structure has another' || no 'another structure has another'
# It steers: of many seeds the nearest are moved to the wavelength that suits; best first.
"$CUPEL" generate 'gaussian:fraction=0.3,wavelength=0.16,seed=11' --grid 24 -o "$T/like.npy" 2>/dev/null
far='space: {generator: gaussian, fraction: 0.25..0.35, wavelength: 0.1..0.3}
require:
  - {property: two-point, phase: b, like: like.npy, within: 5 %}'
design 5 "$far"
grep -o 'two-point b: [0-9.]*' "$T/out" | cut -d' ' -f3 >"$T/apart"
[ "$(wc -l <"$T/apart")" -ge 3 ] && sort -g -c "$T/apart" && awk 'NR == 1 { exit !($1 < 90) }' "$T/apart" && ok 'the nearest of many starts' || { cat "$T/out"; no 'the nearest of many starts'; }
sed -n '/^  gaussian:/s/.*,wavelength=\([0-9.]*\),.*/\1/p' "$T/out" | awk '$1 < 0.14 || $1 > 0.19 { bad = 1 } END { exit bad || !NR }' && ok 'of waves as long as those measured' || { cat "$T/out"; no 'of waves as long as those measured'; }
grep -q "as near as the numbers of such a recipe came: 'cupel reconstruct'" "$T/out" && ok 'and what would do' || no 'and what would do'
mv "$T/D" "$T/E"; design 5 "$far"
cmp -s <(cut -d, -f1-6,8- "$T/D/designs.csv") <(cut -d, -f1-6,8- "$T/E/designs.csv") && ok 'the same again' || no 'the same again'
head -c 200 "$T/like.npy" >"$T/cut.npy"; sed 's/like.npy/cut.npy/' "$T/x.yaml" >"$T/y.yaml"; "$CUPEL" design "$T/y.yaml" -o "$T/X" >/dev/null 2>"$T/err"
[ $? = 3 ] && grep -q 'like: .*cut.npy' "$T/err" && ok 'a truncated file is refused before any solve' || no 'a truncated file is refused before any solve'

# The measured volume fraction is aimed at.
"$CUPEL" generate 'overlapping_spheres:fraction=0.356,seed=3' --grid 32 -o "$T/like.npy" 2>/dev/null
design 0 'space: {generator: overlapping_spheres, fraction: 0.3..0.4, seed: 3}
require:
  - {property: two-point, phase: b, like: like.npy, within: 5 %}' && ok 'a statistic alone finds its volume fraction' || no 'a statistic alone finds its volume fraction'
refuses() { # refuses EXIT FILE WORDS: the same demand with another file
  sed "s/like.npy/$2/" "$T/x.yaml" >"$T/y.yaml"
  "$CUPEL" demand check "$T/y.yaml" >/dev/null 2>"$T/err"; rc=$?
  [ $rc = "$1" ] && grep -q "$3" "$T/err" || { echo "    exit $rc"; return 1; }
}
npy() { # npy SHAPE VOXELS: half of them 0, half 255
  printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': ($1), }"
  head -c $(($2 / 2)) /dev/zero; head -c $(($2 / 2)) /dev/zero | LC_ALL=C tr '\0' '\377'
}
npy '16, 16, 16' 4096 >"$T/grey.npy"; npy '32, 16, 8' 4096 >"$T/grey-flat.npy"; "$CUPEL" convert --ids "$T/grey-flat.npy" "$T/flat.npy" 2>/dev/null
refuses 3 flat.npy 'box of 32 x 16 x 8 voxels' && ok 'a box of another shape is refused when it is read' || no 'a box of another shape is refused when it is read'
refuses 2 grey.npy "grey.npy' has no label 1; it has 0 to 255; expected as labels the ids" && ! grep -q 'option' "$T/err" && ok 'a label that is not there' || no 'a label that is not there'

# Spheres of b float in a: all but one go, and so does what they conducted.
design 5 'connected: b
space: {generator: bcc_spheres, fraction: 0.1..0.3}
require:
  - {property: conductivity, component: 11, min: 1.6}'
grep -q 'b in one body: [0-9]* voxels of islands removed' "$T/out" && grep -q 'no longer meets' "$T/out" && [ -s "$T/D/design-1.npy" ] && ok 'islands are removed, and the price is said' || { cat "$T/out"; no 'islands are removed, and the price is said'; }
[ "$(described "$T/D/design-1.npy" percolation 'percolation clusters phase 1')" = 1 ] && ok 'one body is left' || no 'one body is left'
grep -q '"islands removed"' "$T/D/run.json" && head -n 1 "$T/D/designs.csv" | grep -q 'islands removed \[voxel\]' && ok 'in the files too' || no 'in the files too'

design 0 'space: {generator: laminate, fraction: 0.2..0.6, normal3: 1}
require:
  - {property: conductivity, target: [[1.37, 0, 0], [0, 3.7, 0], [0, 0, 3.7]], within: 1.5 %, orientation: free}' && grep -q 'the target turned by' "$T/out" && grep -q 'conductivity target turned by' "$T/D/run.json" && ok 'a target may be turned' || no 'a target may be turned'
design 5 'space: {generator: laminate, fraction: 0.2..0.6, normal3: 1}
require:
  - {property: conductivity, target: [[1.37, 0, 0], [0, 3.7, 0], [0, 0, 3.7]], within: 1.5 %}' && ok 'and is not when nobody says so' || no 'and is not when nobody says so'

# Nothing physical is asked: nothing is said of what moves it.
design 0 'space: {generator: overlapping_spheres, fraction: 0.3..0.4}
require:
  - {property: volume fraction, phase: b, min: 0.33}' && ! grep -q 'more or less\|other seeds\|moves* the design' "$T/out" && ! grep -q '<h4>How far it moves' "$T/D/report.html" && ok 'geometry alone has no sensitivities' || { cat "$T/out"; no 'geometry alone has no sensitivities'; }

printf '%s\n%s\n' "$head" 'space: {generator: gyroid, fraction: 0.1..0.4}
require:
  - {property: euler number, phase: b, max: 0}' >"$T/x.yaml"
"$CUPEL" run "$T/x.yaml" -o "$T/R" >"$T/out" 2>"$T/err"; [ $? = 2 ] && grep -q "x.yaml:10: 'euler number b' is judged on the voxels of a design" "$T/err" && ok 'a table does not judge statistics' || no 'a table does not judge statistics'
"$CUPEL" help demand 2>&1 | grep -q 'minimum feature: 0.4 mm' && ok 'help says what can be asked' || no 'help says what can be asked'
exit $bad
