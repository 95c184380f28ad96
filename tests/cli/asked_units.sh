#!/usr/bin/env bash
# A demand in MPa, um and g/cm^3 has the design of the same demand in GPa, m and kg/m^3, answered in its own units.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip units of a design: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
demand() { # demand SIZE AIR RESIN MIN MAX LIGHT HEAVY CHORD TOLERANCE DENSITY
  cat <<Y
demand: a printed lattice
scale: microstructure
size: $1
tolerance: $9
phases:
  - {name: air, E: $2, nu: 0.3, density: $6}
  - {name: resin, E: $3, nu: 0.37, density: $7}
space: {generator: gaussian, fraction: 0.2..0.5, wavelength: 0.5, seed: 1}
require:
  - {property: young modulus, direction: [1, 0, 0], min: $4, max: $5}
  - {property: density, max: ${10}}
  - {property: mean chord, phase: resin, min: $8}
grid: 16
seed: 1
Y
}
demand '2 mm' '26 MPa' '2600 MPa' '300 MPa' '480 MPa' '0 g/cm^3' '1.2 g/cm^3' '100 um' '20 um' '0.72 g/cm^3' >"$T/a.yaml"
demand '0.002 m' '0.026 GPa' '2.6 GPa' '0.3 GPa' '0.48 GPa' '0 kg/m^3' '1200 kg/m^3' '0.0001 m' '0.00002 m' '720 kg/m^3' >"$T/b.yaml"
for x in a b; do "$CUPEL" design "$T/$x.yaml" -o "$T/$x" --budget 300solves --threads 2 >"$T/$x.out" 2>"$T/err" || no "demand $x is met"; done
[ "$(cut -d'"' -f2 "$T/a/designs.csv" | tail -n 1)" = "$(cut -d'"' -f2 "$T/b/designs.csv" | tail -n 1)" ] && ok 'one recipe in any unit' || no 'one recipe in any unit'
head -n 1 "$T/a/designs.csv" | grep -q 'young modulus 1 0 0 \[MPa\],young modulus 1 0 0 error \[MPa\].*density \[g/cm^3\].*mean chord resin \[um\]' && ok 'columns in the units asked' || no 'columns in the units asked'
# number FILE COLUMN
number() { sed 's/"[^"]*"//' "$1" | awk -F, -v c="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) at = i } NR == 2 { print $at }'; }
ratio() { awk -v a="$(number "$T/a/designs.csv" "$1")" -v b="$(number "$T/b/designs.csv" "$2")" -v f="$3" 'BEGIN { exit !(b > 0 && a / b > f * (1 - 1e-4) && a / b < f * (1 + 1e-4)) }'; }
ratio 'young modulus 1 0 0 [MPa]' 'young modulus 1 0 0 [GPa]' 1000 && ratio 'young modulus 1 0 0 error [MPa]' 'young modulus 1 0 0 error [GPa]' 1000 &&
  ratio 'density [g/cm^3]' 'density [kg/m^3]' 0.001 && ratio 'mean chord resin [um]' 'mean chord resin [m]' 1e6 && ok 'and their numbers' || no 'and their numbers'
grep -q 'pass young modulus 1 0 0: [34][0-9][0-9][.0-9]* MPa' "$T/a.out" && grep -Eq 'pass mean chord resin: [1-9][0-9][0-9][.0-9]* um' "$T/a.out" && ok 'so on the terminal' || { cat "$T/a.out"; no 'so on the terminal'; }
grep -q 'half of 20 um' "$T/a.out" && ok 'lengths of the process too' || no 'lengths of the process too'
sed 's/<[^>]*>//g' "$T/a/report.html" >"$T/page"
grep -q 'at least 300 MPa, at most 480 MPa' "$T/page" && grep -q 'at least 100 um' "$T/page" && grep -q 'density \[g/cm' "$T/page" && grep -q $'Young\xe2\x80\x99s modulus \[MPa\]' "$T/page" && ok 'and in the report' || no 'and in the report'
grep -q '\bGPa\b\|kg/m' "$T/page" && no 'which has no other units' || ok 'which has no other units'
grep -A1 '"units"' "$T/a/run.json" | grep -q '"stiffness": "GPa"' && ok 'run.json says what its tensors are in' || no 'run.json says what its tensors are in'
# The unit of an entry is that of each of its numbers: the same answer to the byte, but for the digest of the demand and the time it took.
sed -e 's/min: 300 MPa, max: 480 MPa/min: 300, max: 480, unit: MPa/; s/max: 0.72 g.cm^3/unit: g\/cm^3, max: 0.72/; s/min: 100 um/min: 100, unit: um/' "$T/a.yaml" >"$T/c.yaml"
"$CUPEL" design "$T/c.yaml" -o "$T/c" --budget 300solves --threads 2 >"$T/c.out" 2>"$T/err"
every() { cut -d, -f1-6,8- "$1"; }
[ "$(grep -c unit: "$T/c.yaml")" = 3 ] && cmp -s <(every "$T/a/designs.csv") <(every "$T/c/designs.csv") && cmp -s "$T/a/design-1.npy" "$T/c/design-1.npy" &&
  ok 'the unit of an entry is that of its numbers' || { head -n 1 "$T/a/designs.csv"; no 'the unit of an entry is that of its numbers'; }
sed 's/max: 480 MPa/max: 480/' "$T/a.yaml" >"$T/d.yaml"
"$CUPEL" demand check "$T/d.yaml" >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 2 ] && tr -s '\n ' ' ' <"$T/err" | grep -q 'd.yaml:10: a number without a unit, where line 6 has one with; give the entry its unit, as in unit: MPa' &&
  ok 'which is the remedy for a number without one' || no 'which is the remedy for a number without one'
# A stiffness with shear components and no convention: how it is read is said where it is designed, with the line of the target. No note where nothing is open.
cat >"$T/c.yaml" <<'Y'
demand: a foam
scale: microstructure
phases:
  - {name: soft, E: 1, nu: 0.3}
  - {name: stiff, E: 10, nu: 0.3}
require:
  - property: stiffness
    within: 40 %
    target: [[4.5, 1.6, 1.6, 0, 0, 0], [1.6, 4.5, 1.6, 0, 0, 0], [1.6, 1.6, 4.5, 0, 0, 0],
      [0, 0, 0, 2.8, 0, 0], [0, 0, 0, 0, 2.8, 0], [0, 0, 0, 0, 0, 2.8]]
space: {generator: gyroid, fraction: 0.3..0.6}
grid: 10
seed: 1
Y
"$CUPEL" design "$T/c.yaml" -o "$T/c" --budget 24solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && tr -s '\n ' ' ' <"$T/err" | grep -q "c.yaml:9: this target says no convention and is read in Mandel components, in which a shear modulus G stands as 2 G" && ok 'a convention that is assumed is said' || { echo "    exit $rc"; no 'a convention that is assumed is said'; }
sed 's/^    target/    convention: mandel\n    target/' "$T/c.yaml" >"$T/m.yaml"; sed 's/^    target/    convention: voigt\n    target/' "$T/c.yaml" >"$T/v.yaml"
sed 's/2\.8/~/g' "$T/c.yaml" >"$T/n.yaml"
for x in m v n; do "$CUPEL" demand check "$T/$x.yaml" >"$T/out" 2>"$T/err" && ! grep -q convention "$T/err" || no "nothing is assumed in $x.yaml"; done
"$CUPEL" demand check "$T/c.yaml" >"$T/out" 2>"$T/err"; grep -q 'c.yaml:9: this target says no convention' "$T/err" && ok 'and nothing where nothing is' || no 'demand check says it too'
exit $bad
