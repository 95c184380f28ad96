#!/usr/bin/env bash
# A target that is known on the grid of the design beside one of the limit: both are met, each is judged by its own tensor, and what is written says so.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip a target on the grid: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
rows() { tr -d '\n ' <"$1" | sed "s/.*\"$2\":\(\[\[[^]]*\],\[[^]]*\],\[[^]]*\]\]\).*/\1/"; } # rows FILE NAME: [[..],[..],[..]]
hidden='gaussian:fraction=0.4,wavelength=0.3,metric11=0.5,seed=77'; phases=(--phase 0:k=1 --phase 1:k=30)
"$CUPEL" homogenize "$hidden" --grid 48 --property conduction "${phases[@]}" --threads 1 --format json >"$T/far" 2>"$T/err" || no 'a hidden structure'
"$CUPEL" homogenize "$hidden" --grid 24 --property conduction "${phases[@]}" --threads 1 --format json >"$T/here" 2>"$T/err" || no 'on its grid'
cat >"$T/d.yaml" <<Y
demand: hidden
scale: microstructure
phases:
  - {name: a, k: 1}
  - {name: b, k: 30}
require:
  - {property: conductivity, on: grid, target: $(rows "$T/here" tensor_grid), within: 2 %}
  - {property: conductivity, target: $(rows "$T/far" tensor), within: 4 %}
grid: 24
Y
"$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 250solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && grep -q '^  pass conductivity on grid: [0-9.e-]* % from the target, bar [0-9.e-]* %, asked within 2 %$' "$T/out" &&
  grep -q '^  pass conductivity: .*, asked within 4 % (.* on its own grid)$' "$T/out" && ok 'both are met' || { cat "$T/out"; no "both are met ($rc)"; }
cell() { sed 's/"[^"]*"/recipe/' "$T/D/designs.csv" | awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) k = i } NR == 2 { print $k }'; }
# The tensor that is written for its grid is as far from that target as the column says, and homogenize finds it again on that grid.
apart() { printf '%s %s\n' "$1" "$2" | tr '[],' '   ' | awk '{ for (i = 1; i <= 9; i++) { d += ($i - $(i + 9)) ^ 2; s += $(i + 9) ^ 2 } print 100 * sqrt(d / s) }'; }
own=$(tr -d '\n ' <"$T/D/run.json" | sed 's/.*"on_grid":{"conductivity":\(\[\[[^]]*\],\[[^]]*\],\[[^]]*\]\]\).*/\1/')
awk -v a="$(apart "$own" "$(rows "$T/here" tensor_grid)")" -v b="$(cell 'conductivity on grid distance [%]')" 'BEGIN { d = a - b; exit !(b != "" && b <= 2 && d < 1e-3 && d > -1e-3) }' && ok 'the column is about the grid' || no 'the column is about the grid'
"$CUPEL" homogenize "$T/D/design-1.json" --grid 24 --property conduction "${phases[@]}" --threads 1 --format json >"$T/again" 2>"$T/err"
awk -v a="$(apart "$own" "$(rows "$T/again" tensor_grid)")" 'BEGIN { exit !(a < 0.3) }' && ok 'homogenize finds it again' || no 'homogenize finds it again'
[ "$(cell 'distance [%]')" = "$(cell 'conductivity distance [%]')" ] && grep -q '"error_on_grid"' "$T/D/run.json" && grep -q 'conductivity on grid' "$T/D/report.html" && ok 'the first figure is the limit' || no 'the first figure is the limit'

# The grid alone: no tensor of the limit is asked, and none is compared.
grep -v 'within: 4 %' "$T/d.yaml" >"$T/e.yaml"
"$CUPEL" design "$T/e.yaml" -o "$T/E" --budget 150solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && [ "$(sed -n 2p "$T/E/designs.csv" | cut -d, -f3,4)" = , ] && ok 'the grid alone' || { cat "$T/out"; no "the grid alone ($rc)"; }
# Means bound what a grid gives too.
sed 's/target: \[\[.*\]\],/target: [[40, 0, 0], [0, 40, 0], [0, 0, 40]],/' "$T/e.yaml" >"$T/x.yaml"; "$CUPEL" design "$T/x.yaml" -o "$T/N" >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 5 ] && [ ! -e "$T/N" ] && ok 'above both phases' || { no "above both phases ($rc)"; }
exit $bad
