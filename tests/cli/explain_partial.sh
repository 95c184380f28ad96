#!/usr/bin/env bash
# Partial dependence as a user calls it: an element's share with the others in their ratios, a number of the table, ranges, what cannot be swept.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
# Resistivity of alloys that rises with temperature by 0.1 per K and with the share of Cr by 100: both are found again.
awk 'BEGIN { print "formula,temperature [K],route,resistivity"; split("Fe Ni Co Mn", e, " ")
  for (i = 0; i < 120; i++) { x = (1 + i * 37 % 60) / 200; t = 300 + (i * 53 % 90) * 5; y = 0.3 + (i * 29 % 40) / 100
    printf "%s%.3f%s%.3fCr%.3f,%d,%s,%.4f\n", e[1 + i % 4], (1 - x) * y, e[1 + (i + 1 + i % 3) % 4], (1 - x) * (1 - y), x, t, i % 2 ? "cast" : "rolled", 20 + 0.1 * t + 100 * x } }' >"$T/in.csv"
run train "$T/in.csv" --target resistivity --columns 'temperature [K],route' --features element_fraction --model ridge --set lambda=1e-6 -o "$T/m.h5"; check 'train' $rc
run explain "$T/m.h5" "$T/in.csv" --rows 2 --partial 'Cr,temperature [K]' --points 5 --format json; cp "$T/out" "$T/a.json"
{ [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); my ($cr, $t) = @{$j->{partial}}; exit 1 if $cr->{kind} ne "atomic fraction" || $t->{kind} ne "column" || $cr->{rows} != 100;
  my $slope = sub { my $p = shift; my $l = $p; $l = $p->{single}[0] if shift; ($l->{value}[4] - $l->{value}[0]) / ($p->{at}[4] - $p->{at}[0]) };
  for my $one (0, 1) { exit 1 if abs($slope->($t, $one) - 0.1) > 1e-3 || abs($slope->($cr, $one) - 100) > 3 }
  exit 1 if abs($t->{at}[0] - 300) > 1e-9 || abs($t->{at}[4] - 745) > 1e-9; exit 1 if $cr->{at}[0] != 0 || abs($cr->{at}[4] - 0.3) > 1e-3;
  exit 1 if grep { $cr->{lower}[$_] > $cr->{value}[$_] || $cr->{upper}[$_] < $cr->{value}[$_] } 0 .. 4; exit !(@{$cr->{single}} == 2 && $cr->{in_domain}[2] > 0.9)' <"$T/out"; }
check 'slopes that the table was made with, over the range of what is known' $?
run explain "$T/m.h5" "$T/in.csv" --rows 2 --partial 'Cr,temperature [K]' --points 5 --format json --threads 1; cmp -s "$T/out" "$T/a.json"; check 'the same bytes for 1 and 2 threads' $?
{ grep -q '"name": "route"' "$T/a.json" && ! grep -q '"name": "route=cast"' "$T/a.json"; }; check 'categories of one column are one group' $?
run explain "$T/m.h5" "$T/in.csv" --rows 1 --partial 'Cr=0:0.9' --points 7; { [ $rc = 0 ] && grep -q 'outside the training domain' "$T/err" && grep -q '^ *0.9 .*outside the domain' "$T/out" && grep -q ' o' "$T/out"; }
check 'a range beyond what is known is said to be' $?
run explain "$T/m.h5" "$T/in.csv" --rows 1 --partial Gd --points 3; { [ $rc = 0 ] && grep -q 'outside the training domain' "$T/err"; }; check 'an element that no row holds' $?
# At its own share a row has its own prediction.
own=$(perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); my $s = $j->{partial}[0]{single}[1]; printf "%.17g %.17g", $s->{own}, $j->{explained}[1]{value}' <"$T/a.json")
run explain "$T/m.h5" "$T/in.csv" --rows 2 --partial "Cr=${own% *}:0.5" --points 2 --format json
{ [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); exit !(abs($j->{partial}[0]{single}[1]{value}[0] - $ARGV[0]) < 1e-6)' "${own#* }" <"$T/out"; }; check 'a row at its own share' $?
# The names that explain prints, and short ones; other units are converted.
for p in 'fraction of Cr,temperature' 'Cr,temperature [K]'; do run explain "$T/m.h5" "$T/in.csv" --rows 2 --partial "$p" --points 5 --format json; { [ $rc = 0 ] && cmp -s "$T/out" "$T/a.json"; }; check "the same: $p" $?; done
run explain "$T/m.h5" "$T/in.csv" --rows 1 --partial 'temperature [degC]=26.85:426.85' --points 5 --format json
{ [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $p = decode_json(<STDIN>)->{partial}[0]; exit !($p->{name} eq "temperature [K]" && abs($p->{at}[0] - 300) < 1e-9 && abs($p->{at}[4] - 700) < 1e-9)' <"$T/out"; }; check 'a range in another unit' $?
run explain "$T/m.h5" "$T/in.csv" --partial 'temperature [MPa]'; { [ $rc = 2 ] && grep -q 'another kind' "$T/err"; }; check 'another kind of unit' $?
run explain "$T/m.h5" "$T/in.csv" --partial route; { [ $rc = 2 ] && grep -q 'column of text' "$T/err" && grep -q "'temperature \[K\]'" "$T/err" && ! grep -q "'route'.*'route'" "$T/err"; }; check 'text is said to be text, and is not among what can be chosen' $?
run explain "$T/m.h5" "$T/in.csv" --partial temperatur; { [ $rc = 2 ] && grep -q "did you mean 'temperature" "$T/err"; }; check 'a slip of the pen' $?
run explain "$T/m.h5" /no/such/table --partial Xx; { [ $rc = 2 ] && grep -q partial "$T/err"; }; check 'names are looked at before the table is read' $?
# Columns of descriptors in a table: what explain prints for them is the name of several.
awk 'BEGIN { print "MagpieData mean Number,MagpieData range Number,y"; for (i = 0; i < 40; i++) print i, i * 7 % 40, i + 0.1 * (i * 7 % 40) }' | tr ' ' ',' | sed '1s/.*/MagpieData mean Number,MagpieData range Number,y/' >"$T/d.csv"
run train "$T/d.csv" --features none --target y --model ridge --set lambda=1e-6 -o "$T/d.h5"; check 'train without formulas' $rc
run explain "$T/d.h5" "$T/d.csv" --partial 'Number (MagpieData)'; { [ $rc = 2 ] && grep -q "2 columns" "$T/err" && grep -q "'MagpieData range Number'" "$T/err"; }; check 'a readable name of several columns' $?
run explain "$T/d.h5" "$T/d.csv" --partial 'MagpieData range Number' --points 3 --format json; check 'one of them' $rc
run explain "$T/d.h5" "$T/d.csv" --partial Fe; { [ $rc = 2 ] && ! grep -q 'an element, as' "$T/err"; }; check 'no element where there are no formulas' $?
for p in 'Xx' 'route' 'Cr=0.5:0.1' 'Cr=0:2' 'Cr,' 'Cr=a:b'; do run explain "$T/m.h5" "$T/in.csv" --partial "$p"; { [ $rc = 2 ] && grep -q partial "$T/err"; }; check "refused: $p" $?; done
run explain "$T/m.h5" "$T/in.csv" --partial Cr --points 1; [ $rc = 2 ]; check 'one point is no sweep' $?
exit $bad
