#!/usr/bin/env bash
# What demand check says that a design takes is what it takes: no less than the memory that was measured, and not twice as much; and no less room.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
bytes() { awk '{ print $1 * ($2 == "GB" ? 1e9 : 1e6) }'; }
heat_spreader '4 %' | sed 's/grid: 32/grid: 96/' >"$T/d.yaml"
"$CUPEL" demand check "$T/d.yaml" >"$T/out" 2>"$T/err" || no 'a check'
memory=$(sed -n "s/^'cupel design' takes up to about \([0-9.]* [MG]B\) of memory, verifying on 128 voxels an edge.*/\1/p" "$T/out" | bytes)
disk=$(sed -n 's/.*on the disk about \([0-9.]* [MG]B\) for each of the first 3 designs, .*/\1/p' "$T/out" | bytes)
[ "${memory:-0}" -gt 0 ] && [ "${disk:-0}" -gt 0 ] && ok 'memory and room are said' || { cat "$T/out"; no 'memory and room are said'; }
if [ "${CUPEL_SANITIZED:-}" = 1 ]; then echo 'skip what it takes: a sanitizer build takes more'
else
  "$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 20solves --threads 1 >"$T/out" 2>"$T/err"
  took=$(tr -d '\n ' <"$T/D/run.json" | sed 's/.*"max_rss_bytes":\([0-9]*\).*/\1/'); room=$(du -sb "$T/D" | cut -f1); n=$(($(wc -l <"$T/D/designs.csv") - 1))
  [ "$took" -le "$memory" ] && [ $((2 * took)) -gt "$memory" ] && ok 'the memory that it takes' || { echo "    $took of $memory"; no 'the memory that it takes'; }
  [ "$n" = 1 ] && [ "$room" -le "$disk" ] && [ $((3 * room)) -gt "$disk" ] && ok 'the room that it takes' || { echo "    $room of $disk, $n designs"; no 'the room that it takes'; }
fi
# More phases, one phase, and what is built without a search have their own.
printf 'demand: one\nscale: microstructure\nphases:\n  - {name: a, k: 1}\nrequire:\n  - {property: conductivity, target: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], within: 1 %%}\ngrid: 64\n' >"$T/one.yaml"
"$CUPEL" demand check "$T/one.yaml" >"$T/out" 2>"$T/err" && grep -q "takes up to about 40 MB of memory, verifying on 88 voxels an edge, and on the disk about 0.7 MB" "$T/out" && ok 'one phase' || { cat "$T/out"; no 'one phase'; }
exit $bad
