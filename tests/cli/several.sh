#!/usr/bin/env bash
# Designs that are met, and found again by an evaluation of what is written: several properties at once, a whole stiffness, three phases, a void beside a solid.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip designs that are met: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
design() { "$CUPEL" design "$T/$1.yaml" -o "$T/$1" --budget "$2"solves --threads 1 >"$T/out" 2>"$T/err"; rc=$?; } # design NAME BUDGET
met() { [ $rc = 0 ] && [ "$(cells "$T/$1" meets | tr '\n' ' ')" = "$(printf 'yes %.0s' $(seq "$2"))" ] && ok "$3" || { cat "$T/out"; no "$3 ($rc)"; }; } # met NAME DESIGNS WORDS

# Conduction along one axis, stiffness along another and mass, each with its limits.
cat >"$T/both.yaml" <<'Y'
demand: stiff, conducting and light
scale: microstructure
phases:
  - {name: polymer, k: 1, E: 1, nu: 0.35, density: 1}
  - {name: filler, k: 10, E: 10, nu: 0.25, density: 3}
require:
  - {property: conductivity, component: 11, min: 2.1, max: 2.4}
  - {property: young modulus, direction: [0, 0, 1], min: 1.85, max: 2.1}
  - {property: density, max: 1.52}
grid: 20
seed: 1
Y
design both 300; met both 1 'three properties'
found_again "$T/both" conduction 0:k=1 1:k=10 && ok 'its conductivity is found again' || no 'its conductivity is found again'
found_again "$T/both" elasticity 0:E=1,nu=0.35 1:E=10,nu=0.25 && ok 'its stiffness too' || no 'its stiffness too'
# The numbers asked for from those tensors: they are in their windows, and those reported, within both bars. Young's modulus is 1 over its component of the compliance.
read -ra numbers < <(cells "$T/both" 'conductivity 11' 'conductivity 11 error' 'young modulus 0 0 1' 'young modulus 0 0 1 error' density 'volume fraction')
perl -MJSON::PP -e 'local $/; my ($k, $c) = map { open my $f, "<", $_ or die; decode_json(<$f>) } splice @ARGV, 0, 2; my ($x, $xbar, $e, $ebar, $rho, $f) = @ARGV;
  my @m = map { [@{$c->{tensor}[$_]}, $_ == 2 ? 1 : 0] } 0 .. 5;
  for my $p (0 .. 5) { for my $i (0 .. 5) { next if $i == $p; my $r = $m[$i][$p] / $m[$p][$p]; $m[$i][$_] -= $r * $m[$p][$_] for 0 .. 6 } }
  my $young = $m[2][2] / $m[2][6]; my ($k11, $kbar) = ($k->{tensor}[0][0], $k->{error}[0][0]); my $share = $k->{phases}[1]{fraction};
  die "conductivity $k11, reported $x\n" unless $k11 >= 2.1 && $k11 <= 2.4 && abs($k11 - $x) <= $kbar + $xbar;
  die "modulus $young, reported $e\n" unless $young >= 1.85 && $young <= 2.1 && abs($young - $e) <= $ebar + $c->{error}[2][2];
  die "density of $share: $rho\n" unless abs($share - $f) < 1e-5 && abs(1 + 2 * $share - $rho) < 1e-4 && $rho <= 1.52 + 1e-6' \
  "$T/conduction-1.json" "$T/elasticity-1.json" "${numbers[@]}" \
  2>"$T/err" && ok 'so are the numbers asked for' || no 'so are the numbers asked for'

# All 21 components of the stiffness of a structure of another seed, which the search does not know.
"$CUPEL" homogenize 'gaussian:fraction=0.4,wavelength=0.5,metric11=0.4,metric12=0.2,seed=77' --grid 32 --property stiffness --phase 0:E=1,nu=0.3 --phase 1:E=10,nu=0.2 --threads 1 \
  --format json >"$T/hidden" 2>"$T/err" || no 'a hidden structure'
cat >"$T/whole.yaml" <<Y
demand: hidden
scale: microstructure
phases:
  - {name: a, E: 1, nu: 0.3}
  - {name: b, E: 10, nu: 0.2}
require:
  - {property: stiffness, target: $(tr -d '\n ' <"$T/hidden" | sed 's/.*"tensor":\(\[\[[^"]*\]\]\).*/\1/'), within: 2.5 %}
grid: 16
seed: 1
Y
design whole 150; met whole 1 'a whole stiffness'
by_the_bar "$T/whole" 2.5 && ok 'distance and bar are within its tolerance' || no 'distance and bar are within its tolerance'
found_again "$T/whole" elasticity 0:E=1,nu=0.3 1:E=10,nu=0.2 && ok 'it is found again' || no 'it is found again'
read -ra numbers < <(cells "$T/whole" 'distance [%]' 'error [%]')
perl -MJSON::PP -e 'local $/; my ($far, $again, $run) = map { open my $f, "<", $_ or die; decode_json(<$f>) } splice @ARGV, 0, 3; my ($distance, $bar) = @ARGV;
  sub apart { my ($d, $s) = (0, 0); for my $i (0 .. 5) { for my $j (0 .. 5) { $d += ($_[0][$i][$j] - $_[1][$i][$j]) ** 2; $s += $_[1][$i][$j] ** 2 } } 100 * sqrt($d / $s) }
  my ($it, $told) = (apart($again->{tensor}, $far->{tensor}), apart($run->{designs}[0]{limit}{stiffness}, $far->{tensor}));
  die "$it % from what was asked, $told % reported, $distance +- $bar in the table\n" unless $it <= 2.5 && abs($it - $distance) <= $bar && abs($told - $distance) < 1e-4' \
  "$T/hidden" "$T/elasticity-1.json" "$T/whole/run.json" "${numbers[@]}" 2>"$T/err" && ok 'as far from what was asked as reported' || no 'as far from what was asked as reported'

# Three phases: ids in the order of the demand, as many voxels of each as its fraction says.
cat >"$T/three.yaml" <<'Y'
demand: three phases
scale: microstructure
phases:
  - {name: matrix, k: 1, E: 1, nu: 0.35}
  - {name: fibre, k: 10, E: 4, nu: 0.3}
  - {name: third, k: 4, E: 10, nu: 0.25}
space: {generator: plurigaussian, fraction: 0.1..0.4, fraction2: 0.1..0.4, wavelength: 0.5, wavelength2: 0.5}
require:
  - {property: conductivity, invariant: mean, min: 2.2, max: 2.6}
  - {property: young modulus, direction: [1, 0, 0], min: 2, max: 2.8}
  - {property: volume fraction, phase: matrix, min: 0.5}
  - {property: volume fraction, phase: fibre, min: 0.15}
  - {property: volume fraction, phase: third, min: 0.2}
grid: 16
designs: 2
Y
design three 180; met three 2 'two designs of three phases'
found_again "$T/three" conduction 0:k=1 1:k=10 2:k=4 && ok 'both conduct as reported' || no 'both conduct as reported'
found_again "$T/three" elasticity 0:E=1,nu=0.35 1:E=4,nu=0.3 2:E=10,nu=0.25 && ok 'both are as stiff as reported' || no 'both are as stiff as reported'
counts() { # counts FILE FRACTION...: bytes of a .npy of 16^3: ids are 0 to 2, and of each there is its fraction, to what whole voxels leave
  tail -c 4096 "$1" | od -An -v -w1 -t u1 | awk -v want="${*:2}" '{ n[$1 + 0]++ } END { split(want, f, " "); for (i in n) { d = n[i] / 4096 - f[i + 1]; if (i > 2 || d > 0.01 || d < -0.01) bad = 1; ids++ } exit bad || ids != 3 || NR != 4096 }'
}
for rank in 1 2; do
  f=$(cells "$T/three" 'volume fraction matrix' 'volume fraction fibre' 'volume fraction third' 'volume fraction' | sed -n "${rank}p")
  awk '{ s = $1 + $2 + $3; exit !(s > 1 - 3e-6 && s < 1 + 3e-6 && $2 == $4 && $1 >= 0.5 && $2 >= 0.15 && $3 >= 0.2) }' <<<"$f" && counts "$T/three/design-$rank.npy" $f && ok "ids and fractions, design $rank" || { echo "    $f"; no "ids and fractions, design $rank"; }
done
exit $bad
