#!/usr/bin/env bash
# The demands for microstructures in datasets/examples: all are read; the quickest is met, coarsely, with a budget in solves.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; tail -n 5 "$T/out" | sed 's/^/    /'; }
examples=$CUPEL_ROOT/datasets/examples
said() { # said NAME WORDS: checked, and understood as it was meant
  "$CUPEL" demand check "$examples/$1.yaml" >"$T/out" 2>&1 && grep -qF -- "$2" "$T/out" && ok "$1.yaml is read" || no "$1.yaml is read"
}
said heat-spreader 'conductivity within 2 % of [2.5 0 0; 0 0.5 0; 0 0 0.5] W/(m K)'
said heat-spreader 'volume fraction filler at most 0.35'
said panel-core 'young modulus 0 0 1 at least 200 MPa and at most 230 MPa'
said panel-core 'shear modulus 13 per density, as large as possible'
said bone-scaffold 'stiffness within 5 % of [4 1.6 1.6 0 0 0; 1.6 4.4 1.7 0 0 0; 1.6 1.7 6 0 0 0; 0 0 0 1.6 0 0; 0 0 0 0 1.5 0; 0 0 0 0 0 1.3] GPa (Voigt'

# On a third of its voxels within twice its tolerance.
sed 's/^grid:.*/grid: 32/; s/within: 2 %/within: 4 %/' "$examples/heat-spreader.yaml" >"$T/d.yaml"
if [ -n "${CUPEL_SANITIZED:-}" ]; then echo 'skip heat-spreader.yaml is met: a sanitizer build (designs: design.sh)'
else
  "$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 900solves >"$T/out" 2>&1; rc=$?
  [ $rc = 0 ] && ok 'heat-spreader.yaml is met' || { echo "    exit $rc"; no 'heat-spreader.yaml is met'; }
  # Its tensor once more from the recipe, on another grid than those of the design.
  "$CUPEL" homogenize "$T/D/design-1.json" --grid 40 --property conduction --phase 0:k=0.2 --phase 1:k=20 --format json >"$T/r.json" 2>"$T/out" &&
    tr -d '\n ' <"$T/r.json" | sed 's/.*"tensor":\[\[\([^]]*\)\],\[\([^]]*\)\],\[\([^]]*\)\]\].*/\1,\2,\3\n/' |
    awk -F, '{ t[1] = 2.5; t[5] = t[9] = 0.5; for (i = 1; i <= 9; i++) d += ($i - t[i])^2; d = sqrt(d / 6.75); print "distance", d; exit !(NF == 9 && d < 0.05) }' >"$T/out" &&
    ok 'and has the conductivity that was asked' || no 'and has the conductivity that was asked'
  # What the demand forbids besides: at most 35 % filler.
  awk -F, 'NR == 2 { exit !($5 > 0 && $5 <= 0.35) }' "$T/D/designs.csv" && ok 'with no more filler than allowed' || no 'with no more filler than allowed'
fi
# A recipe of many numbers is named, not printed.
waves=$(for k in c1_0_0 c0_1_0 c0_0_1 c0_1_1 c1_0_1 c1_1_0 c2_0_0 c0_2_0 c0_0_2 c0_1_2 c0_2_1 c1_0_2 c2_0_1 c1_2_0 c2_1_0 c1_1_2; do
  printf '%s: 0.12345678901234567, ' $k; done)
{ cat "$T/d.yaml"; echo "space: {generator: nodal_surface, ${waves}fraction: 0.1..0.3}"; } >"$T/s.yaml"
"$CUPEL" design "$T/s.yaml" -o "$T/S" --grid 16 --budget 12solves >"$T/out" 2>&1
grep -Eq '^  nodal_surface of [1-9][0-9] numbers: design-1.json$' "$T/out" && grep -q 'nodal_surface:fraction=.*c1_1_2=0.1234' "$T/S/designs.csv" &&
  ok 'a recipe of many numbers is in the table, not on the terminal' || no 'a recipe of many numbers is in the table, not on the terminal'
exit $bad
