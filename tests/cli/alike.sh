#!/usr/bin/env bash
# Statistics that steer a design: a measured two-point function, alone without a solve and beside a tensor, chords; and those that judge it.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip statistics that steer a design: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/out" ] && head -n 6 "$T/out" | sed 's/^/    /'; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
hidden() { "$CUPEL" generate "$1" --grid "$2" -o "$T/like.npy" 2>/dev/null; }
design() { # design EXIT BUDGET SPACE REQUIRED
  printf 'demand: a test\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 10}\ngrid: 16\nseed: 1\n%s\nrequire:\n%s\n' "$3" "$4" >"$T/x.yaml"
  rm -rf "$T/D"; "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget "$2" --threads 2 >"$T/out" 2>"$T/err"; rc=$?
  [ $rc = "$1" ] || { echo "    exit $rc"; return 1; }
}
first() { sed -n "s/^  [a-z]* $1: \([0-9.]*\).*/\1/p" "$T/out" | head -n 1; } # first NAME: of the first design
below() { [ -n "$1" ] && awk -v x="$1" -v y="$2" 'BEGIN { exit !(x < y) }'; }
field='space: {generator: gaussian, fraction: 0.2..0.5, wavelength: 0.3..0.6, metric11: -1..1, metric22: -1..1, seed: 3}'
like='  - {property: two-point, phase: b, like: like.npy, within: 6 %}'

# Judged and not steered, the nearest of the starts in these ranges was 20 % from it, and 17 % beside the conductivity.
hidden gaussian:fraction=0.33,wavelength=0.4,metric11=0.8,metric22=-0.5,seed=3 20
design 0 90solves "$field" "$like" && below "$(first 'two-point b')" 6 && ok 'a hidden two-point function is found' || no 'a hidden two-point function is found'
grep -q '^0 loads solved in all' "$T/out" && ok 'without a solve' || no 'without a solve'
# Beside a conductivity, as it has it on a grid of 32; measured on another grid than the design's.
design 0 90solves "$field" "$like
  - {property: conductivity, target: [[3.159, ~, ~], [~, 2.417, ~], [~, ~, 2.427]], within: 3 %}" && below "$(first 'two-point b')" 6 && below "$(first conductivity)" 3 && ok 'beside a conductivity' || no 'beside a conductivity'
# No space, and the seed of no start is that of the hidden one: the nearest of the seeds was 33 % from it.
hidden gaussian:fraction=0.3,wavelength=0.55,seed=8 16
design 0 90solves '' '  - {property: two-point, phase: b, like: like.npy, within: 12 %}' && ok 'among all there is' || no 'among all there is'

# A chord and an area have derivatives too.
design 0 150solves '' '  - {property: conductivity, component: 11, min: 2.6, max: 2.7}
  - {property: mean chord, phase: b, min: 0.116, max: 0.124}' && ok 'a chord beside a conductivity' || no 'a chord beside a conductivity'
# What is counted is judged: whether a phase goes through, and how it hangs together.
design 0 90solves 'space: {generator: gyroid, fraction: 0.2..0.5}' '  - {property: conductivity, component: 11, min: 2.2, max: 2.4}
  - {property: percolating fraction, phase: b, axis: 3, min: 0.99}
  - {property: euler number, phase: b, min: -4, max: -4}' && grep -q 'pass percolating fraction b 3' "$T/out" && grep -q 'pass euler number b: -4' "$T/out" && ok 'what is counted is judged' || no 'what is counted is judged'
exit $bad
