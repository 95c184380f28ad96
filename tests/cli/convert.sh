#!/usr/bin/env bash
# cupel convert: volumes between the formats, by name and by first bytes, and what is refused.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; [ -s err ] && sed 's/^/  # /' err; bad=1; }
check() { if "${@:2}" > out 2> err; then ok "$1"; else not_ok "$1"; fi; }
said() { if grep -q -- "$2" err; then ok "$1"; else not_ok "$1"; fi; } # said NAME WORDS: on stderr of the check before
refused() { # refused NAME CODE WORDS ARGUMENTS...: that exit code, the words on stderr, nothing on stdout
  "$CUPEL" convert "${@:4}" > out 2> err
  local code=$?
  if [ $code = "$2" ] && grep -q -- "$3" err && [ ! -s out ]; then ok "$1"; else not_ok "$1 (exit $code)"; fi
}

# A volume of 3 x 4 x 5 voxels, all different: raw bytes 0 .. 59.
for i in $(seq 0 59); do printf '%b' "\\x$(printf %02x "$i")"; done > v.raw
check 'raw to npy' "$CUPEL" convert v.raw v.npy --raw shape=3x4x5,type=uint8
said 'the note says what was found' "'v.raw' (raw): 3 x 4 x 5 voxels, 60 phases, labels 0 to 59"
check 'the header is the one that NumPy writes' grep -q "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 5), }" <(head -c 128 v.npy)
check 'and the values follow' cmp -s v.raw <(tail -c 60 v.npy)
check 'nothing is said when quiet' "$CUPEL" convert v.npy w.npy --quiet
[ -s err ] && not_ok 'quiet is quiet'

# What the README lists as written is written, and what only as read is refused.
row=$(grep '^| `cupel convert' "$CUPEL_ROOT/README.md"); written=${row##*writes} wrong=
for f in $("$CUPEL" methods 'volume format' | awk '/^  [a-z]/ {print $1}'); do
  if "$CUPEL" convert v.npy "w.$f" --to "$f" >out 2>err; then grep -qiw -- "$f" <<<"$written" || wrong="$wrong $f"
  else ! grep -qiw -- "$f" <<<"$written" && grep -q 'read only' err || wrong="$wrong $f"; fi
done
check "the README tells read from written$wrong" [ -z "$wrong" ]

# Round the formats and back: the same file.
head -c 20 v.raw > a.raw
check 'npy to vti' "$CUPEL" convert v.npy v.vti --voxel 1e-6,2e-6,3e-6
check 'vti to FANS' "$CUPEL" convert v.vti v.h5 --to fans
check 'FANS to XDMF' "$CUPEL" convert v.h5 x.xdmf
check 'XDMF is beside its HDF5 file' [ -s x.h5 ]
check 'FANS to STL' "$CUPEL" convert v.h5 x.stl
check 'STL has the unit of the size of a voxel' grep -q 'unit: mm' x.stl
check 'XDMF names it' grep -q 'x.h5:/microstructure' x.xdmf
check 'XDMF has z, y, x points' grep -q 'Dimensions="6 5 4"' x.xdmf
check 'XDMF has the size of a voxel' grep -q '>3e-06 2e-06 1e-06<' x.xdmf
check 'XDMF to TIFF' "$CUPEL" convert x.h5 v.tif
said 'the size came through' 'voxels of 1e-06 x 2e-06 x 3e-06 m'
check 'TIFF to npy' "$CUPEL" convert v.tif back.npy
said 'TIFF holds the size of a voxel' "'v.tif' (tiff): 3 x 4 x 5 voxels of 1e-06 x 2e-06 x 3e-06 m"
said 'npy does not, and that is said' "'back.npy' does not hold the size of a voxel.*--voxel 1e-06,2e-06,3e-06"
check 'an image as TIFF' "$CUPEL" convert a.raw a.tif --raw shape=4x5,type=uint8 --voxel '2 um,3 um'
check 'and back' "$CUPEL" convert a.tif a.npy
said 'with its size' "'a.tif' (tiff): 4 x 5 pixels of 2e-06 x 3e-06 m"
check 'one slice of a volume as TIFF' "$CUPEL" convert a.raw s.tif --raw shape=1x4x5,type=uint8 --voxel '2 um'
check 'stays a volume' "$CUPEL" convert s.tif s.vti
said 'with its size too' "'s.tif' (tiff): 1 x 4 x 5 voxels of 2e-06 x 2e-06 x 2e-06 m"
check 'without a size' "$CUPEL" convert v.npy plain.tif
check 'there is none' "$CUPEL" convert plain.tif plain.vti
said 'and none is said' "'plain.tif' (tiff): 3 x 4 x 5 voxels, 60 phases"
check 'the same bytes in the end' cmp -s v.npy back.npy
check 'an output under no name of a format' "$CUPEL" convert v.npy volume.dat --to tiff
check 'is known by its first bytes' "$CUPEL" convert volume.dat again.npy
check 'and is the same' cmp -s v.npy again.npy
check 'a size with its unit' "$CUPEL" convert v.npy w.vti --voxel '1 um,2 um,3e-6'
check 'is the same as in metres' cmp -s v.vti w.vti
check 'to stdout' cmp -s v.npy <("$CUPEL" convert v.h5 - --to npy 2> err)
check 'from stdin' cmp -s v.npy <("$CUPEL" convert - - --from npy --to npy 2> err < v.npy)
for f in v.npy v.vti v.h5 v.tif; do
  gzip -c "$f" > "packed_$f.gz"
  "$CUPEL" convert "packed_$f.gz" u.npy 2> err
  check "gzip: $f" cmp -s v.npy u.npy
done
mkdir stack
head -c 20 v.raw > a; head -c 40 v.raw | tail -c 20 > b; tail -c 20 v.raw > c
"$CUPEL" convert a stack/s9.tif --raw shape=4x5,type=uint8 --quiet
"$CUPEL" convert b stack/s10.tif --raw shape=4x5,type=uint8 --quiet
"$CUPEL" convert c stack/s11.tif --raw shape=4x5,type=uint8 --quiet
check 'a folder of slices' "$CUPEL" convert stack/ stack.npy
check 'in the order of their numbers' cmp -s v.npy stack.npy

# Labels and phases.
printf '0 85\n170 255\n' > l.txt
check 'labels stay labels' "$CUPEL" convert l.txt l.npy
check 'to the number' cmp -s <(tail -c 4 l.npy) <(printf '\x00\x55\xaa\xff')
check 'phases are numbered on request' "$CUPEL" convert l.txt l.npy --ids
check 'from 0 on' cmp -s <(tail -c 4 l.npy) <(printf '\x00\x01\x02\x03')
seq -s ' ' 0 399 > grey.txt
check 'many labels are taken' "$CUPEL" convert grey.txt g.npy
said 'with a warning' 'warning.*400 different numbers are taken as 400 phases'
for i in $(seq 0 99); do printf '%b' "\\x$(printf %02x "$i")"; done > grey.raw
"$CUPEL" convert grey.raw grey.tif --raw shape=10x10,type=uint8 --quiet
check 'so is a grey image' "$CUPEL" convert grey.tif g.npy
said 'with a warning too' 'warning.*if this is a grey-scale image, segment it first'

# Refusals.
refused 'an output format that is none' 2 "no volume format is called 'xyz'" v.npy v.xyz --to xyz
refused 'an output name that tells nothing' 2 'its name tells no volume format' v.npy v.xyz
refused 'an input format that is none' 2 "no volume format is called 'xyz'" v.npy w.npy --from xyz
refused 'a format that is read only' 2 'format png is read only' v.npy v.png
refused 'HDF5 to stdout' 2 'needs a file of its own' v.npy - --to fans
refused 'a voxel size that is none' 2 'expected a length above 0' v.npy w.npy --voxel '1 kg'
refused 'raw without its layout' 2 'raw values say nothing of themselves' v.raw w.npy
refused 'raw of another size' 3 'asks for 3 x 4 x 6' v.raw w.npy --raw shape=3x4x6,type=uint8
refused 'a file that is not there' 3 'No such file' none.npy w.npy
refused 'a file of another kind' 3 'neither its first bytes nor its name' "$CUPEL" w.npy
refused 'one output' 2 'VOLUME OUTPUT' v.npy
head -c 150 v.npy > cut.npy
refused 'a truncated file' 3 'holds at most 22 bytes' cut.npy w2.npy
check 'leaves nothing behind' [ ! -e w2.npy ]
printf '0 1\n0.5 1\n' > f.txt
refused 'a field of fractions' 3 'the value 0.5 at \[1\]\[0\] is no label' f.txt w.npy
# 10^12 voxels in 140 bytes: refused at once, without the memory.
{ printf '\x93NUMPY\x01\x00\x76\x00'; printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (10000, 10000, 10000), }"; printf 'abcdefghijkl'; } > huge.npy
refused 'a header that claims 10^12 voxels' 3 'its header asks for 10000 x 10000 x 10000' huge.npy w.npy
gzip -c huge.npy > huge.npy.gz
refused 'also behind gzip' 3 'its header asks for 10000 x 10000 x 10000' huge.npy.gz w.npy
( ulimit -v 400000; truncate -s 1000000128 big.npy; { printf '\x93NUMPY\x01\x00\x76\x00'; printf "%-117s\n" "{'descr': '|u1', 'fortran_order': False, 'shape': (1000, 1000, 1000), }"; } | dd of=big.npy conv=notrunc 2> /dev/null
  [ "${CUPEL_SANITIZED:-}" = 1 ] || "$CUPEL" convert big.npy w.npy > out 2> err; echo $? > code )
if [ "${CUPEL_SANITIZED:-}" = 1 ]; then echo 'skip a volume larger than memory (sanitizers need the address space)'
elif [ "$(cat code)" = 7 ] && grep -q 'needs 2000 MB' err; then ok 'a volume larger than memory is refused with the size'; else not_ok "a volume larger than memory is refused with the size ($(cat code))"; fi

# Sound HDF5 files with a byte or two changed, on which HDF5 1.10 dies by SIGSEGV and by SIGABRT, asks for gigabytes, never comes back.
damage() { # damage SEED FILE (OFFSET HEX)...
  local file=$2
  cp "$CUPEL_ROOT/tests/fuzz/corpus/volume/$1" "$2"; chmod u+w "$2"; shift 2
  while [ $# -gt 0 ]; do printf '%b' "\\x$2" | dd of="$file" bs=1 seek="$1" conv=notrunc 2> /dev/null; shift 2; done
}
damage h5-fans segv.h5 4644 01
refused 'HDF5 that crashes the library' 3 "'segv.h5' crashes the HDF5 library: it is damaged or hostile" segv.h5 w.npy
damage h5-fans abort.h5 4642 01 10694 7f
refused 'HDF5 at which the library gives up' 3 "'abort.h5' crashes the HDF5 library" abort.h5 w.npy
damage h5-fans none.h5 832 00
refused 'HDF5 with an axis of nothing' 3 'every axis needs at least one' none.h5 w.npy
damage h5-dream3d loop.dream3d 1714 28 6537 00
refused 'HDF5 in which the library goes round for ever' 3 'busy for more than 3 s' loop.dream3d w.npy
damage h5-fans hungry.h5 943 01 5440 7f
if [ "${CUPEL_SANITIZED:-}" = 1 ]; then echo 'skip HDF5 that asks for gigabytes (sanitizers need the address space)'
else refused 'HDF5 that asks for gigabytes' 3 'makes the HDF5 library ask for more than' hungry.h5 w.npy; fi
check 'none of them leaves a core or an output' [ "$(echo core* w.npy.*)" = 'core* w.npy.run.json' ]

# What the formats say of themselves.
check 'the formats are listed' grep -q dream3d <("$CUPEL" methods 'volume format')
for f in npy tiff png slices raw text vti fans dream3d xdmf stl; do
  check "$f says how its axes lie" grep -q 'input .*axis\|input .*axes\|input .*HDF5 file beside' <("$CUPEL" methods $f)
done

S=${CUPEL_SHARED:-}
if [ -d "$S/data/micro-damask" ]; then
  check 'the line of the issue' "$CUPEL" convert "$S/data/micro-damask/20grains16x16x16.vti" d.h5 --to fans
  said 'DAMASK: 20 grains' '16 x 16 x 16 voxels of 0.0625 x 0.0625 x 0.0625 m, 20 phases, labels 0 to 19'
  for f in "$S"/data/micro-*/*.vti "$S"/data/micro-*/*.tiff "$S"/data/micro-*/*.tiff.gz "$S"/data/micro-*/*.npy "$S"/data/micro-*/*64*.npy.gz "$S"/data/micro-pymks/*.txt; do
    check "read: $(basename "$f")" "$CUPEL" convert "$f" s.npy
  done
else
  echo 'skip published volumes: no shared data'
fi
exit $bad
