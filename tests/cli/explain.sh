#!/usr/bin/env bash
# explain and the automatic model as a user calls them: Shapley values that add up, neighbours, shuffling only with measured values; a budget repeated.
set -u
[ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip explanations: a plain build only'; exit 0; }
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
gaps=$R/datasets/examples/gaps-wide.csv
awk 'NR == 1 || NR % 3 == 0' "$gaps" >"$T/in.csv"; awk 'NR == 1 || NR % 3 == 1' "$gaps" >"$T/new.csv"
column=$(head -n 1 "$gaps" | tr ',' '\n' | grep -m 1 '\[eV\]'); formula=$(head -n 1 "$gaps" | tr ',' '\n' | grep -m 1 -E '^(formula|composition)$')
run train "$T/in.csv" --formula "$formula" --target "$column" --model ridge --seed 1 -o "$T/m.h5"; check 'train' $rc

run explain "$T/m.h5" "$T/new.csv" --target "$column" --rows 3 --format json; cp "$T/out" "$T/a.json"
{ [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); exit 1 unless @{$j->{explained}} == 3 && $j->{measured} > 100 && !$j->{measured_in_training};
  for my $e (@{$j->{explained}}) { my $s = $e->{base}; $s += $_ for values %{$e->{shapley}}; exit 1 if abs($s - $e->{value}) > 1e-9; exit 1 unless @{$e->{nearest}} == 3;
    exit 1 if $e->{nearest}[0]{distance} > $e->{nearest}[1]{distance} }
  my $last = 9e9; for my $g (@{$j->{groups}}) { exit 1 if $g->{importance} > $last; $last = $g->{importance} } exit !($j->{groups}[0]{importance} > 0)' <"$T/out"; }
check 'Shapley values add up to the prediction, groups by importance, neighbours by distance' $?
run explain "$T/m.h5" "$T/new.csv" --target "$column" --rows 3 --format json --threads 1; cmp -s "$T/out" "$T/a.json"; check 'the same bytes for 1 and 2 threads' $?
cut -d, -f1 "$T/new.csv" >"$T/bare.csv"; run explain "$T/m.h5" "$T/bare.csv" --format json
{ [ $rc = 0 ] && grep -q '"importance": null' "$T/out" && grep -q '"measured": 0' "$T/out"; }; check 'without measured values nothing is shuffled' $?
run explain "$T/m.h5" "$T/new.csv" --target "$column" --rows 0 --repeats 1; { [ $rc = 0 ] && ! grep -q 'Shapley' "$T/out" && grep -q '^error more, shuffled  what' "$T/out"; }; check 'without rows nothing is shared out' $?
run explain "$T/m.h5" "$T/new.csv" --target "$column" --rows 0 --repeats 1 --format json; { [ $rc = 0 ] && grep -q '"shapley": null' "$T/out" && ! grep -q '"shapley": 0' "$T/out"; }; check 'nor in JSON' $?
run explain "$T/m.h5" "$T/new.csv" --target "$column"; { [ $rc = 0 ] && grep -q 'MagpieData' "$T/out" && grep -q '  near: ' "$T/out"; }; check 'lines for people' $?
run explain "$T/m.h5" "$T/in.csv" --target "$column" --rows 1; grep -q 'were learned from' "$T/out"; check 'rows of the training table are said to be' $?
printf 'formula\nNaCl\n' >"$T/one.csv"; run explain "$T/m.h5" "$T/one.csv"; { [ $rc = 3 ] && grep -q 'at least 2' "$T/err"; }; check 'one row is too few' $?
run explain "$T/m.h5" "$T/new.csv" --target nothing; [ $rc = 3 ]; check 'a target that is not there' $?
head -c 3000 "$T/m.h5" >"$T/cut.h5"; run explain "$T/cut.h5" "$T/new.csv"; [ $rc = 4 ]; check 'a cut model' $?

# Exact values: forests, boosted trees and sums of columns; both games; with more orders the sampled ones come to the exact ones.
added='use strict; local $/; my $j = decode_json(<STDIN>); my ($kind, $game, $of) = @ARGV; exit 1 if $j->{shapley_kind} ne $kind || $j->{shapley_game} ne $game || $j->{shapley_of} !~ /$of/;
  for my $e (@{$j->{explained}}) { my $s = $e->{base}; $s += $_ for values %{$e->{shapley}}; exit 1 if abs($s - ($e->{shared_out} // $e->{value})) > 1e-9 }'
adds() { perl -MJSON::PP -e "$added" "$@" <"$T/out"; }
small() { run train "$T/in.csv" --formula "$formula" --target "$column" --seed 1 "$@"; }
shared() { run explain "$T/$1.h5" "$T/new.csv" --target "$column" --repeats 1 --format json "${@:2}"; }
small --model extra_trees --set trees=60,columns=0.4,leaf=1,median=0 -o "$T/forest.h5"; shared forest; cp "$T/out" "$T/exact.json"
{ [ $rc = 0 ] && adds exact interventional '\[eV\]'; }; check 'a forest is shared out exactly' $?
shared forest --shapley path; { [ $rc = 0 ] && adds exact path-dependent '\[eV\]'; }; check 'along its branches too' $?
head -n 5 "$T/new.csv" >"$T/few.csv"; run explain "$T/forest.h5" "$T/few.csv" --target "$column" --repeats 1 --format json --shapley path
{ [ $rc = 0 ] && adds exact path-dependent '\[eV\]'; }; check 'of a table of four rows too, where many columns are all alike' $?
shared forest --shapley sampled --orders 600; { [ $rc = 0 ] && adds sampled interventional '\[eV\]'; } && perl -MJSON::PP -e 'sub get { local $/; open my $f, "<", shift; decode_json(<$f>)->{explained} }
  my ($x, $s) = map { get($_) } @ARGV; for my $i (0 .. $#$x) { for my $g (keys %{$x->[$i]{shapley}}) { exit 1 if abs($x->[$i]{shapley}{$g} - $s->[$i]{shapley}{$g}) > 0.06 } }' "$T/exact.json" "$T/out"
check 'many samples come to the exact values' $?
small --model boosted_trees --set trees=50 --transform log -o "$T/boosted.h5"; shared boosted --rows 2; { [ $rc = 0 ] && adds exact interventional '^log of'; }; check 'a logarithm is shared out as such' $?
small --model extra_trees --set trees=60,columns=0.4,leaf=1,median=1 -o "$T/median.h5"; shared median --rows 1; { [ $rc = 0 ] && adds sampled interventional eV; }; check 'a median is no sum' $?
shared median --shapley path; { [ $rc = 2 ] && grep -q 'shapley auto' "$T/err"; }; check 'and has no branches' $?
# Standard errors: a sum that follows the median makes them smaller, and few and many orders agree within them.
shared median --rows 3 --orders 16; cp "$T/out" "$T/few.json"; shared median --rows 3 --orders 16 --shapley sampled; cp "$T/out" "$T/plain.json"; shared median --rows 3 --orders 150 --shapley sampled; cp "$T/out" "$T/many.json"
errors='use strict; sub get { local $/; open my $f, "<", shift; decode_json(<$f>) } my ($few, $plain, $many) = map { get($_) } @ARGV; my ($z, $n, $s, $p) = (0, 0, 0, 0);
  exit 1 unless $few->{followed_share} >= 0.8 && $plain->{followed_share} == 0 && $few->{orders} == 16;
  for my $i (0 .. 2) { my ($a, $b, $c) = map { $_->{explained}[$i] } ($few, $plain, $many);
    for my $g (keys %{$a->{shapley}}) { my $e = $a->{shapley_error}{$g} ** 2 + $c->{shapley_error}{$g} ** 2; next unless $e > 1e-12; $z += ($a->{shapley}{$g} - $c->{shapley}{$g}) ** 2 / $e; $n++;
      $s += $a->{shapley_error}{$g} ** 2; $p += $b->{shapley_error}{$g} ** 2 } }
  printf "# standard error %.3g of that of sampling alone; mean square deviation %.2f of what it says\n", sqrt($s / $p), $z / $n; exit !($n > 30 && $s < $p && $z / $n < 1.6)'
perl -MJSON::PP -e "$errors" "$T/few.json" "$T/plain.json" "$T/many.json"; check 'sampled values have standard errors that hold' $?
# A hurdle: the value is sampled, both of its questions are exact.
awk -F, -v OFS=, 'NR > 1 && $2 < 1.2 { $2 = 0 } 1' "$T/in.csv" >"$T/zero.csv"; run train "$T/zero.csv" --formula "$formula" --target "$column" --seed 1 --model hurdle --set trees=30,seeds=1,forest=30 -o "$T/hurdle.h5"
shared hurdle --rows 2 --orders 4; { [ $rc = 0 ] && adds sampled interventional eV && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); for my $e (@{$j->{explained}}) { my $steps = $e->{steps}; exit 1 unless @$steps == 4;
  for my $s (@$steps) { my $sum = $s->{base}; $sum += $_ for values %{$s->{shapley}}; exit 1 if abs($sum - $s->{value}) > 1e-9 } exit 1 unless $steps->[1]{value} >= 0 && $steps->[1]{value} <= 1 && $steps->[1]{of} =~ /not 0/ }' <"$T/out"; }; check 'the steps of a hurdle add up' $?
run explain "$T/hurdle.h5" "$T/new.csv" --repeats 1 --rows 1 --orders 4; { [ $rc = 0 ] && grep -q '^  exactly: share of votes that' "$T/out" && grep -q ' +- ' "$T/out" && grep -q 'standard error of 4 orders' "$T/out"; }; check 'in words' $?
awk -F, -v OFS=, 'NR > 1 { $2 = $2 > 2 ? 1 : 0 } 1' "$T/in.csv" >"$T/class.csv"
for m in random_forest:votes boosted_trees:odds; do
  run train "$T/class.csv" --formula "$formula" --target "$column" --model ${m%:*} --set trees=40 --seed 1 -o "$T/class.h5"; run explain "$T/class.h5" "$T/new.csv" --rows 2 --repeats 1 --format json
  { [ $rc = 0 ] && adds exact interventional "${m#*:}"; }; check "a class by ${m%:*}: ${m#*:}" $?
done
run explain "$T/m.h5" "$T/new.csv" --format json --rows 2; { [ $rc = 0 ] && adds exact interventional eV; }; check 'a sum of columns is exact' $?

auto() { run train "$T/in.csv" --formula "$formula" --target "$column" --model auto --seed 3 "$@"; }
auto --budget effort=4 --threads 1 -o "$T/e1.h5"; { [ $rc = 0 ] && grep -q 'effort=4' "$T/err"; }; check 'auto with units of work' $?
grep -Eq 'auto: the best single learner has [0-9.e+-]+ out of fold, [0-9.]+ % (more|less)$' "$T/err"; check 'what a simpler model would cost is said, also where it would be better' $?
auto --budget effort=4 --threads 2 -o "$T/e2.h5"; cmp -s "$T/e1.h5" "$T/e2.h5"; check 'the same units give the same bytes for 1 and 2 threads' $?
auto --budget 1s --threads 2 -o "$T/t.h5"; n=$(grep -o 'effort=[0-9]*' "$T/err" | tail -n 1); auto --budget "$n" --threads 2 -o "$T/u.h5"; { [ -n "$n" ] && cmp -s "$T/t.h5" "$T/u.h5"; }
check 'what a budget of time did is repeated by its units' $?
run predict "$T/e1.h5" "$T/new.csv" --threads 1 -o "$T/p1.csv"; run predict "$T/e1.h5" "$T/new.csv" --threads 2 --isa plain -o "$T/p2.csv"; cmp -s "$T/p1.csv" "$T/p2.csv"
check 'predictions of auto are the same for any threads and instruction set' $?
awk -F, -v OFS=, 'NR > 1 && $2 < 2.2 { $2 = 0 } 1' "$gaps" >"$T/half.csv"; run train "$T/half.csv" --formula "$formula" --target "$column" --model auto --features magpie --budget effort=4 --seed 3 -o "$T/az.h5"
grep -q 'auto: the best single learner, or one for each step of the hurdle, has [0-9]' "$T/err"; check 'of a hurdle too' $?; shared az --rows 2 --orders 4
{ [ $rc = 0 ] && perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); for my $e (@{$j->{explained}}) { my $steps = $e->{steps}; exit 1 unless @$steps >= 2 && grep { $_->{of} =~ /log odds/ } @$steps; my %seen;
  for my $s (@$steps) { exit 1 if $seen{$s->{of}}++; my $sum = $s->{base}; $sum += $_ for values %{$s->{shapley}}; exit 1 if abs($sum - $s->{value}) > 1e-9 } }' <"$T/out"; }; check 'the steps of an automatic model with a hurdle' $?
auto --budget 5parsecs -o "$T/x.h5"; [ $rc = 2 ]; check 'a budget that is none' $?
run train "$T/in.csv" --formula "$formula" --target "$column" --model ridge --budget 5s -o "$T/x.h5"; [ $rc = 2 ]; check 'a budget for a learner without units' $?
exit $bad
