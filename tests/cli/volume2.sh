#!/usr/bin/env bash
# Descriptors of volumes as a user calls them: clusters, sizes, ways through, grains, principal components.
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
D() { "$CUPEL" describe "$@"; }

# npy FILE N TEST: a cube of N voxels, 1 where the Perl expression TEST of $i, $j, $k is true.
npy() {
  perl -e 'my ($f, $n, $t) = @ARGV; my $h = "{\x27descr\x27: \x27|u1\x27, \x27fortran_order\x27: False, \x27shape\x27: ($n, $n, $n), }";
    $h .= " " x ((64 - (10 + length($h) + 1) % 64) % 64) . "\n";
    open my $o, ">:raw", $f; print $o "\x93NUMPY\x01\x00", pack("v", length $h), $h; my $in = eval "sub { my (\$i, \$j, \$k) = \@_; $t }";
    for my $i (0 .. $n - 1) { for my $j (0 .. $n - 1) { for my $k (0 .. $n - 1) { print $o chr($in->($i, $j, $k) ? 1 : 0) } } }' "$@"
}
# value OF PATH: a number of the JSON in $T/out, by the keys on its way.
value() { perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); for (@ARGV) { $j = ref $j eq "ARRAY" ? $j->[$_] : $j->{$_} }
  print defined $j ? $j : "null"' "$@" <"$T/out"; }
near() { perl -e "exit !(abs($1 - $2) <= $3)"; }

npy "$T/ball.npy" 20 '($i - 9.5) ** 2 + ($j - 9.5) ** 2 + ($k - 9.5) ** 2 < 36'
npy "$T/slab.npy" 20 '$i < 5'
npy "$T/rod.npy" 20 '($i - 9.5) ** 2 + ($j - 9.5) ** 2 < 25'
npy "$T/small.npy" 10 '$i < 5'

ALL=percolation,distance_transform,local_thickness,tortuosity_factor,three_point,grains,cluster,periodic_tortuosity
check 'all sets at once' exits 0 D "$T/rod.npy" --set $ALL --format json
check 'a rod goes through along its axis' [ "$(value phases 1 percolates_per_axis 2)$(value phases 1 percolates_per_axis 0)" = 10 ]
check 'a straight rod has tortuosity 1' near "$(value phases 1 tortuosity_factor_per_axis 2)" 1 1e-4
check 'and in a period too' near "$(value phases 1 periodic_tortuosity_per_axis 2)" 1 1e-4
check 'across it there is none' [ "$(value phases 1 tortuosity_factor_per_axis 0)" = null ]
check 'a rod of radius 5 is 10 thick' near "$(value phases 1 mean_thickness)" 10 1.5
check 'zeta of two phases adds up to 1' near "$(value phases 0 zeta) + $(value phases 1 zeta)" 1 1e-9
cp "$T/out" "$T/two"
check 'one thread says the same' exits 0 D "$T/rod.npy" --set $ALL --format json --threads 1
check 'to the byte' cmp -s "$T/out" "$T/two"
check 'a set that is not there' exits 2 D "$T/rod.npy" --set tortuosity_facto
check 'says which is meant' says "did you mean 'tortuosity_factor'"
check 'a connectivity that is none' exits 2 D "$T/rod.npy" --set percolation:connectivity=7
check 'methods lists what the engine joins' exits 0 "$CUPEL" methods descriptor
check 'by name' prints periodic_tortuosity

check 'principal components of three volumes' exits 0 D "$T/ball.npy" "$T/slab.npy" "$T/rod.npy" --set two_point:map=1 --components 2 --format csv
check 'as columns' prints 'two_point component 2,'
cp "$T/out" "$T/first"
check 'in another order' exits 0 D "$T/rod.npy" "$T/ball.npy" "$T/slab.npy" --set two_point:map=1 --components 2 --format csv --threads 1
check 'the shares of variance add up to 1' perl -e 'open F, $ARGV[0]; my @h = split /,/, <F>; my @r = split /,/, <F>;
  my $s = 0; for my $i (0 .. $#h) { $s += $r[$i] if $h[$i] =~ /component \d share/ } exit !(abs($s - 1) < 1e-9)' "$T/out"
check 'too many of them' exits 2 D "$T/ball.npy" "$T/slab.npy" --set two_point:map=1 --components 2 --format csv
check 'says how many there are' says 'at most 1'
check 'without maps' exits 2 D "$T/ball.npy" "$T/slab.npy" --set minkowski --components 1 --format csv
check 'says what gives them' says 'two_point:map=1'
check 'volumes of another shape' exits 3 D "$T/slab.npy" "$T/small.npy" --set two_point:map=1 --components 1 --format csv
check 'are named' says 'small.npy'
exit $bad
