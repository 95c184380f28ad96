#!/usr/bin/env bash
# Volumes of grey values: refused with a remedy, cut by --threshold; archives of arrays; the unit of plain numbers.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; cat "$T/err"; bad=1; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
exits() { "${@:2}" >"$T/out" 2>"$T/err"; [ $? = "$1" ]; }
says() { grep -qF -- "$1" "$T/err"; }
prints() { grep -qF -- "$1" "$T/out"; }
D() { "$CUPEL" describe "$@"; }
H() { "$CUPEL" homogenize "$@"; }

# npy FILE EXPRESSION: a cube of 16 voxels, bytes by the Perl expression of $i, $j, $k.
npy() {
  perl -e 'srand 1; my ($f, $t) = @ARGV; my $h = "{\x27descr\x27: \x27|u1\x27, \x27fortran_order\x27: False, \x27shape\x27: (16, 16, 16), }";
    $h .= " " x ((64 - (10 + length($h) + 1) % 64) % 64) . "\n";
    open my $o, ">:raw", $f; print $o "\x93NUMPY\x01\x00", pack("v", length $h), $h; my $in = eval "sub { my (\$i, \$j, \$k) = \@_; $t }";
    for my $i (0 .. 15) { for my $j (0 .. 15) { for my $k (0 .. 15) { print $o chr(int($in->($i, $j, $k))) } } }' "$@"
}
npy "$T/grey.npy" '($i < 4 ? 150 : 60) + 40 * rand'
npy "$T/cut.npy" '$i < 4 ? 1 : 0'
npy "$T/grains.npy" '16 * int($i / 4) + 4 * int($j / 4) + int($k / 4)'

check 'grey values are no phases: exit 3' exits 3 D "$T/grey.npy"
check 'they are told, and what to do' says "looks like a grey-scale image: 80 different values from 60 to 189"
check 'with the threshold that Otsu finds' says '--threshold otsu chooses it (99)'
check 'nor are they for homogenize' exits 3 H "$T/grey.npy" --property conduction --phase '*:k=1'
check 'which says the same' says '--threshold otsu'
check 'grains are labels' exits 0 D "$T/grains.npy" --set phase_fraction
check 'described when cut' exits 0 D "$T/grey.npy" --set phase_fraction,surface --threshold otsu --format csv
check 'and said how' says "80 values from 60 to 189 cut at 99 (Otsu): phase 0 up to there (75 %), phase 1 above (25 %)"
tail -n 1 "$T/out" | cut -d, -f2- >"$T/of_grey"
check 'it is the volume of its phases' exits 0 D "$T/cut.npy" --set phase_fraction,surface --format csv
check 'number by number' cmp -s "$T/of_grey" <(tail -n 1 "$T/out" | cut -d, -f2-)
check 'a threshold of its own' exits 0 D "$T/grey.npy" --set phase_fraction --threshold 120.5 --format csv
check 'cuts there' prints '0.75,0.25'
check 'one beyond all: exit 3' exits 3 D "$T/grey.npy" --threshold 300
check 'says what there is' says 'its values, 60 to 189, are all at or below the threshold 300'
check 'one that is none: exit 2' exits 2 D "$T/grey.npy" --threshold high
check 'every value as a phase' exits 0 D "$T/grey.npy" --set phase_fraction --threshold none
printf 'volume,x\n%s,1\n%s,2\n' "$T/grey.npy" "$T/cut.npy" >"$T/t.csv"
check 'in a table the others stay' exits 0 D "$T/t.csv" --volume volume --set phase_fraction -o "$T/o.csv"
check 'with the reason' grep -q 'grey.npy.*bad_volume' "$T/o.csv"
printf 'formula\nNaCl\n' >"$T/f.csv"
check 'formulas have no grey values' exits 2 D "$T/f.csv" --threshold 3 -o "$T/o.csv"
check 'homogenize cuts too' exits 0 H "$T/grey.npy" --property conduction --phase 0:k=1 --phase 1:k=10 --threshold otsu --no-error
check 'and says in which unit plain numbers are' prints 'unit: that of k (sigma, eps, D, mu_r) as given, one for all phases; none is assumed'
check 'in JSON as well' exits 0 H "$T/cut.npy" --property elasticity --phase 0:E=1,nu=0.3 --phase 1:E=2,nu=0.3 --no-error --format json
check 'by its name' prints '"unit": "that of E or C11 as given'
check 'a recipe has no grey values' exits 2 H gyroid:fraction=0.4 --grid 8 --property conduction --phase 0:k=1 --phase 1:k=2 --threshold 3
check 'reconstruct cuts too' exits 0 "$CUPEL" reconstruct "$T/grey.npy" --threshold otsu --grid 8 --steps 0.1 -o "$T/r.npy"
check 'so does convert' exits 0 "$CUPEL" convert "$T/grey.npy" "$T/c.npy" --threshold otsu
check 'to the byte' cmp -s <(tail -c 4096 "$T/c.npy") <(tail -c 4096 "$T/cut.npy")
# The same grey values as floats, between 0 and 1.
perl -e 'local $/; open my $i, "<:raw", $ARGV[0]; my $b = <$i>; my $h = "{\x27descr\x27: \x27<f4\x27, \x27fortran_order\x27: False, \x27shape\x27: (16, 16, 16), }";
  $h .= " " x ((64 - (10 + length($h) + 1) % 64) % 64) . "\n"; open my $o, ">:raw", $ARGV[1]; print $o "\x93NUMPY\x01\x00", pack("v", length $h), $h;
  print $o pack("f<*", map { $_ / 255 } unpack("C*", substr $b, -4096))' "$T/grey.npy" "$T/float.npy"
check 'floats between 0 and 1: exit 3' exits 3 D "$T/float.npy"
check 'say that a threshold cuts them' says 'grey values are cut by --threshold VALUE or otsu'
check 'which it does' exits 0 "$CUPEL" convert "$T/float.npy" "$T/c.npy" --threshold otsu
check 'as of whole numbers' cmp -s <(tail -c 4096 "$T/c.npy") <(tail -c 4096 "$T/cut.npy")
check 'in their own unit' grep -q "values from 0.235294 to 0.741176 cut at 0.38[0-9]* (Otsu): phase 0 up to there (75 %)" "$T/err"
check 'a threshold of their own' exits 0 D "$T/float.npy" --set phase_fraction --threshold 0.47 --format csv
check 'cuts them there' prints '0.75,0.25'
check 'homogenize cuts them too' exits 0 H "$T/float.npy" --property conduction --phase 0:k=1 --phase 1:k=10 --threshold 0.47 --no-error
check 'one beyond all floats: exit 3' exits 3 D "$T/float.npy" --threshold 3
check 'says from where to where they go' says 'its values, 0.235294 to 0.741176, are all at or below the threshold 3'
check 'none takes no floats as labels' exits 3 D "$T/float.npy" --threshold none
printf '0 0.25\n0.5 1\n' >"$T/f.txt"
check 'text too' exits 0 "$CUPEL" convert "$T/f.txt" "$T/c.npy" --threshold 0.25
check 'with what equals the threshold below it' [ "$(tail -c 4 "$T/c.npy" | od -An -tu1 | tr -d ' ')" = 0011 ]
printf '0 1e30\n-1e30 0.5\n' >"$T/f.txt"
check 'numbers of any size' exits 0 "$CUPEL" convert "$T/f.txt" "$T/c.npy" --threshold 0.25
check 'stay on their side' [ "$(tail -c 4 "$T/c.npy" | od -An -tu1 | tr -d ' ')" = 0101 ]
printf '0 nan\n1 0.5\n' >"$T/f.txt"
check 'no number is on neither' exits 3 "$CUPEL" convert "$T/f.txt" "$T/c.npy" --threshold 0.25
perl -e 'print "PK\x03\x04", "\0" x 22, pack("vv", 5, 0), "v.npy", "\0" x 64' >"$T/a.npz"
check 'an archive of arrays: exit 3' exits 3 D "$T/a.npz"
check 'with the way out' says "is an archive of NumPy arrays, which is not read: save the one that holds the labels as .npy"
check 'and the name of the first' says "['v'])"
exit $bad
