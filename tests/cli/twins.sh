#!/usr/bin/env bash
# Designs that are one are listed once, and how many were merged is said; others are all kept.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip designs that are one: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
rows() { tail -n +2 "$1/designs.csv" | wc -l; }
# The same gyroid from other places of its ranges.
heat_spreader '8 %' 'space: {generator: gyroid, fraction: 0.1..0.5, stretch3: 0.8..1.25}' 'designs: 2' | sed 's/target: .*\]\],/target: [[2, 0, 0], [0, 2, 0], [0, 0, 2]],/; s/^grid.*/grid: 16/' >"$T/g.yaml"
"$CUPEL" design "$T/g.yaml" -o "$T/G" --budget 200solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
n=$(sed -n 's/^  "merged": \([0-9]*\),$/\1/p' "$T/G/run.json")
[ $rc = 0 ] && [ "$(rows "$T/G")" = 1 ] && [ "${n:-0}" -ge 1 ] && ok "one gyroid from other places is one, $n were merged" || { cat "$T/out"; no "one gyroid from other places is one ($rc)"; }
grep -q "^$n near-duplicates* wa*s*e*r*e* merged: the same tensors within their bars, and the same structure" "$T/out" && grep -q "$n near-duplicates* wa*s*e*r*e* merged" "$T/G/report.html" && ok 'which output and page say' || { cat "$T/out"; no 'which output and page say'; }
# The noise of another seed is another structure.
sed 's/^space.*/space: {generator: gaussian, fraction: 0.1..0.5, wavelength: 0.5}/' "$T/g.yaml" >"$T/n.yaml"
"$CUPEL" design "$T/n.yaml" -o "$T/N" --budget 150solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] && [ "$(rows "$T/N")" = 2 ] && [ "$(cut -d, -f2 "$T/N/designs.csv" | tail -n 2 | sort -u)" = yes ] && grep -q '^  "merged": 0,$' "$T/N/run.json" && ! grep -q merged "$T/out" && ok 'two that differ are both kept' || { cat "$T/out"; no "two that differ are both kept ($rc)"; }
exit $bad
