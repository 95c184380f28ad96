#!/usr/bin/env bash
# Probabilities where many rows share one value: screen and rank by quantiles say the same of "at least 0.1", and both what happens.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
# Binary sulfides and oxides of metals: a gap that grows with the share of the anion, 0 where little of it is there, more often the less there is.
awk 'BEGIN { srand(3); split("Zn Cd Ga In Sn Pb Bi Ti", m, " "); split("O S Se", a, " ")
  for (i = 0; i < 400; i++) { x = 0.1 + 0.8 * rand(); zero = rand() > x; printf "%s%.3f%s%.3f,%.3f\n", m[1 + i % 8], 1 - x, a[1 + i % 3], x, zero ? 0 : 0.5 + 3 * x * (0.8 + 0.4 * rand()) } }' >"$T/all"
{ echo 'formula,gap [eV]'; head -n 240 "$T/all"; } >"$T/in.csv"; { echo 'formula,truth'; tail -n 160 "$T/all"; } >"$T/new.csv"
run train "$T/in.csv" --target gap --features element_fraction --model hurdle --set trees=40,rate=0.1,leaves=6,seeds=1,forest=40 --seed 1 -o "$T/m.h5"; check train $rc
demand() { printf 'demand: x\nmodel: {file: m.h5}\nspace: {list: new.csv, formula: formula}\nrequire:\n  - {property: gap, min: 0.1 eV}\nkeep: 160\n'; }
demand >"$T/d.yaml"
run screen "$T/d.yaml" -o "$T/s.csv"; check screen $rc
run predict "$T/m.h5" "$T/new.csv" --quantiles "$(seq -s, 0.04 0.04 0.96)" -o "$T/q.csv"; check predict $rc
run rank "$T/q.csv" "$T/d.yaml" -o "$T/r.csv"; { [ $rc = 0 ] && err '24 columns of quantiles'; }; check 'rank by quantiles' $?
run predict "$T/m.h5" "$T/new.csv" -o "$T/p.csv"; { [ $rc = 0 ] && grep -q ',0,0,' "$T/p.csv" && ! grep -q 'e-1[0-9],' "$T/p.csv"; }; check 'an interval that ends at 0 says 0' $?
run rank "$T/p.csv" "$T/d.yaml" -o "$T/n.csv"; { [ $rc = 0 ] && err 'which an interval does not show'; }; check 'rank by intervals says what it does not see' $?
# FORMULA PROBABILITY of a ranking, sorted; fields with commas are quoted.
chances() { perl -ne 'chomp; my @f = /("[^"]*"|[^,]*)(?:,|$)/g; if ($. == 1) { my $i = 0; for (@f) { $f = $i if $_ eq "formula"; $p = $i if $_ eq "probability"; $i++ } next } print "$f[$f] $f[$p]\n"' "$1" | sort; }
for f in s r n; do chances "$T/$f.csv" >"$T/$f.p"; done
join "$T/s.p" "$T/r.p" | awk '{ d = $2 - $3; if (d < 0) d = -d; if (d > worst) worst = d } END { exit !(NR > 120 && worst < 0.045) }'; check 'screen and rank by quantiles agree within their step' $?
tail -n +2 "$T/new.csv" | tr , ' ' | sort >"$T/t.p"
brier() { join "$T/t.p" "$1" | awk '{ d = ($2 >= 0.1) - $3; s += d * d } END { print s / NR }'; }
b=$(brier "$T/s.p"); n=$(brier "$T/n.p"); echo "# mean square off: screen $b, rank by intervals $n"
awk -v b="$b" -v n="$n" 'BEGIN { exit !(b < 0.25 && b < n) }'; check 'better than by an interval' $?
join "$T/t.p" "$T/s.p" | awk '{ said += $3; met += $2 >= 0.1 } END { d = (said - met) / NR; exit !(d < 0.12 && d > -0.12) }'; check 'as often as said' $?
sed '1s/quantile 0.08/quantile 0.120/' "$T/q.csv" >"$T/x.csv"; run rank "$T/x.csv" "$T/d.yaml" -o "$T/x.out"; { [ $rc = 3 ] && err 'same quantile'; }; check 'a quantile twice' $?
perl -pe 'if ($. == 1) { my $i = 0; for (split /,/) { $k = $i if /quantile 0.04 /; $i++ } } elsif ($. == 3) { my @f = split /,/, $_, -1; $f[$k] = 99; $_ = join ",", @f }' "$T/q.csv" >"$T/x.csv"
run rank "$T/x.csv" "$T/d.yaml" -o "$T/x.out"; { [ $rc = 3 ] && err 'x.csv:3' && err 'quantiles do not fall'; }; check 'quantiles that cross' $?
exit $bad
