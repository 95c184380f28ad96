#!/usr/bin/env bash
# A minimum feature beside a tensor is followed by the search in spaces of structures, and what cannot have it is told of with what would do.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip feature sizes in a search: a plain build only'; exit 0; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
. "$CUPEL_ROOT/tests/cli/design.inc"
demand() { # REQUIRE FEATURE SPACE BUDGET [LINE]
  cat <<Y
demand: what a printer can make
scale: microstructure
phases:
  - {name: polymer, k: 1 W/(m K)}
  - {name: filler, k: 20 W/(m K)}
size: 5 mm
require:
  - {property: conductivity, component: 33, $1}
minimum feature: $2
space: $3
grid: 24
budget: $4 solves
seed: 1
${5:-}
Y
}
design() { "$CUPEL" design "$T/d.yaml" -o "$T/$1" --threads 1 >"$T/out" 2>"$T/err"; rc=$?; }
# covered FILE PHASE MM: the share of the phase in balls between other voxels' centres whose diameter is at least so much and a voxel, half for what a
# voxel takes off and half for its bar: what the demand asks of 95 %. From the definition, by nothing of the program.
covered() {
  perl -e 'my ($file, $phase, $mm) = @ARGV; open my $f, "<:raw", $file or die; local $/; my $x = <$f>; my @v = unpack "C*", substr $x, 10 + unpack "v", substr $x, 8, 2;
    my $n = int(@v ** (1 / 3) + 0.5); die "no cube\n" if $n ** 3 != @v; my $least = (($mm * $n / 5 + 1) / 2 - 1e-9) ** 2; my ($m, @near, @kept, $in, $all) = int $n / 2;
    for my $i (-$m .. $m) { for my $j (-$m .. $m) { for my $k (-$m .. $m) { my $s = $i * $i + $j * $j + $k * $k; push @near, [$s, $i, $j, $k] if $s <= $m * $m } } }
    @near = sort { $a->[0] <=> $b->[0] } @near;
    for my $i (0 .. $n - 1) { for my $j (0 .. $n - 1) { for my $k (0 .. $n - 1) { my ($at, $s, @ball) = ($i * $n + $j) * $n + $k; next if $v[$at] != $phase;
      for (@near) { my $to = ((($i + $_->[1]) % $n) * $n + ($j + $_->[2]) % $n) * $n + ($k + $_->[3]) % $n; $s = $_->[0]; last if $v[$to] != $phase; push @ball, [$s, $to] }
      next if $s < $least; $kept[$_->[1]] = 1 for grep { $_->[0] < $s } @ball } } }
    for (0 .. $#v) { next if $v[$_] != $phase; $all++; $in++ if $kept[$_] } printf "%.4f\n", $in / $all' "$@"
}
enough() { awk -v s="$1" 'BEGIN { exit !(s >= 0.95) }'; }

# Struts: without a minimum feature the search ends with a filler of 0.49 mm, bar 0.1.
demand 'min: 3 W/(m K), max: 4 W/(m K)' '{filler: 0.6 mm, polymer: 0.6 mm}' '[skeleton]' 120 | sed 's/^minimum/  - {property: conductivity, component: 11, min: 1.8 W\/(m K), max: 3.5 W\/(m K)}\n&/' >"$T/d.yaml"
design S
filler=$(covered "$T/S/design-1.npy" 1 0.6); polymer=$(covered "$T/S/design-1.npy" 0 0.6)
[ $rc = 0 ] && enough "$filler" && enough "$polymer" && grep -q 'pass feature size filler' "$T/out" && ok "struts of 0.6 mm: $filler of the filler, $polymer of the polymer" ||
  { cat "$T/out"; no "struts of 0.6 mm ($rc): $filler of the filler, $polymer of the polymer"; }

# Layers: the fraction of the space that the conductivity alone would begin at is half as much.
demand 'min: 4 W/(m K), max: 16 W/(m K)' '{filler: 3 mm, polymer: 1 mm}' '{generator: laminate, fraction: 0.05..0.95, normal1: 1}' 80 >"$T/d.yaml"
design L
filler=$(covered "$T/L/design-1.npy" 1 3)
[ $rc = 0 ] && enough "$filler" && grep -q 'pass feature size polymer' "$T/out" && ok "layers of 3 and 1 mm" || { cat "$T/out"; no "layers of 3 and 1 mm ($rc): $filler"; }

# A neck of a cosine series, which few voxels say to be far thinner than it is: the search aims beyond what they take off.
demand 'min: 3 W/(m K), max: 6 W/(m K)' '{filler: 1.8 mm, polymer: 1.8 mm}' '[nodal_surface]' 90 >"$T/d.yaml"
design N
[ $rc = 0 ] && grep -q 'pass feature size filler' "$T/out" && grep -q 'pass feature size polymer' "$T/out" && ok 'a series' || { cat "$T/out"; no "a series ($rc)"; }

# Two periods, in the middle of the space, are too many: whole numbers follow too. One body and tolerances beside it.
demand 'min: 2.5 W/(m K), max: 6 W/(m K)' '{filler: 1.3 mm}' '{generator: gyroid, fraction: 0.3..0.4, periods1: 1..3, periods2: 1..3, periods3: 1..3}' 40 "connected: filler
hold under: {process tolerance: 0.02 mm, phase properties: 2 %}" >"$T/d.yaml"
design G
[ $rc = 0 ] && grep -q 'pass feature size filler' "$T/out" && grep -q 'filler in one body' "$T/out" && ok 'a gyroid in one body that holds' || { cat "$T/out"; no "a gyroid in one body that holds ($rc)"; }

# What no structure has, before anything is solved; and what would do where the search does not get there.
refused() { # NAME EXPECTED
  "$CUPEL" demand check "$T/d.yaml" >"$T/out" 2>"$T/err"; rc=$?
  [ $rc = 5 ] && grep -qF -- "$2" "$T/err" && ok "$1" || no "$1 ($rc)"
}
demand 'min: 4 W/(m K)' '{filler: 3 mm, polymer: 2.6 mm}' '{generator: laminate, fraction: 0.05..0.95, normal1: 1}' 80 >"$T/d.yaml"
refused 'layers beside each other' 'd.yaml:9: cannot be met: layers of the space (line 10) follow each other every 5 mm, of which filler may have 2.608 mm beside the other'
demand 'min: 1.1 W/(m K)' '{filler: 2.2 mm}' '[skeleton]' 80 | sed 's/^require:/&\n  - {property: volume fraction, phase: filler, max: 0.03}/' >"$T/d.yaml"
refused 'more than a ball' 'd.yaml:10: cannot be met: one ball of 2.2 mm is 0.0446 of the box, and filler may have 0.03 of it (line 8); nearest, not ruled out by this: a minimum feature of 1.928 mm, or size: 5.707 mm'
sed 's/{name: filler,/{name: filler, density: 4 g\/cm^3,/; s/{name: polymer,/{name: polymer, density: 1 g\/cm^3,/; s/{property: volume fraction.*/{property: density, max: 1.06 g\/cm^3}/' "$T/d.yaml" >"$T/e.yaml"; mv "$T/e.yaml" "$T/d.yaml"
refused 'or by its mass' 'filler may have 0.02 of it (line 8)'
demand 'min: 4 W/(m K), max: 6 W/(m K)' '{filler: 3 mm}' '{generator: laminate, fraction: 0.05..0.95, normal1: 1}' 20 >"$T/d.yaml"
design M
[ $rc = 5 ] && grep -Eq 'fail feature size filler: .*; the same structure in a larger box, size: [0-9.]+ mm, would do' "$T/out" && ok 'what would do' || { cat "$T/out"; no "what would do ($rc)"; }
exit $bad
