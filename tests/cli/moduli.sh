#!/usr/bin/env bash
# What a search is asked for in numbers of a stiffness, in tensors with open components, in expansions and in what is to be least: each is met, and
# 'cupel homogenize' finds the same in the recipe that was written, on another grid.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip what a search is asked for: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
A='E=1,nu=0.3,alpha=2e-5'; B='E=20,nu=0.2,alpha=5e-6'
head='demand: a table of requests
scale: microstructure
phases:
  - {name: a, k: 1, E: 1, nu: 0.3, alpha: 2e-5, density: 1}
  - {name: b, k: 6, E: 20, nu: 0.2, alpha: 5e-6, density: 3}
space: {generator: gaussian, fraction: 0.1..0.6, wavelength: 0.6, metric11: -0.8..0.8, metric33: -0.8..0.8, seed: 1}
seed: 1'
# design NAME BUDGET PROPERTY REQUIRE [GRID]: it is met; j.json is the tensor of its recipe on another grid.
design() {
  local phases="$A $B"
  printf '%s\ngrid: %s\nrequire:\n%s\n' "$head" "${5:-10}" "$4" >"$T/x.yaml"; rm -rf "$T/D"
  "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget "$2solves" --threads 1 >"$T/out" 2>"$T/err"; rc=$?
  [ "$3" = conduction ] && phases='k=1 k=6'
  "$CUPEL" homogenize "$T/D/design-1.json" --property "$3" --phase "0:${phases% *}" --phase "1:${phases#* }" --grid 16 --format json >"$T/j.json" 2>>"$T/err" || rc=1
  [ $rc = 0 ] && ok "$1" || { sed 's/^/    /' "$T/out"; no "$1"; }
}
# finds NAME LOW HIGH VALUE BAR [COLUMN]: VALUE, perl on the answer $j of homogenize, lies in the window as far as its BAR can tell, and is what
# designs.csv says in COLUMN within both bars.
cat >"$T/finds.pl" <<'P'
use strict; use warnings; use JSON::PP;
my ($dir, $low, $high, $value, $bar, $column) = @ARGV;
open my $f, "<", "$dir/j.json" or die; our $j = decode_json(join "", <$f>); our $e = $j->{engineering}; our $t = $j->{tensor};
my $v = eval $value; die $@ if $@; my $b = eval $bar; die $@ if $@;
open my $c, "<", "$dir/D/designs.csv" or die; my ($names, $row) = <$c>; s/"[^"]*"// for $row; chomp($names, $row);
my %say; @say{split /,/, $names} = split /,/, $row, -1;
die "no column '$column'\n" if !defined $say{$column};
my $percent = $column eq "distance [%]";
my ($w, $own) = ($say{$column}, $say{$percent ? "error [%]" : "$column error"} // 0);
$_ /= 100 for $percent ? ($w, $own) : ();
printf "    %s: %.6g, bar %.3g; designs.csv %.6g, bar %.3g\n", $value, $v, $b, $w, $own;
exit !(defined $v && $b > 0 && $v >= $low - $b && $v <= $high + $b && abs($v - $w) <= $b + $own);
P
finds() { perl "$T/finds.pl" "$T" "${@:2}" >"$T/said" 2>&1 && ok "$1" || { cat "$T/said"; no "$1"; }; }

design 'a shear and a bulk modulus, and little anisotropy' 130 elasticity '  - {property: shear modulus, target: 1, within: 8 %}
  - {property: bulk modulus, min: 1.6, max: 1.9}
  - {property: anisotropy, max: 0.4}'
finds 'the shear modulus is that of its recipe' 0.92 1.08 '$e->{shear}' '$e->{error}{shear}' 'shear modulus'
finds 'the bulk modulus too' 1.6 1.9 '$e->{bulk}' '$e->{error}{bulk}' 'bulk modulus'
finds 'and the anisotropy' 0 0.4 '$e->{universal_anisotropy}' '$e->{error}{universal_anisotropy}' anisotropy
design "Poisson's ratio of two directions" 180 elasticity '  - {property: poisson ratio, component: 12, max: 0.22}' 8
finds 'below what its phases have by themselves, 0.3 and 0.2' -1 0.22 '$e->{nu}[0][1]' '$e->{error}{nu}[0][1]' 'poisson ratio 12'
design 'the least mass with a modulus' 300 elasticity '  - {property: young modulus, direction: [0, 0, 1], min: 3}
  - {property: density, goal: minimise}' 8
finds 'the modulus is that of its recipe, and hardly more than asked' 3 3.2 '$e->{E}[2]' 0.1 'young modulus 0 0 1'
finds 'the mass, less than that of the same field not stretched' 1.2 1.5 '$j->{phases}[0]{fraction} + 3 * $j->{phases}[1]{fraction}' 1e-6 density
design 'an expansion with open components' 160 expansion '  - {property: expansion, target: [[11.6e-6, ~, ~], [~, 12.7e-6, ~], [~, ~, 10.3e-6]], within: 7 %}' 12
finds 'the others are those of its recipe' 0 0.07 'sqrt((($t->[0][0] / 1e-6 - 11.6) ** 2 + ($t->[1][1] / 1e-6 - 12.7) ** 2 + ($t->[2][2] / 1e-6 - 10.3) ** 2) / 401.9)' \
  '($j->{error}[0][0] + $j->{error}[1][1] + $j->{error}[2][2]) / 20e-6' 'distance [%]'
design 'a window of one component of an expansion' 110 expansion '  - {property: expansion, component: 33, max: 12e-6}
  - {property: volume fraction, phase: b, max: 0.2}'
finds 'it is that of its recipe' 0 12e-6 '$t->[2][2]' '$j->{error}[2][2]' 'expansion 33'
head=${head/space:*seed: 1\}/space: \{generator: gyroid, fraction: 0.1..0.6, stretch3: 0.6..1.6\}}
design 'a conductivity with open components, by a fraction and a stretch' 60 conduction '  - {property: conductivity, target: [[2.4, ~, ~], [~, ~, ~], [~, ~, 2.1]], within: 4 %}'
finds 'the others are those of its recipe' 0 0.04 'sqrt((($t->[0][0] - 2.4) ** 2 + ($t->[2][2] - 2.1) ** 2) / (2.4 ** 2 + 2.1 ** 2))' '$j->{error}[0][0]' 'distance [%]'
exit $bad
