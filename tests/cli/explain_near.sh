#!/usr/bin/env bash
# What explain says of columns that repeat one another, and of the training rows that decided: under their conditions, not by formulas alone.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
json() { perl -MJSON::PP -e "local \$/; my \$j = decode_json(<STDIN>); $1" <"$T/out"; }
# Two columns that say the same (b = a with a little noise), one that says nothing; y = a.
awk 'BEGIN { print "a,b,twin,c,y"; srand(3); for (i = 0; i < 200; i++) { a = (i * 73 % 200) / 20; printf "%.3f,%.3f,%.3f,%.3f,%.3f\n", a, a + 0.02 * rand(), a, rand(), 3 * a } }' >"$T/in.csv"
for m in extra_trees ridge; do
  run train "$T/in.csv" --features none --columns a,b,twin,c --target y --model $m --seed 1 -o "$T/m.h5"; run explain "$T/m.h5" "$T/in.csv" --target y --rows 2 --format json
  { [ $rc = 0 ] && json 'my $c = $j->{clusters}; exit 1 unless @$c == 1 && @{$c->[0]{groups}} == 3 && $c->[0]{correlation_from} > 0.99; exit 1 if grep { $_ eq "c" } @{$c->[0]{groups}};
    my ($twin) = grep { $_->{name} eq "twin" } @{$j->{groups}}; exit !($twin->{shared_with} && abs($twin->{importance}) < 1e-12 && $c->[0]{importance} >= $j->{groups}[0]{importance})'; }
  check "columns that repeat one another are one cluster: $m" $?
done
run train "$T/in.csv" --features none --columns a,b,twin,c --target y --model extra_trees --seed 1 -o "$T/m.h5"; run explain "$T/m.h5" "$T/in.csv" --target y --rows 1
{ grep -q 'an artefact of what they share' "$T/err" && grep -q '^(a) .*shuffled together' "$T/out"; }; check 'and the warning is given' $?
# Six pairs of columns: three are warned of, the others counted.
awk 'BEGIN { for (k = 1; k <= 6; k++) printf "a%d,b%d,", k, k; print "y"; srand(5); for (i = 0; i < 150; i++) { y = 0; for (k = 1; k <= 6; k++) { a = rand(); y += a; printf "%.4f,%.4f,", a, a + 0.02 * rand() } print y } }' >"$T/six.csv"
run train "$T/six.csv" --features none --columns a1,b1,a2,b2,a3,b3,a4,b4,a5,b5,a6,b6 --target y --model extra_trees --seed 1 -o "$T/m.h5"; run explain "$T/m.h5" "$T/six.csv" --target y --rows 1
{ [ "$(grep -c 'an artefact of what they share' "$T/err")" = 3 ] && grep -q 'so it is of 3 more such lists' "$T/err" && grep -q '^(f) ' "$T/out"; }; check 'and of many lists three are warned of' $?
# Every alloy at several temperatures, which decide.
awk 'BEGIN { print "formula,temperature [K],strength"; for (i = 1; i <= 12; i++) for (t = 300; t <= 1100; t += 200) printf "Fe%dNi%d,%d,%.2f\n", i, 13 - i, t, 900 - 0.7 * t + 3 * i }' >"$T/hot.csv"
printf 'formula,temperature [K],strength\nFe5Ni8,690,430\nFe5Ni8,310,690\nFe5Ni8,300,705\n' >"$T/ask.csv"
for m in extra_trees gp ridge; do
  run train "$T/hot.csv" --features element_fraction --columns 'temperature [K]' --target strength --model $m --seed 1 -o "$T/h.h5"; run explain "$T/h.h5" "$T/ask.csv" --target strength --rows 3 --format json
  { [ $rc = 0 ] && json 'exit 1 if $j->{measured_in_training} != 1; my @e = @{$j->{explained}}; exit 1 unless $e[0]{condition} eq "temperature [K]=690";
    exit !($e[0]{nearest}[0]{condition} eq "temperature [K]=700" && $e[1]{nearest}[0]{condition} eq "temperature [K]=300" && $e[2]{nearest}[0]{value} == 705 && $e[2]{nearest}[0]{distance} == 0)'; }
  check "the row at the temperature asked for decides, by $(json 'print $j->{nearest_by}'): $m" $?
done
run explain "$T/h.h5" "$T/ask.csv" --rows 1; grep -q 'near: Fe5Ni8; temperature \[K\]=700 measured 425' "$T/out"; check 'and is named with it' $?
exit $bad
