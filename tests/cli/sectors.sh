#!/usr/bin/env bash
# The demands of the sectors: each is understood, or says what to download; the one that needs nothing from elsewhere runs; families held back are found.
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0; D=$R/datasets/examples
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
unset CUPEL_DATA
for d in room-thermoelectric bulk-metallic-glass hot-alloy fatigue-steel superconductor titanium-implant; do
  run demand check "$D/$d.yaml"; { [ $rc = 3 ] && grep -q 'no such table: looked for' "$T/err" && grep -q 'SHA-256' "$T/err"; }; check "$d says what to get" $?
done
run screen "$D/high-k-dielectric.yaml" -o "$T/k.csv"; { [ $rc = 0 ] && grep -q ',La2O3,' "$T/k.csv" && [ "$(wc -l <"$T/k.csv")" = 51 ]; }; check 'high-k-dielectric runs with what is here' $?
S=${CUPEL_SHARED:-}/data
if [ ! -d "$S/func-thermoelectric" ]; then echo "# skipped: no $S, the sectors' tables"; exit $bad; fi
export CUPEL_DATA=$S/func-thermoelectric:$S/alloys-metallic-glass:$S/alloys-mpea:$S/alloys-steel-fatigue:$S/func-superconductor
for d in room-thermoelectric bulk-metallic-glass hot-alloy fatigue-steel superconductor titanium-implant; do run demand check "$D/$d.yaml"; check "$d is understood" $rc; done
run screen "$D/fatigue-steel.yaml" -o "$T/f.csv"; { [ $rc = 0 ] && head -n 1 "$T/f.csv" | grep -q 'TT,Tt' && [ "$(wc -l <"$T/f.csv")" = 51 ]; }; check 'fatigue-steel runs' $?
run screen "$D/room-thermoelectric.yaml" -o "$T/t.csv"; { [ $rc = 0 ] && grep -q ',Mg3Bi2,' "$T/t.csv" && grep -q 'held back' "$T/err"; }; check 'Mg3Bi2, held back, is on the shortlist' $?
exit $bad
