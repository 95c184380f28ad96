#!/usr/bin/env bash
# A shortlist without neighbours: the list that taking from the best on gives, whatever threads and shards; in composition and in features.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
exits() { # exits NAME CODE WORDS COMMAND...: that exit code, the words on stderr
  local name=$1 code=$2 words=$3 rc; shift 3
  "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?
  if [ $rc = "$code" ] && grep -q -- "$words" "$T/err"; then ok "$name"; else echo "    exit $rc, expected $code with '$words'"; no "$name"; fi
}
same() { if cmp -s "$2" "$3"; then ok "$1"; else no "$1"; fi; }
cat >"$T/d.yaml" <<Y
demand: an enumerated space
data: {file: $CUPEL_ROOT/datasets/examples/gaps-solar.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie, settings: {lambda: 0.1}}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, Ge, Sb, Bi, S, Se, O, N, Cl], max_elements: 3, max_amount: 5, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
keep: 40
Y
sed 's/keep: 40/keep: 50000/' "$T/d.yaml" >"$T/all.yaml"; "$CUPEL" screen "$T/all.yaml" -q -o "$T/all.csv" 2>"$T/err" || no 'the whole ranking'
sed '$a diverse: {distance: 0.4, in: composition}' "$T/d.yaml" >"$T/near.yaml"
exits 'a list without neighbours' 0 'nearer than 0.4 to a better one in composition' "$CUPEL" screen "$T/near.yaml" --threads 1 -o "$T/near.csv"
cat >"$T/greedy.pl" <<'P'
# From the whole ranking the rows that stay, taken from the best on; and whether the list is that.
use strict; use warnings; use List::Util qw(sum);
sub formulas { open my $f, "<", $_[0] or die; my @h = split /,/, <$f>; my ($at) = grep { $h[$_] eq "formula" } 0 .. $#h; map { (split /,/)[$at] } <$f> }
sub fractions { my %x; while ($_[0] =~ /([A-Z][a-z]?)([0-9.]*)/g) { $x{$1} += $2 eq "" ? 1 : $2 } my $all = sum values %x; return {map { $_ => $x{$_} / $all } keys %x} }
sub apart { my ($p, $q) = @_; my %all = (%$p, %$q); return sum map { abs(($p->{$_} // 0) - ($q->{$_} // 0)) } keys %all }
my @stay;
for my $formula (formulas($ARGV[0])) {
    last if @stay == 40;
    my $x = fractions($formula);
    push @stay, [$formula, $x] unless grep { apart($x, $_->[1]) <= 0.4 - 1e-9 } @stay;
}
exit(join(" ", map { $_->[0] } @stay) ne join(" ", formulas($ARGV[1])));
P
perl "$T/greedy.pl" "$T/all.csv" "$T/near.csv" 2>"$T/err" && ok 'it is what taking from the best on gives' || no 'it is what taking from the best on gives'
sed 's/in: composition/in: magpie/; s/0.4/0.5/' "$T/near.yaml" >"$T/features.yaml"
exits 'a distance in features' 0 'nearer than 0.5 to a better one in magpie' "$CUPEL" screen "$T/features.yaml" --threads 1 -o "$T/features.csv"
cmp -s "$T/near.csv" "$T/features.csv" && no 'which is another list' || ok 'which is another list'
for d in near features; do
  "$CUPEL" screen "$T/$d.yaml" --threads 3 -q -o "$T/x.csv" 2>"$T/err"; same "$d: three threads" "$T/$d.csv" "$T/x.csv"
  for i in 1 2 3 4; do "$CUPEL" screen "$T/$d.yaml" --shard $i/4 -q -o "$T/p$i.h5" 2>"$T/err" || no "shard $i/4"; done
  "$CUPEL" merge "$T"/p?.h5 -o "$T/x.csv" 2>"$T/err"; same "$d: four shards" "$T/$d.csv" "$T/x.csv"
  "$CUPEL" merge "$T"/p?.h5 -o "$T/x.h5" 2>"$T/err"; "$CUPEL" screen "$T/$d.yaml" -q -o "$T/y.h5" 2>"$T/err"; same "$d: the artifact" "$T/x.h5" "$T/y.h5"
done
sed 's/0.4/1.9/; s/keep: 40/keep: 30/' "$T/near.yaml" >"$T/far.yaml"
exits 'a distance that is too large for the list is said' 0 'hold no more that lie 1.9 apart' "$CUPEL" screen "$T/far.yaml" -o "$T/x.csv"
"$CUPEL" demand check "$T/near.yaml" >"$T/out" 2>"$T/err"; grep -q 'No two rows are nearer than 0.4 in composition' "$T/out" && ok 'demand check says it' || no 'demand check says it'
sed 's/diverse: .*/diverse: 0.4/' "$T/near.yaml" >"$T/short.yaml"; "$CUPEL" screen "$T/short.yaml" -q -o "$T/x.csv" 2>"$T/err"; same 'a distance alone is one in composition' "$T/near.csv" "$T/x.csv"

# predictions of one's own
"$CUPEL" train "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" --target 'band gap' --model ridge --set lambda=0.1 -q -o "$T/m.h5" 2>"$T/err"
"$CUPEL" space list "$T/d.yaml" --count 2000 -q -o "$T/list.csv"; "$CUPEL" predict "$T/m.h5" "$T/list.csv" -q -o "$T/p.csv" 2>"$T/err"
exits 'rank thins too' 0 'nearer than 0.4' "$CUPEL" rank "$T/p.csv" "$T/near.yaml" -o "$T/x.csv"

sed 's/0.4/2.4/' "$T/near.yaml" >"$T/x.yaml"; exits 'farther than nothing in common' 2 'distance' "$CUPEL" demand check "$T/x.yaml"
sed 's/in: composition/in: magpi/' "$T/near.yaml" >"$T/x.yaml"; exits 'features that there are not' 2 'did you mean' "$CUPEL" demand check "$T/x.yaml"
sed 's/distance: 0.4, //' "$T/near.yaml" >"$T/x.yaml"; exits 'no distance' 2 'needs a distance' "$CUPEL" demand check "$T/x.yaml"
sed '$a rank: pareto' "$T/near.yaml" >"$T/x.yaml"; exits 'Pareto layers' 2 "'diverse' goes with" "$CUPEL" demand check "$T/x.yaml"
exit $bad
