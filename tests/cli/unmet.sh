#!/usr/bin/env bash
# Exit code 5 says two things, which the message tells apart: impossible, and not met, from where a larger budget goes on.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
design() { "$CUPEL" design "$T/d.yaml" -o "$T/$1" --threads 2 "${@:2}" >"$T/out" 2>"$T/err"; rc=$?; }
heat_spreader '4 %' >"$T/d.yaml"
design A --budget 12solves
[ $rc = 5 ] && grep -q 'was not met within the budget, which proves nothing; .*the same command with --resume and a larger budget, as in --budget [1-9][0-9]*solves, goes on' "$T/err" && ok 'a small budget proves nothing' || { echo "    exit $rc"; no 'a small budget proves nothing'; }
grep -q 'cannot be met' "$T/err" && no 'and is not called impossible' || ok 'and is not called impossible'
design A --budget 300solves --resume
[ $rc = 0 ] && grep -q 'resuming with [1-9][0-9]* results' "$T/err" && ok 'a larger one goes on from there' || { echo "    exit $rc"; no 'a larger one goes on from there'; }
[ ! -e "$T/A/progress.cupel" ] && ok 'progress goes when it is met' || no 'progress goes when it is met'
design B --budget 300solves
cmp -s "$T/A/design-1.json" "$T/B/design-1.json" && cmp -s "$T/A/design-1.npy" "$T/B/design-1.npy" && ok 'to the design of the larger budget' || no 'to the design of the larger budget'
# What an earlier run in the same folder has met stays.
before=$(cat "$T/B"/design* "$T/B/report.html" | sha256sum)
design B --budget 12solves
[ $rc = 5 ] && grep -q "which met its demand, is now in '$T/B/earlier-1'" "$T/err" && [ "$(cat "$T/B/earlier-1"/design* "$T/B/earlier-1/report.html" | sha256sum)" = "$before" ] &&
  awk -F, 'NR == 2 { good = $2 == "no" } END { exit !good }' "$T/B/designs.csv" && ok 'what an earlier run has met stays' || { cat "$T/err"; echo "    exit $rc"; no 'what an earlier run has met stays'; }
design B --budget 12solves
[ $rc = 5 ] && [ ! -e "$T/B/earlier-2" ] && ok 'and what has not is written over' || no 'and what has not is written over'
# Small units: what is overlooked at a limit was 1e-9 of any unit, more than all diffusivities in m^2/s.
cat >"$T/d.yaml" <<Y
demand: pores
scale: microstructure
phases: [{name: carbon, D: 1e-13}, {name: pore, D: 1.5e-10}]
require:
  - {property: diffusivity, component: 33, min: 8.5e-11}
  - {property: volume fraction, phase: pore, max: 0.95}
space: {generator: gaussian, fraction: 0.5..0.6, wavelength: 0.5, seed: 1}
grid: 16
Y
design E --budget 30solves
[ $rc = 5 ] && grep -q '  fail diffusivity 33' "$T/out" && ok 'a diffusivity in m^2/s is judged' || { cat "$T/out"; echo "    exit $rc"; no 'a diffusivity in m^2/s is judged'; }
# A search that ends before a verification: its best trial with all that is asked of it.
cat >"$T/d.yaml" <<Y
demand: cut short
scale: microstructure
size: 2 mm
phases: [{name: a, k: 1}, {name: b, k: 10}]
require:
  - {property: conductivity, component: 11, min: 2}
  - {property: mean chord, phase: b, min: 200 um}
  - {property: connected fraction, phase: b, min: 90 %}
grid: 24
Y
design D --budget 0.001s
[ $rc = 5 ] && grep -q 'was not verified' "$T/out" && grep -q '  mean chord b: [1-9][0-9.]* um' "$T/out" && grep -q '  connected fraction b: [1-9][0-9.]* %' "$T/out" && ok 'statistics of a trial that was not verified' || { cat "$T/out"; no 'statistics of a trial that was not verified'; }
heat_spreader '4 %' >"$T/d.yaml"
sed 's/2\.4, 0, 0/24, 0, 0/' "$T/d.yaml" >"$T/x"; mv "$T/x" "$T/d.yaml"
design C --budget 12solves
[ $rc = 5 ] && grep -q 'cannot be met' "$T/err" && ! grep -q 'proves nothing\|--resume' "$T/err" && [ ! -e "$T/C" ] && ok 'what is impossible is said so' || { echo "    exit $rc"; no 'what is impossible is said so'; }
exit $bad
