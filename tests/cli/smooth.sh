#!/usr/bin/env bash
# Smooth variants of sets and presets of sets, from describe to screen, as a user calls them.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip smooth sets: a plain build only'; exit 0; }
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -qF -- "$1" "$T/err"; }
# difference of two rows of a table of numbers, relative to 1 and their size, at its largest
apart() { awk -F, -v a="$2" -v b="$3" '$1 == a { split($0, x) } $1 == b { split($0, y) } END { for (i = 2; i in x; i++) { d = (x[i] - y[i]) / (1 + (x[i]^2)^.5 + (y[i]^2)^.5); if (d < 0) d = -d; if (d > m) m = d }; print m }' "$1"; }

printf 'formula\nFeC\nFe100C100Si1\nTiNi3\nTi25Ni75Cu0.0001\nFe\n' >"$T/f.csv"
run describe "$T/f.csv" --set magpie,alloy --missing drop -o "$T/plain.csv"; [ $rc = 0 ]; check 'describe' $?
run describe "$T/f.csv" --set magpie,alloy --missing drop --smooth -o "$T/smooth.csv"; [ $rc = 0 ]; check 'describe --smooth' $?
[ "$(awk -v a="$(apart "$T/plain.csv" FeC Fe100C100Si1)" -v b="$(apart "$T/smooth.csv" FeC Fe100C100Si1)" 'BEGIN { print (a > 0.2) (b < 0.1) }')" = 11 ]
check 'FeC and Fe100C100Si1 are one world' $?
[ "$(awk -v a="$(apart "$T/plain.csv" TiNi3 Ti25Ni75Cu0.0001)" -v b="$(apart "$T/smooth.csv" TiNi3 Ti25Ni75Cu0.0001)" 'BEGIN { print (a > 0.2) (b < 1e-3) }')" = 11 ]
check 'and a trace of copper changes nothing' $?
[ "$(sed -n 1p "$T/smooth.csv" | tr ',' '\n' | grep -c '^smooth ')" = 96 ]; check 'columns that differ are marked' $?
[ "$(grep '^Fe,' "$T/smooth.csv")" = "$(grep '^Fe,' "$T/plain.csv")" ]; check 'an element is what it was' $?
run describe "$T/f.csv" --set magpie:smooth,alloy:smooth --missing drop --threads 2 --validate -o "$T/named.csv"; cmp -s "$T/smooth.csv" "$T/named.csv"
check 'magpie:smooth is the same, for any number of threads' $?
run describe "$T/f.csv" --set magpie:smooth --store float32 -o "$T/s.h5"; run inspect "$T/s.h5" --format json; grep -q 'magpie:smooth' "$T/out"; check 'an artifact says so' $?
run describe "$T/f.csv" --set magpie --smooth --compatible matminer -o "$T/x.csv"; { [ $rc = 2 ] && err 'matminer has no smooth descriptors'; }; check 'not both smooth and compatible' $?
run describe "$T/f.csv" --set magpie:soft -o "$T/x.csv"; { [ $rc = 2 ] && err "after ':' expected matminer (its own values) or smooth, not 'soft'"; }; check 'no other variant' $?

run describe "$T/f.csv" --set robust -o "$T/robust.csv"; { [ $rc = 0 ] && head -n 1 "$T/robust.csv" | grep -q 'quantile 50 % MeltingT'; }; check 'a preset' $?
run describe "$T/f.csv" --set wide --missing impute -o "$T/wide.csv"; { [ $rc = 0 ] && [ -z "$(head -n 1 "$T/wide.csv" | tr ',' '\n' | sort | uniq -d)" ]; }; check 'no column twice' $?
run describe "$T/f.csv" --set wide,magpie -o "$T/x.csv"; { [ $rc = 2 ] && err "'magpie' is given twice"; }; check 'a set that the preset has, behind it: refused' $?
run describe "$T/f.csv" --set magpie,wide --missing impute -o "$T/w2.csv"; [ $rc = 0 ]; check 'before it: once' $?
run methods preset; { grep -q '^  wide ' "$T/out" && grep -q '^  robust ' "$T/out"; }; check 'methods lists them' $?

awk 'NR == 1 || NR % 2' "$R/datasets/examples/steels.csv" >"$T/in.csv"
run train "$T/in.csv" --formula formula --target 'yield strength [MPa]' --features robust,magpie:smooth --model ridge --seed 1 -o "$T/m.h5"; [ $rc = 0 ]; check 'train' $?
run inspect "$T/m.h5" --format json; grep -q 'stoichiometry_wide,valence_orbital,quantiles,magpie:smooth' "$T/out"; check 'the model keeps the sets' $?
run predict "$T/m.h5" "$T/f.csv" -o "$T/p.csv"; [ $rc = 0 ]; check 'predict' $?
cat >"$T/d.yaml" <<'D'
demand: strong steel
scale: composition
data: {file: in.csv, formula: formula, target: yield strength, property: yield strength, unit: MPa}
model: {name: ridge, features: "robust,magpie:smooth"}
space:
  ranges: {Fe: 0.60..0.90, Ni: 0.02..0.20, Cr: 0..0.14, C: 0..0.02}
  step: 0.02
require:
  - {property: yield strength, min: 1000 MPa}
keep: 5
D
run screen "$T/d.yaml" -o "$T/r.csv"; { [ $rc = 0 ] && [ "$(wc -l <"$T/r.csv")" = 6 ]; }; check 'screen' $?
run run "$T/d.yaml" -o "$T/road"; { [ $rc = 0 ] && grep -q 'npjcompumats.2016.28' "$T/road/report.html"; }; check 'the page cites what a smooth set is made of' $?

# columns of the table crossed with the composition
{ echo 'formula,temperature,anneal,strength'; for t in 300 600 900; do printf '%s\n' "Fe,$t,yes,$((900 - t / 2))" "Fe9Ni,$t,no,$((1000 - t / 2))" "W,$t,yes,$((1200 - t / 6))" "W9Re,$t,no,$((1300 - t / 6))" "Al,$t,no,$((500 - t / 2))" "Al9Mg,$t,yes,$((520 - t / 2))"; done; } >"$T/t.csv"
run describe "$T/t.csv" --set stoichiometry,cross --columns temperature,anneal -o "$T/x.csv"; { [ $rc = 0 ] && [ "$(head -n 1 "$T/x.csv" | tr ',' '\n' | grep -c -E '^(temperature|anneal=yes|anneal=no) [/x] ')" = 18 ]; }; check 'describe: table columns crossed with the composition' $?
[ "$(sed -n 's/^Fe,//p' "$T/x.csv" | wc -l)" = 3 ] && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "temperature / mean MeltingT") c = i } $1 == "W" && ($c * 3695 > 299.9) && ($c * 3695 < 300.1) { ok = 1 } END { exit !ok }' "$T/x.csv"; check 'temperature over the melting point' $?
run describe "$T/t.csv" --set cross -o "$T/x.csv"; { [ $rc = 2 ] && err 'name them with --columns'; }; check 'without columns: refused' $?
run train "$T/t.csv" --formula formula --target strength --features robust,cross --columns temperature --model ridge --seed 1 -o "$T/c.h5"; [ $rc = 0 ]; check 'train on crossed columns' $?
run predict "$T/c.h5" "$T/t.csv" -o "$T/cp.csv"; { [ $rc = 0 ] && [ "$(wc -l <"$T/cp.csv")" = 19 ]; }; check 'predict with them' $?
cat >"$T/c.yaml" <<'D'
demand: what stays strong when hot
scale: composition
data: {file: t.csv, formula: formula, target: strength, property: strength, unit: MPa, columns: [temperature]}
model: {name: ridge, features: "robust,cross"}
space: {ranges: {W: 0..1, Re: 0..0.1, Fe: 0..1}, step: 0.1, columns: {temperature: 300..900 step 300}}
require:
  - {property: strength, min: 10 MPa}
keep: 5
D
run screen "$T/c.yaml" -o "$T/cr.csv"; { [ $rc = 0 ] && [ "$(wc -l <"$T/cr.csv")" = 6 ]; } || cat "$T/err"; { [ $rc = 0 ] && [ "$(wc -l <"$T/cr.csv")" = 6 ]; }; check 'screen over compositions and temperatures' $?
exit $bad
