#!/usr/bin/env bash
# cupel reconstruct: volumes, images, slices and saved statistics in, volumes with those statistics out, and what is refused.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
head_of() { head -c 118 "$1" | tail -c 108 | tr -d '\0'; }
# value OF PATH: a number of the JSON in $T/out, by the keys on its way.
value() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); for (@ARGV) { $j = ref $j eq "ARRAY" ? $j->[$_] : $j->{$_} }
  print defined $j ? $j : "null"' "$@" <"$T/out"; }
below() { perl -e "exit !($1 < $2)"; }
# A sanitizer build goes the same way in a fifth of the steps: too few for the errors that all of them leave.
whole=(); met() { below "$@"; }
[ -n "${CUPEL_SANITIZED:-}" ] && { whole=(--steps 0.2); met() { return 0; }; }
ones() { tail -c +129 "$1" | tr -d '\0' | wc -c; } # of a .npy of bytes 0 and 1
# png RAW N FILE: a grey image of N x N bytes of 0 and 1.
png() {
  perl -MCompress::Zlib -e 'my ($in, $n, $out) = @ARGV; open my $f, "<:raw", $in; local $/; my $d = <$f>; $d =~ tr/\0\1/\0\377/; my $rows = "";
    $rows .= "\0" . substr($d, $_ * $n, $n) for 0 .. $n - 1;
    sub chunk { my ($t, $b) = @_; return pack("N", length $b) . $t . $b . pack("N", crc32($t . $b)) }
    open my $o, ">:raw", $out; print $o "\x89PNG\r\n\x1a\n", chunk("IHDR", pack("NNC5", $n, $n, 8, 0, 0, 0, 0)), chunk("IDAT", compress($rows)), chunk("IEND", "")' "$@"
}

run generate 'overlapping_spheres:fraction=0.356,count=30,seed=3' --grid 32 -o "$T/v.npy"; check 'a volume to begin with' $rc
tail -c +129 "$T/v.npy" >"$T/v.raw"
head -c 1024 "$T/v.raw" >"$T/yz.raw"; png "$T/yz.raw" 32 "$T/yz.png"
perl -e 'open my $f, "<:raw", $ARGV[0]; local $/; my $d = <$f>; for my $i (0 .. 31) { print substr($d, $i * 1024, 32) }' "$T/v.raw" >"$T/xz.raw"; png "$T/xz.raw" 32 "$T/xz.png"
perl -e 'open my $f, "<:raw", $ARGV[0]; local $/; my $d = <$f>; for my $i (0 .. 1023) { print substr($d, $i * 32, 1) }' "$T/v.raw" >"$T/xy.raw"; png "$T/xy.raw" 32 "$T/xy.png"

# ---- as the issue writes them
run reconstruct "$T/v.npy" --match two-point,lineal-path --grid 64 --seed 1 -o "$T/r.npy" --steps 0.1
{ [ $rc = 0 ] && head_of "$T/r.npy" | grep -q "'|u1'.*(64, 64, 64)"; }; check 'a volume, two statistics, another grid' $?
run reconstruct --slices "$T/xy.png" "$T/xz.png" "$T/yz.png" --grid 32 "${whole[@]}" -o "$T/s.npy" --format json
{ [ $rc = 0 ] && head_of "$T/s.npy" | grep -q '(32, 32, 32)' && [ "$(value from_slices)" = 1 ] && [ "$(value phase)" = 255 ]; }; check 'slices' $?
met "$(value realisations 0 statistics 0 error)" 0.1; check 'slices: lags in their planes are met' $?

# Two slices of a volume whose statistics differ along y and z: those along y are of the one, those along z of the other. correlations: of the phase at
# lags 1 to 8 along an axis of a box of bytes, whose sizes and stride are given.
run generate gaussian:fraction=0.4,wavelength=0.35,metric33=1.6,seed=2 --grid 32 -o "$T/w.npy"
tail -c +129 "$T/w.npy" >"$T/w.raw"
perl -e 'open my $f, "<:raw", $ARGV[0]; local $/; my $d = <$f>; for my $i (0 .. 31) { print substr($d, $i * 1024 + 320, 32) }' "$T/w.raw" >"$T/wz.raw"; png "$T/wz.raw" 32 "$T/wz.png"
perl -e 'open my $f, "<:raw", $ARGV[0]; local $/; my $d = <$f>; for my $i (0 .. 1023) { print substr($d, $i * 32 + 7, 1) }' "$T/w.raw" >"$T/wy.raw"; png "$T/wy.raw" 32 "$T/wy.png"
run reconstruct --slices "$T/wy.png" "$T/wz.png" --grid 32 --seed 1 "${whole[@]}" -o "$T/s2.npy" --format json
{ [ $rc = 0 ] && head_of "$T/s2.npy" | grep -q '(32, 32, 32)' && [ "$(value from_slices)" = 1 ]; }; check 'two slices' $?
tail -c +129 "$T/s2.npy" >"$T/s2.raw"
correlations() { perl -e 'my ($in, $stride) = @ARGV; open my $f, "<:raw", $in; local $/; my $d = <$f>; my @x = map { ord ? 1 : 0 } split //, $d; my $n = @x; my $mean = 0; $mean += $_ / $n for @x;
  for my $lag (1 .. 8) { my $sum = 0; for my $i (0 .. $n - 1) { my $at = int($i / $stride) % 32; $sum += $x[$i] if $x[$i + ((($at + $lag) % 32) - $at) * $stride] } printf "%.5f ", ($sum / $n - $mean ** 2) / ($mean - $mean ** 2) }' "$@"; }
apart() { echo "$1 $2" | awk '{ for (i = 1; i <= 8; i++) s += ($i - $(i + 8)) ^ 2; print sqrt(s / 8) }'; } # root mean square of the differences
y=$(correlations "$T/wy.raw" 1) z=$(correlations "$T/wz.raw" 1) made_y=$(correlations "$T/s2.raw" 32) made_z=$(correlations "$T/s2.raw" 1)
echo "    y: $(apart "$y" "$made_y"), z: $(apart "$z" "$made_z"), apart by themselves: $(apart "$y" "$z")"
below 0.2 "$(apart "$y" "$z")"; check 'whose statistics are not alike' $?
{ met "$(apart "$y" "$made_y")" 0.05 && met "$(apart "$z" "$made_z")" 0.05; }; check 'two slices: statistics along both are met' $?

# ---- volumes
run reconstruct "$T/v.npy" --seed 1 "${whole[@]}" -o "$T/a.npy" --format json; check 'the grid of the input' $rc
[ "$(ones "$T/a.npy")" = "$(ones "$T/v.npy")" ] && [ "$(value realisations 0 voxels)" = "$(ones "$T/v.npy")" ]; check 'the fraction to the voxel' $?
met "$(value realisations 0 statistics 0 error)" 0.02; check 'two-point: within 2 %' $?
below "$(value realisations 0 statistics 0 error)" "$(value realisations 0 statistics 0 error_all_lags)"; check 'errors over both ranges' $?
! cmp -s "$T/a.npy" "$T/v.npy"; check 'it is another structure' $?
alone=$(value realisations 0 statistics 1 error)
run reconstruct "$T/v.npy" --seed 1 --match two-point,lineal-path "${whole[@]}" -o "$T/b.npy" --format json; check 'both statistics' $rc
met "2 * $(value realisations 0 statistics 1 error)" "$alone"; check 'lineal paths: at most half the error of two-point alone' $?
met "$(value realisations 0 statistics 0 error)" 0.03; check 'and two-point within 3 %' $?
run reconstruct "$T/v.npy" --seed 1 --match two-point,surface --weights 1,0.1 "${whole[@]}" -o "$T/b.npy" --format json
{ [ $rc = 0 ] && met "$(value realisations 0 statistics 2 error)" 0.005; }; check 'the surface' $?
run reconstruct "$T/v.npy" --seed 1 --reach 0.5 --steps 0.3 -o "$T/b.npy" --format json
{ [ $rc = 0 ] && below "$(value realisations 0 statistics 0 error_all_lags)" 0.15; }; check 'all lags' $?
for n in 1 2 3; do run reconstruct "$T/v.npy" --seed 7 --match two-point,lineal-path --steps 0.2 --threads $n -o "$T/t$n.npy"; done
{ cmp -s "$T/t1.npy" "$T/t2.npy" && cmp -s "$T/t1.npy" "$T/t3.npy"; }; check 'threads: the same bytes' $?
run reconstruct "$T/v.npy" --seed 7 --match two-point,lineal-path --steps 0.2 --isa plain -o "$T/t2.npy"; cmp -s "$T/t1.npy" "$T/t2.npy"; check 'instruction sets: the same bytes' $?
run reconstruct "$T/v.npy" --seed 8 --steps 0.1 --realisations 2 --grid 24x32x16 -o "$T/n.npy"
{ [ $rc = 0 ] && head_of "$T/n-1.npy" | grep -q '(24, 32, 16)' && [ -s "$T/n-2.npy" ] && ! cmp -s "$T/n-1.npy" "$T/n-2.npy" && [ ! -e "$T/n.npy" ]; }; check 'realisations' $?
run reconstruct "$T/v.npy" --seed 8 --steps 50 --budget 0.3s --grid 32 -o "$T/n.npy" --format json
{ [ $rc = 0 ] && [ "$(value realisations 0 stopped)" = 1 ] && below "$(value realisations 0 seconds)" 8; }; check 'a budget' $?
err "n.npy': --budget 0.3s was over after [0-9]* iterations"; check 'that is over is said' $?
run reconstruct "$T/v.npy" --seed 8 --steps 50 --budget 0.3s --grid 32 -o "$T/n.npy"; grep -q 'cut short after [0-9]* iterations: the best so far' "$T/out"; check 'with the results too' $?
run reconstruct "$T/v.npy" --seed 8 --steps 0.01 --budget 1h --grid 32 -o "$T/n.npy"; { [ $rc = 0 ] && ! err 'was over' && ! grep -q 'cut short' "$T/out"; }; check 'and not where it was not' $?
"$C" reconstruct "$T/v.npy" --steps 200 --grid 64 -o "$T/i.npy" 2>"$T/err" >"$T/out" & pid=$!
sleep 2; kill -TERM $pid; wait $pid; rc=$?
{ [ $rc = 6 ] && err 'best so far' && head_of "$T/i.npy" | grep -q '(64, 64, 64)'; }; check 'stopped by a signal: exit 6, the best so far is kept' $?
"$C" help reconstruct | tr '\n' ' ' | grep -q 'Ctrl-C keeps the best so far and ends with exit code 6'; check 'as its help says' $?

# ---- images, and what was saved
run convert "$T/xy.raw" "$T/xy.npy" --raw shape=32x32,type=uint8
run reconstruct "$T/xy.npy" --seed 2 -o "$T/p.npy"; { [ $rc = 0 ] && head_of "$T/p.npy" | grep -q '(32, 32)'; }; check 'an image gives an image' $?
run reconstruct "$T/xy.npy" --dim 3 --grid 24 --steps 0.3 -o "$T/p.npy"; { [ $rc = 0 ] && err 'isotropic' && head_of "$T/p.npy" | grep -q '(24, 24, 24)'; }; check 'a volume from an image: says that it assumes isotropy' $?
run describe "$T/v.npy" --set two_point:map=1,lineal_path -o "$T/s2.h5"
run reconstruct "$T/s2.h5" --grid 32 --seed 1 "${whole[@]}" -o "$T/m.npy"; { [ $rc = 0 ] && cmp -s "$T/m.npy" "$T/a.npy"; }; check 'a saved map gives what its volume gives' $?
run reconstruct "$T/s2.h5" --grid 32 --seed 7 --match two-point,lineal-path --steps 0.2 -o "$T/m.npy"; { [ $rc = 0 ] && cmp -s "$T/m.npy" "$T/t1.npy"; }; check 'and so do saved lineal paths' $?
"$C" describe "$T/v.npy" --set two_point,lineal_path --format json >"$T/s2.json" 2>/dev/null
run reconstruct "$T/s2.json" --match two-point,lineal-path --seed 1 --steps 0.3 -o "$T/m.npy" --format json
{ [ $rc = 0 ] && err isotropy && [ "$(value isotropy_assumed)" = 1 ] && head_of "$T/m.npy" | grep -q '(32, 32, 32)' && below "$(value realisations 0 statistics 0 error)" 0.05; }; check 'a saved curve' $?
run describe "$T/v.npy" --set two_point --format json; cp "$T/out" "$T/s1.json"
run reconstruct "$T/s1.json" --match lineal-path -o "$T/x.npy"; { [ $rc = 2 ] && err 'lineal'; }; check 'a saved file without lineal paths' $?

# ---- more than two phases
run generate 'plurigaussian:fraction=0.3,seed=1' --grid 24 -o "$T/3.npy"; [ $rc = 0 ] || run generate 'plurigaussian:seed=1' --grid 24 -o "$T/3.npy"
run reconstruct "$T/3.npy" -o "$T/x.npy"; { [ $rc = 2 ] && err '--phase'; }; check 'three phases: which one?' $?
run reconstruct "$T/3.npy" --phase 0 --steps 0.1 -o "$T/x.npy" --format json; { [ $rc = 0 ] && [ "$(value phase)" = 0 ]; }; check 'a phase against all others' $?
rm -f "$T/x.npy"

# ---- what is refused
run reconstruct "$T/none.npy" -o "$T/x.npy"; [ $rc -ge 1 ] && [ $rc -le 3 ]; check 'no such file' $?
printf 'x' >"$T/bad.npy"; run reconstruct "$T/bad.npy" -o "$T/x.npy"; { [ $rc = 3 ] && err 'bad.npy'; }; check 'a damaged volume: exit 3' $?
printf '{"grid": [8, 8' >"$T/bad.json"; run reconstruct "$T/bad.json" -o "$T/x.npy"; { [ $rc = 3 ] && err 'bad.json'; }; check 'damaged JSON: exit 3' $?
printf '{"a": 1}' >"$T/bad.json"; run reconstruct "$T/bad.json" -o "$T/x.npy"; { [ $rc = 3 ] && err 'grid'; }; check 'JSON that is something else: exit 3' $?
head -c 2000 "$T/s2.h5" >"$T/bad.h5"; run reconstruct "$T/bad.h5" -o "$T/x.npy"; { [ $rc = 4 ] && err 'bad.h5'; }; check 'a damaged artifact: exit 4' $?
head -c 1000 /dev/zero >"$T/z.raw"; run reconstruct "$T/z.raw" --raw shape=10x10x10,type=uint8 -o "$T/x.npy"; { [ $rc = 3 ] && err 'one phase'; }; check 'a single phase: exit 3' $?
run reconstruct "$T/v.npy" --match two-pont -o "$T/x.npy"; { [ $rc = 2 ] && err "did you mean 'two-point'"; }; check 'an unknown statistic gets a guess' $?
run reconstruct "$T/v.npy" --match two-point,two_point -o "$T/x.npy"; { [ $rc = 2 ] && err twice; }; check 'a statistic twice' $?
for w in 1 1,2,3 a,b -1,1 0,0; do run reconstruct "$T/v.npy" --match two-point,lineal-path --weights=$w -o "$T/x.npy"; { [ $rc = 2 ] && err weights; } || { echo "not ok weights $w: exit $rc"; bad=1; }; done
for g in 0 4 x 32x 32x32 8x8x8x8 5000 8.5; do run reconstruct "$T/v.npy" --grid=$g -o "$T/x.npy"; { [ $rc = 2 ] && err grid; } || { echo "not ok grid $g: exit $rc"; bad=1; }; done
for o in --reach=0 --reach=0.6 --steps=0 --realisations=0 --dim=4 --dim=2 --budget=x --budget=-1s --phase=9 --phase=a; do
  run reconstruct "$T/v.npy" $o -o "$T/x.npy"; [ $rc = 2 ] || { echo "not ok $o: exit $rc"; bad=1; }
done
run reconstruct "$T/v.npy"; { [ $rc = 2 ] && err '-o'; }; check 'no output' $?
run reconstruct "$T/v.npy" -o "$T/x.foo"; [ $rc = 2 ]; check 'no such format' $?
run reconstruct "$T/v.npy" "$T/v.npy" -o "$T/x.npy"; { [ $rc = 2 ] && err -- --slices; }; check 'two volumes' $?
run reconstruct --slices "$T/xy.png" -o "$T/x.npy"; { [ $rc = 2 ] && err -- '--dim 3'; }; check 'one slice' $?
run reconstruct --slices "$T/xy.png" "$T/v.npy" -o "$T/x.npy"; [ $rc = 2 ]; check 'a volume as a slice' $?
run reconstruct --slices "$T/xy.npy" "$T/xz.png" -o "$T/x.npy"; { [ $rc = 3 ] && err labels; }; check 'slices of other labels' $?
[ ! -e "$T/x.npy" ]; check 'nothing is left of what was refused' $?
{ printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (16, 16), }"
  for i in $(seq 0 255); do printf "\\x$(printf %02x "$i")"; done; } >"$T/grey.npy"
run reconstruct "$T/grey.npy" -o "$T/x.npy"; { [ $rc = 2 ] && err 'it looks like a grey-scale image'; }; check 'a grey image is told' $?
[ $bad = 0 ]
