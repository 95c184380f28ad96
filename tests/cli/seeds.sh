#!/usr/bin/env bash
# What a design owes to its realisation: the spread over other seeds is that of the same recipes solved one by one, and where the seed says nothing there is none.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip seeds of a design: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
heat_spreader '4 %' >"$T/d.yaml"
"$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 200solves --threads 1 >"$T/out" 2>"$T/err" || no 'a demand is met'
read -r n spread mean <<<"$(tr -d '\n ' <"$T/D/run.json" | sed -n 's/.*"seeds":{"random":true,"grid":24,"n":\([0-9]*\),"standarddeviation":{"conductivity\[%\]":\([0-9.e-]*\)},"distance\[%\]":\[{"name":"conductivity","mean":\([0-9.e-]*\)}\]}.*/\1 \2 \3/p')"
[ "$n" = 4 ] && grep -q "4 other seeds move the design's conductivity by [0-9.]* % (standard deviation); on average their conductivity is [0-9.]* % from the target" "$T/out" && grep -q '4 other seeds' "$T/out" && grep -q 'another seed<div class=note>standard deviation of 4; conductivity' "$T/D/report.html" && ok 'four other seeds are solved, and said' || { cat "$T/out"; no 'four other seeds are solved, and said'; }
grep -q 'other seeds 15$' "$T/out" && ok 'and counted: five trials' || no 'and counted: five trials'
recipe=$(sed -n '2s/.*"\(gaussian:[^"]*\)".*/\1/p' "$T/D/designs.csv")
seed=${recipe##*seed=}
for ((i = 1; i <= 4; i++)); do
  "$CUPEL" homogenize "${recipe%seed=*}seed=$((seed + i))" --grid 24 --property conduction --phase 0:k=1 --phase 1:k=10 --format json 2>"$T/err" |
    tr -d '\n ' | sed 's/.*"tensor":\[\[\([^]]*\)\],\[\([^]]*\)\],\[\([^]]*\)\]\].*/\1 \2 \3\n/; s/,/ /g'
done >"$T/tensors"
read -r solved away <<<"$(awk '{ split("2.4 0 0 0 1.9 0.1 0 0.1 1.8", t, " "); d = s = 0; for (i = 1; i <= 9; i++) { x[NR, i] = $i; m[i] += $i / 4; d += ($i - t[i]) ^ 2; s += t[i] ^ 2 } far += 100 * sqrt(d / s) / 4 }
  END { for (i = 1; i <= 9; i++) { size += m[i] ^ 2; for (k = 1; k <= NR; k++) apart += (x[k, i] - m[i]) ^ 2 } print 100 * sqrt(apart / 3 / size), far }' "$T/tensors")"
# Those are extrapolated: the spread is of the shapes, to a tenth.
awk -v a="$spread" -v b="$solved" 'BEGIN { r = a / b; exit !(b > 0.5 && r > 0.9 && r < 1.1) }' && ok "their standard deviation: $spread %, solved $solved %" || no "their standard deviation: $spread %, solved $solved %"
awk -v a="$mean" -v b="$away" 'BEGIN { r = a / b; exit !(b > 1 && r > 0.85 && r < 1.18) }' && ok "their distance: $mean %, solved $away %" || no "their distance: $mean %, solved $away %"
head -n 1 "$T/D/designs.csv" | grep -q ',spread of conductivity over seeds \[%\],' && grep -q ",$(awk -v x="$spread" 'BEGIN { printf "%.6g", x }')," "$T/D/designs.csv" && ok 'in the table' || no 'in the table'

# A gyroid has no seed; there is nothing to solve, whatever the budget.
heat_spreader '60 %' 'space: {generator: gyroid, fraction: 0.2..0.45, stretch1: 0.8..1.2}' >"$T/g.yaml"
"$CUPEL" design "$T/g.yaml" -o "$T/G" --grid 24 --budget 60solves --threads 1 >"$T/out" 2>"$T/err" || no 'a gyroid'
grep -q 'nothing is owed to the seed: of gyroid every seed makes the same' "$T/out" && grep -q 'Nothing is owed to the seed: of gyroid every seed makes the same\.' "$T/G/report.html" && grep -q '"random": false' "$T/G/run.json" && ! grep -q 'other seeds [1-9]' "$T/out" && ok 'a gyroid owes its seed nothing' || { cat "$T/out"; no 'a gyroid owes its seed nothing'; }
# No room for it.
heat_spreader '60 %' 'space: {generator: gaussian, fraction: 0.2..0.45, wavelength: 0.4, seed: 1}' >"$T/r.yaml"
"$CUPEL" design "$T/r.yaml" -o "$T/E" --grid 24 --budget 15solves --threads 2 >"$T/out" 2>"$T/err"
grep -q 'not computed, the budget is spent: .*what it owes to its seed$' "$T/out" && grep -q 'what it owes to its seed' "$T/E/report.html" && ! grep -q '"seeds"' "$T/E/run.json" && ok 'left out where the budget is spent, and said' || { cat "$T/out"; no 'left out where the budget is spent, and said'; }
exit $bad
