#!/usr/bin/env bash
# Of several designs that meet a demand the first is what its goal wants most; without a goal the likeliest, and of those as likely the cheapest by
# volume, then the lightest. Prices by hand: fraction of the solid x 3 x 10.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip the order of designs: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
# designs N BUDGET REQUIRE: so many that meet it; "probability fraction price-per-volume price" of each in their order in $T/rows.
designs() {
  cat >"$T/x.yaml" <<Y
demand: a few of them
scale: microstructure
phases:
  - {name: void, k: 1, density: 0}
  - {name: solid, k: 6, density: 3, price: 10}
require:
$3
space: {generator: gaussian, fraction: 0.2..0.45, wavelength: 0.6}
designs: $1
grid: 10
seed: 1
Y
  rm -rf "$T/D"; "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget $2solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?
  sed 's/"[^"]*"//' "$T/D/designs.csv" | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $2 == "yes" { print $at["probability"], $at["volume fraction"], $at["price per volume"], $at["price"] }' >"$T/rows"
  [ $rc = 0 ] && [ "$(wc -l <"$T/rows")" = "$1" ] || { echo "    exit $rc"; cat "$T/out"; return 1; }
}
designs 2 330 '  - {property: conductivity, component: 11, min: 1.8}
  - {property: price, max: 10}
  - {property: price, per: volume, goal: minimise}' && ok 'two designs with a goal' || no 'two designs with a goal'
awk '{ if (NR > 1 && $2 < before || ($3 / (30 * $2) - 1) ^ 2 > 1e-10 || ($4 / 10 - 1) ^ 2 > 1e-10) bad = 1; before = $2 } END { exit bad || NR != 2 }' "$T/rows" &&
  ok 'the cheapest is the first, at the price of its solid, a kilogram of which has one price' || { cat "$T/rows"; no 'the cheapest is the first, at the price of its solid'; }
designs 3 160 '  - {property: conductivity, component: 11, min: 1.9, max: 2}' && ok 'three designs without a goal' || no 'three designs without a goal'
awk '{ p = int(1000 * $1 + 0.5); if (NR > 1 && (p > last || (p == last && $2 < before - 1e-6))) bad = 1; last = p; before = $2 } END { exit bad || NR != 3 }' "$T/rows" &&
  ok 'the likeliest is the first, and of those as likely the cheapest' || { cat "$T/rows"; no 'the likeliest is the first, and of those as likely the cheapest'; }
exit $bad
