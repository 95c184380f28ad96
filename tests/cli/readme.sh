#!/usr/bin/env bash
# What the README prints must work: its demand is read and checked.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cp "$CUPEL_ROOT"/datasets/examples/*.csv "$T"
awk '/^## A demand/ {on = 1} on && /^    / {print substr($0, 5); said = 1} said && !/^    / {exit}' "$CUPEL_ROOT/README.md" >"$T/demand.yaml"
fail=0
check() { if "${@:2}" >"$T/out" 2>&1; then echo "ok $1"; else echo "not ok $1"; cat "$T/out"; fail=1; fi; }
check 'the demand of the README is read' grep -q '^demand: ' "$T/demand.yaml"
check 'and checked' "$CUPEL" demand check "$T/demand.yaml"
printf '\357\273\277' | cat - "$T/demand.yaml" >"$T/bom.yaml"
check 'also behind a byte order mark' "$CUPEL" demand check "$T/bom.yaml"
check 'and screened' "$CUPEL" screen "$T/demand.yaml" -o "$T/r.csv"
check 'no two columns of a ranking share a name' sh -c "test -z \"\$(head -n 1 '$T/r.csv' | tr , '\n' | sort | uniq -d)\""
check 'an output that cannot be written is said before the work' sh -c "'$CUPEL' train '$T/gaps-solar.csv' --formula formula --target 'band gap' --features magpie --model svr -o '$T/nowhere/m.h5' 2>&1 | grep -q 'make it or write elsewhere'"
# tests/cli/examples.sh has it designed.
awk '/^And backward. This demand/ {on = 1} /^is met by/ {on = 0} on && /^    / {print substr($0, 5)}' "$CUPEL_ROOT/README.md" >"$T/heat.yaml"
check 'the design of the README is that of the examples' sh -c "grep -v '^#' '$CUPEL_ROOT/datasets/examples/heat-spreader.yaml' | cmp - '$T/heat.yaml'"
exit $fail
