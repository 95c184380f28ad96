#!/usr/bin/env bash
# A budget in seconds bounds the whole of a design, its verification and its files included; what no longer fits is left out and said.
# alone: a budget in seconds is kept
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip budgets of time: a sanitizer build'; exit 0; }

# Nothing is so near: the search would go on. The best of three; where the machine is busy the files may take longer than they are known to.
heat_spreader '0.001 %' | sed 's/grid: 32/grid: 48/' >"$T/d.yaml"
best=999999 others=0 # most that ran beside this script, of one look after each run: the mean load of a minute is that of the tests before it
for _ in 1 2 3; do
  t=$(date +%s%N); rm -rf "$T/D"
  "$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 3s --threads 1 >"$T/out" 2>"$T/err"; rc=$?
  t=$((($(date +%s%N) - t) / 1000000)); [ $t -lt $best ] && best=$t
  [ $best -lt 3300 ] && break
  read -r _ _ _ n _ </proc/loadavg; n=$((${n%%/*} - 1)); [ $n -gt $others ] && others=$n
done
most=3300; [ "$others" -lt "$(nproc)" ] || most=9000
[ $rc = 5 ] && [ $best -lt $most ] && [ $best -gt 1000 ] && ok "3 s: $best ms" || no "3 s: $best ms, exit $rc"
for f in designs.csv design-1.json design-1.npy report.html run.json; do [ -s "$T/D/$f" ] || no "no $f"; done

# Too little for any verification: the best trial, said to be no more than that, and still in time.
cat >"$T/b.yaml" <<'Y'
demand: scaffold
scale: microstructure
phases:
  - {name: solid, E: 1, nu: 0.3}
  - {name: void, E: 1.0e-4, nu: 0.3}
require:
  - {property: stiffness, convention: voigt, within: 1 %, target: [
      [0.25, 0.09, 0.08, 0, 0, 0], [0.09, 0.22, 0.08, 0, 0, 0], [0.08, 0.08, 0.28, 0, 0, 0.01],
      [0, 0, 0, 0.08, 0, 0], [0, 0, 0, 0, 0.09, 0], [0, 0, 0.01, 0, 0, 0.09]]}
grid: 128
Y
t=$(date +%s%N)
"$CUPEL" design "$T/b.yaml" -o "$T/B" --budget 4s --threads 1 >"$T/out" 2>"$T/err"; rc=$?
t=$((($(date +%s%N) - t) / 1000000))
# Files of 128^3 voxels take seconds of themselves, for which a tenth of a budget is kept.
[ $rc = 5 ] && grep -q '^design 1 was not verified: the best trial' "$T/out" && [ $t -lt 15000 ] && ok "too little to verify: $t ms" || { cat "$T/out"; no "too little to verify: $t ms, exit $rc"; }
sed 's/"[^"]*"/recipe/' "$T/B/designs.csv" | sed -n 2p | grep -q '^1,no,' && ok 'and not met' || no 'and not met'
exit $bad
