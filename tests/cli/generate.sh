#!/usr/bin/env bash
# cupel generate: recipes in, volumes and settled recipes out, and what is refused.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
head_of() { head -c 118 "$1" | tail -c 108 | tr -d '\0'; }

R='gyroid:fraction=0.4,seed=1'
run generate "$R" --grid 32 -o "$T/g.npy"; { [ $rc = 0 ] && head_of "$T/g.npy" | grep -q "'|u1'.*(32, 32, 32)"; }; check 'phases are one byte' $?
for a in fraction level; do
  run generate "$R" --grid 32 --as $a -o "$T/$a.npy"; { [ $rc = 0 ] && head_of "$T/$a.npy" | grep -q "'<f4'.*(32, 32, 32)"; }
  check "$a is float32" $?
  [ "$(wc -c <"$T/$a.npy")" = $((128 + 4 * 32768)) ]; check "$a is whole" $?
done
run generate "$R" --grid 16x24x20 -o "$T/b.npy"; { [ $rc = 0 ] && head_of "$T/b.npy" | grep -q '(16, 24, 20)'; }; check 'three axes' $?
run generate "$R,stretch2=1.5" --grid 16 -o "$T/b.npy"; { [ $rc = 0 ] && head_of "$T/b.npy" | grep -q '(16, 24, 16)'; }
check 'the grid follows the box' $?

run generate "$R" -o "$T/r.json"; { [ $rc = 0 ] && grep -q '"thresholds": \[' "$T/r.json"; }; check 'the settled recipe' $?
run generate "$T/r.json" --grid 32 -o "$T/h.npy" --recipe "$T/r2.json"; { [ $rc = 0 ] && cmp -s "$T/g.npy" "$T/h.npy"; }
check 'a recipe file gives the same volume' $?
cmp -s "$T/r.json" "$T/r2.json"; check 'a recipe comes back to the byte' $?
for a in phases fraction level; do
  run generate "$R" --grid 31 --as $a -o "$T/1.npy" --threads 1; run generate "$R" --grid 31 --as $a -o "$T/3.npy" --threads 3
  cmp -s "$T/1.npy" "$T/3.npy"; check "threads: the same bytes as $a" $?
done

run generate 'gyriod:fraction=0.4' --grid 8 -o "$T/x.npy"; { [ $rc = 2 ] && err "did you mean 'gyroid'"; }
check 'an unknown generator gets a guess' $?
run generate 'gyroid:fration=0.4' --grid 8 -o "$T/x.npy"; { [ $rc = 2 ] && err "did you mean 'fraction'"; }
check 'an unknown parameter gets a guess' $?
run generate 'gyroid:fraction=4' --grid 8 -o "$T/x.npy"; { [ $rc = 2 ] && err '0.01 to 0.99'; }; check 'a value outside its range' $?
run generate "$R" -o "$T/x.npy"; { [ $rc = 2 ] && err '--grid'; }; check 'a volume needs a grid' $?
for g in 0 8x8 8x8x8x8 x 8x 65537 -1 8.5; do
  run generate "$R" --grid=$g -o "$T/x.npy"; { [ $rc = 2 ] && err 'grid'; } || { echo "not ok grid $g: exit $rc"; bad=1; }
done
run generate "$R" --grid 8; { [ $rc = 2 ] && err 'nothing to write'; }; check 'nothing to write' $?
run generate "$R" --grid 8 --as level -o "$T/x.vti"; { [ $rc = 2 ] && err '.npy'; }; check 'levels go into .npy' $?
run generate "$R" --grid 8 --orientations "$T/x.csv"; { [ $rc = 2 ] && err 'orientations'; }; check 'a gyroid has no orientations' $?
printf '{"generator": "gyroid", "parameters": {' >"$T/cut.json"
run generate "$T/cut.json" --grid 8 -o "$T/x.npy"; { [ $rc = 3 ] && err 'cut.json:1'; }; check 'a damaged recipe: exit 3' $?
run generate 'skeleton:level=0.4' --grid 16 -o "$T/x.npy"; { [ $rc = 2 ] && err 'leave nothing of phase 1'; }; check 'a level that leaves nothing' $?
run generate 'skeleton:level=-0.5' --grid 16 -o "$T/x.npy"; { [ $rc = 2 ] && err 'leave nothing but phase 1'; }; check 'and one that leaves nothing else' $?
[ ! -e "$T/x.npy" ]; check 'nothing is left of what was refused' $?
run generate 'skeleton:level=0.05' --grid 16 -o "$T/y.npy"; check 'a level that leaves some' $rc
# One of two spheres, in one body.
B='bcc_spheres:fraction=0.2,connected=1'
run generate "$B" --grid 16 -o "$T/b.npy" --recipe "$T/b.json"; { [ $rc = 0 ] && err 'phase 1 in one body: 4[0-9]* voxels of islands removed, 0 of trapped void filled' && grep -q '"connected": 1' "$T/b.json"; }
check 'a phase in one body' $?
run generate "$T/b.json" --grid 16 -o "$T/c.npy"; { [ $rc = 0 ] && cmp -s "$T/b.npy" "$T/c.npy"; }; check 'which its file gives again' $?
run generate "$B" --grid 16 --as fraction -o "$T/f.npy"; tail -c +129 "$T/f.npy" | od -An -v -t f4 -w4 | awk '{ s += $1 } END { exit !(s / 4096 > 0.099 && s / 4096 < 0.101) }'; check 'its shares too' $?
run generate "$B" --grid 16 -o "$T/b.stl"; { [ $rc = 0 ] && err 'encloses 0.09[0-9]* of the box, the body has 0.09'; }; check 'and its surface' $?
run homogenize "$B" --grid 24 --property conductivity --phase 0:k=1 --phase 1:k=20; { [ $rc = 0 ] && grep -q '1\.2[89]' "$T/out"; }; check 'what it conducts' $?
run generate "$B" --grid 16 --as level -o "$T/x.npy"; { [ $rc = 2 ] && err "leave 'connected' out"; }; check 'the level is of what is drawn' $?
# The surface for a printer: 50 bytes a triangle behind 84, as many as the header says.
run generate "$T/r.json" --grid 24 -o "$T/s.stl"
{ [ $rc = 0 ] && [ "$(tail -c +81 "$T/s.stl" | head -c 4 | od -An -t u4 | tr -d ' ')" = "$((($(wc -c <"$T/s.stl") - 84) / 50))" ]; }
check 'a surface' $?
head -c 80 "$T/s.stl" | tr -d '\0' | grep -q 'unit: edge of the box; solid: phase 1 of gyroid'; check 'its header says unit and solid' $?
err 'encloses 0.4 of the box, the recipe says 0.4'; check 'it encloses the volume of the recipe' $?
# A signal while it is written: the program ends at once, and nothing is left.
if [ "${CUPEL_SANITIZED:-}" = 1 ]; then echo 'skip a signal while a surface is written: a sanitizer build'
else
  mkdir "$T/stop"; "$CUPEL" generate "$T/r.json" --grid 256 -o "$T/stop/x.stl" >"$T/out" 2>"$T/err" & pid=$!
  until compgen -G "$T/stop/.x.stl.*" >/dev/null || ! kill -0 $pid 2>/dev/null; do :; done
  kill -TERM $pid; SECONDS=0; wait $pid; rc=$?
  { [ $rc = 1 ] && err "stopped while .*x.stl' was written; nothing new was left" && [ $SECONDS -lt 8 ] && [ "$(ls -A "$T/stop")" = x.stl.run.json ]; }
  check 'a signal while a surface is written' $?
fi
run convert "$T/s.stl" "$T/x.npy"; { [ $rc = 2 ] && err 'written only'; }; check 'a surface is not read: exit 2' $?
run methods generator; { [ $rc = 0 ] && grep -q gyroid "$T/out"; }; check 'generators are among the methods' $?
run cite gyroid; { [ $rc = 0 ] && grep -q Schoen "$T/out"; }; check 'a generator is cited' $?
run generate 'gyroid:fraction=0.4' --grid 8 -o "$T/own.npy" --recipe "$T/own.json"; cp "$T/own.json" "$T/kept.json"
run generate "$T/own.json" --grid 8 -o "$T/own.npy" --recipe "$T/own.json"; { [ $rc = 2 ] && err 'is also the input' && cmp -s "$T/own.json" "$T/kept.json"; }; check 'a recipe does not replace the one it is read from' $?
run generate "$R" --grid 900 -o "$T/x.foo"; { [ $rc = 2 ] && err 'x.foo' && [ ! -e "$T/x.foo" ]; }; check 'a suffix is refused before the volume is filled' $?
run generate 'gyriod:fraction=0.4' -o "$T/x.npy"; { [ $rc = 2 ] && err gyroid && ! err 'needs a grid'; }; check 'a misspelt generator is told before a grid' $?
[ $bad = 0 ]
