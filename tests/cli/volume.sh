#!/usr/bin/env bash
# cupel describe of volumes as a user calls it.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; bad=1; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
exits() { "${@:2}" >"$T/out" 2>"$T/err"; [ $? = "$1" ]; }
says() { grep -qF -- "$1" "$T/err"; }
prints() { grep -qF -- "$1" "$T/out"; }

# npy FILE DIM N RADIUS BALLS: balls of 1 in a box of 0; RADIUS 0 is all 0.
npy() {
  perl -e 'my ($f, $d, $n, $r, $balls) = @ARGV; my $s = join ",", ($n) x $d;
    my $h = "{\x27descr\x27: \x27|u1\x27, \x27fortran_order\x27: False, \x27shape\x27: ($s), }";
    $h .= " " x ((64 - (10 + length($h) + 1) % 64) % 64) . "\n";
    open my $o, ">:raw", $f; print $o "\x93NUMPY\x01\x00", pack("v", length $h), $h;
    my @c = $balls == 2 ? (0.25, 0.75) : (0.5); for my $i (0 .. $n - 1) { for my $j (0 .. $n - 1) { for my $k (0 .. ($d == 3 ? $n - 1 : 0)) {
      my $in = 0; for (@c) { my $q = ($i + .5 - $_ * $n) ** 2 + ($j + .5 - $n / 2) ** 2 + ($d == 3 ? ($k + .5 - $n / 2) ** 2 : 0);
      $in = 1 if $q < $r * $r } print $o chr $in } } }' "$@"
}
npy "$T/ball.npy" 3 24 8 1
npy "$T/two.npy" 3 24 4 2
npy "$T/disc.npy" 2 24 8 1
npy "$T/empty.npy" 3 8 0 1
D() { "$CUPEL" describe "$@"; }

# value FILE OF PATH: a number of the JSON, by the keys on its way.
value() {
  perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); for (@ARGV) { $j = ref $j eq "ARRAY" ? $j->[$_] : $j->{$_} }
    print defined $j ? $j : "null"' "${@:2}" <"$1"
}

check 'minkowski as JSON' exits 0 D "$T/ball.npy" --set minkowski --format json
check 'the Euler number of a ball is 1' [ "$(value "$T/out" phases 1 euler)" = 1 ]
check 'fractions sum to 1' perl -e "exit !(abs($(value "$T/out" phases 0 fraction) + $(value "$T/out" phases 1 fraction) - 1) < 1e-12)"
check 'the surface is that of a ball to 2 %' perl -e "exit !(abs($(value "$T/out" phases 1 surface) / (4 * 3.14159265 * 64) - 1) < 0.02)"
check 'the grid is said' [ "$(value "$T/out" grid 2)" = 24 ]
check 'the connectivity is said' [ "$(value "$T/out" sets 0 connectivity)" = 6 ]
check 'the unit is said' [ "$(value "$T/out" units surface)" = 'voxel^2' ]
cp "$T/out" "$T/one.json"
check 'nothing need be said: minkowski, JSON, stdout' exits 0 D "$T/ball.npy"; check 'the same JSON' cmp -s "$T/out" "$T/one.json"
check 'two threads' exits 0 D "$T/ball.npy" --threads 2; check 'two threads: the same bytes' cmp -s "$T/out" "$T/one.json"
check 'to a file' exits 0 D "$T/ball.npy" -o "$T/a.json"; check 'the same bytes in a file' cmp -s "$T/a.json" "$T/one.json"
gzip -c "$T/ball.npy" >"$T/ball.npy.gz"
check 'gzip' exits 0 D "$T/ball.npy.gz"
check 'two balls: 2' eval 'exits 0 D "$T/two.npy" && [ "$(value "$T/out" phases 1 euler)" = 2 ]'
check 'an image has an area and a perimeter' eval \
  'exits 0 D "$T/disc.npy" && prints "\"area\"" && prints "\"perimeter\"" && ! prints "\"surface\""'
check 'lengths in metres' eval \
  'exits 0 D "$T/ball.npy" --voxel "0.5 um" && prints "\"surface\": \"m^2\"" && [ "$(value "$T/out" voxel_size 1)" = 5e-07 ]'
check 'a cut-out' eval 'exits 0 D "$T/ball.npy" --nonperiodic && [ "$(value "$T/out" phases 0 euler)" = 2 ] && prints "\"periodic\": false"'
check 'settings' eval 'exits 0 D "$T/ball.npy" --set phase_fraction,minkowski:connectivity=26 && [ "$(value "$T/out" sets 1 connectivity)" = 26 ]'

check 'several volumes as a table' exits 0 D "$T/ball.npy" "$T/two.npy" --format csv
check 'columns are named by set, quantity, label and unit' [ "$(head -n 1 "$T/out" | cut -d, -f 1,4)" = 'volume,minkowski surface phase 0 [voxel^2]' ]
check 'one row each' [ "$(wc -l <"$T/out")" = 3 ]
printf 'sample,file,k\na,ball.npy,1.5\nb,two.npy,2\nc,empty.npy,3\n' >"$T/list.csv"
check 'a table of volumes' exits 0 D "$T/list.csv" --volume file --set minkowski -o "$T/t.csv"
check 'other columns stay' [ "$(cut -d, -f 1-3 "$T/t.csv" | sed -n 2p)" = 'ball.npy,a,1.5' ]
check 'a phase that is not there is an empty field with a reason' [ "$(sed -n 4p "$T/t.csv" | sed 's/.*,//')" = no_value ]
check 'and why is said' eval 'grep -q "empty.npy.: no_value: " "$T/err"'
check 'a number that is not defined' exits 0 D "$T/empty.npy" --set chord_length --format csv
check 'is named with its reason' eval 'grep -q "empty.npy.: no_value: [0-9]* numbers of it are not defined and left empty; the first: .chord_length mean chord phase 0 axis 0., " "$T/err"'
check 'axes are told here' eval '"$CUPEL" help describe | tr "\n" " " | grep -q "axis 0, 1, 2 .* are the directions x, y, z, which a demand .* call 1, 2, 3"'
check 'and in demands' eval '"$CUPEL" help demand | tr -s "\n " " " | grep -q "directions 1, 2, 3 are x, y, z, axes 0, 1, 2 of an array"'
check 'jsonl' exits 0 D "$T/list.csv" --volume file -o "$T/t.jsonl"
check 'JSON of several is a list' eval 'exits 0 D "$T/list.csv" --volume file --format json && [ "$(value "$T/out" 1 phases 1 euler)" = 2 ]'
check 'an artifact' exits 0 D "$T/list.csv" --volume file -o "$T/t.h5"
check 'inspect reads it' eval 'exits 0 "$CUPEL" inspect "$T/t.h5" && prints "volume descriptors"'
check 'drop' eval 'exits 0 D "$T/list.csv" --volume file --missing drop && [ "$(wc -l <"$T/out")" = 3 ]'
check 'fail' exits 3 D "$T/list.csv" --volume file --missing fail
# The columns feed a surrogate: the radius of a ball from its surface.
echo 'file,formula,radius [voxel]' >"$T/balls.csv"
for i in $(seq 24); do r=$(perl -e "print 1.5 + $i / 4"); npy "$T/b$i.npy" 3 16 $r 1; echo "b$i.npy,Al${i}Si,$r" >>"$T/balls.csv"; done
check 'described for a surrogate' exits 0 D "$T/balls.csv" --volume file --set minkowski -o "$T/balls-minkowski.csv"
check 'a surrogate learns from the columns' exits 0 "$CUPEL" train "$T/balls-minkowski.csv" --target 'radius [voxel]' --features none \
  --columns 'minkowski surface phase 1,minkowski mean curvature phase 1' --model ridge -o "$T/m.h5"

S=phase_fraction,minkowski,surface,two_point,lineal_path,chord_length
check 'all sets' exits 0 D "$T/ball.npy" --set $S --threads 1; cp "$T/out" "$T/all.json"
check 'all sets, two threads: the same bytes' eval 'exits 0 D "$T/ball.npy" --set $S --threads 2 && cmp -s "$T/out" "$T/all.json"'
check 'S2 at 0 is the fraction' [ "$(value "$T/all.json" curves 0 y 0)" = "$(value "$T/all.json" phases 0 fraction)" ]
check 'numbers along axes are a list' perl -e "exit !($(value "$T/all.json" phases 1 mean_chord_per_axis 2) > 8)"
check 'pairs of phases' perl -e "exit !($(value "$T/all.json" pairs 0 surface_per_volume) == $(value "$T/all.json" phases 1 surface_per_volume))"
check 'no chord: empty, and why' eval 'exits 0 D "$T/empty.npy" --set chord_length && prints "no chord that ends in the volume" && prints null'
check 'curves and maps in an artifact' exits 0 D "$T/ball.npy" --set two_point:map=1,lineal_path -o "$T/maps.h5"
check 'inspect names the map' eval 'exits 0 "$CUPEL" inspect "$T/maps.h5" && prints "maps/0/two_point S2 phase 1" && prints "curves/0/lineal_path"'
check 'a map does not fit in JSON: said' eval 'exits 0 D "$T/disc.npy" --set two_point:map=1 && says "-o FILE.h5"'
check 'a mask' eval 'exits 0 D "$T/ball.npy" --set two_point:mask=0 && [ "$(value "$T/out" curves 0 y 3)" = 1 ]'
check 'one artifact twice: the same bytes' eval \
  'exits 0 D "$T/ball.npy" --set two_point:map=1,lineal_path --threads 2 -o "$T/maps2.h5" && cmp -s "$T/maps.h5" "$T/maps2.h5"'

head -c 5000 "$T/ball.npy" >"$T/cut.npy"
check 'a cut volume: exit 3' exits 3 D "$T/cut.npy"; check 'nothing on stdout' [ ! -s "$T/out" ]
check 'a cut volume beside others is a row with a reason' eval \
  'exits 0 D "$T/ball.npy" "$T/cut.npy" && [ "$(sed -n 3p "$T/out" | sed "s/.*,//")" = bad_volume ]'
check 'all cut: exit 3' exits 3 D "$T/cut.npy" "$T/cut.npy"
check 'no such file: exit 3' exits 3 D "$T/none.npy"
check 'unknown set: exit 2' exits 2 D "$T/ball.npy" --set minkovski; check 'unknown set: a guess' says "did you mean 'minkowski'"
check 'bad setting: exit 2' exits 2 D "$T/ball.npy" --set minkowski:connectivity=18; check 'bad setting: what is expected' says 'expected 6'
check 'an option of formulas: exit 2' exits 2 D "$T/ball.npy" --dot hydrate
check 'an option of volumes: exit 2' exits 2 D "$T/list.csv" --nonperiodic -o -
check 'no such column: exit 2' exits 2 D "$T/list.csv" --volume path
check 'a bad voxel size: exit 2' exits 2 D "$T/ball.npy" --voxel '3 kg'
cp "$T/ball.npy" "$T/b.json.npy"
check 'a volume is not overwritten' exits 2 D "$T/list.csv" --volume file --format json -o "$T/two.npy"

shared=${CUPEL_SHARED:-../shared}
if [ -d "$shared/data/micro-mcrpy" ]; then
  for f in "$shared"/data/micro-mcrpy/*.npy* "$shared"/data/micro-damask/*.vti "$shared"/data/micro-imagerep/*.tiff*; do
    check "$(basename "$f")" exits 0 D "$f" --nonperiodic --set $S
  done
  check 'electrode.tiff' exits 0 D "$shared/data/micro-taufactor/electrode.tiff" --voxel '0.390625 um' --set $S
  check 'electrode.tiff: the fraction of pores' perl -e "exit !(abs($(value "$T/out" phases 0 fraction) - 0.44991737604141235) < 1e-14)"
else
  echo 'skip volumes of the field: no test data'
fi
exit $bad
