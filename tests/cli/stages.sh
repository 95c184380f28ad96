#!/usr/bin/env bash
# Screens in two stages: what the first loses is measured and said, the rest is as of one stage; the same bytes for threads and shards.
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
cat >"$T/one.yaml" <<Y
demand: an enumerated space
data: {file: $CUPEL_ROOT/datasets/examples/gaps-solar.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: svr, features: magpie, settings: {C: 10, gamma: 0.01, epsilon: 0.1}}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, Ge, Sb, Bi, S, Se, O, N, Cl], max_elements: 3, max_amount: 5, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {price: {max: 60 USD/kg}}
keep: 40
Y
sed '/^model/a first: {model: {name: ridge, features: magpie, settings: {lambda: 0.1}}, pass: 20 %}' "$T/one.yaml" >"$T/two.yaml"
sed '/^model/a first: {model: {name: svr, features: magpie, settings: {C: 10, gamma: 0.01, epsilon: 0.1}}, pass: 20 %}' "$T/one.yaml" >"$T/twin.yaml"

"$CUPEL" screen "$T/one.yaml" --threads 1 -q -o "$T/one.csv" 2>"$T/err" || no 'one stage'
exits 'two stages' 0 'behind in the first stage' "$CUPEL" screen "$T/two.yaml" --threads 1 -o "$T/two.csv"
grep -Eq 'would have thrown away [0-9]+ of the best [0-9]+ of a sample of [0-9,]+' "$T/err" && ok 'the loss is said' || no 'the loss is said'
# about a fifth of what met the constraints goes on
awk '/rejected: price/ { gsub(",", ""); before = $3 } /behind in the first/ { gsub(",", ""); after = $3 } END { exit !(after > 0.19 * before && after < 0.21 * before) }' "$T/err" &&
  ok 'as many go on as were asked for' || no 'as many go on as were asked for'
for n in 2 3; do "$CUPEL" screen "$T/two.yaml" --threads $n -q -o "$T/x.csv" 2>"$T/err"; same "$n threads" "$T/two.csv" "$T/x.csv"; done
for i in 1 2 3; do "$CUPEL" screen "$T/two.yaml" --shard $i/3 --models "$T/models" -q -o "$T/p$i.h5" 2>"$T/err" || no "shard $i/3"; done
"$CUPEL" merge "$T"/p?.h5 -o "$T/x.csv" 2>"$T/err"; same 'three shards' "$T/two.csv" "$T/x.csv"
[ "$(ls "$T/models" | wc -l)" = 2 ] && ok 'both models are kept' || no 'both models are kept'
# every row has the numbers that one stage gives it
sed 's/keep: 40/keep: 20000/' "$T/one.yaml" >"$T/all.yaml"; "$CUPEL" screen "$T/all.yaml" -q -o "$T/all.csv" 2>"$T/err"
awk -F, 'NR == FNR { if (FNR > 1) { f = $2; $1 = ""; row[f] = $0 } next } FNR > 1 { f = $2; $1 = ""; if (row[f] != $0) exit 1 }' "$T/all.csv" "$T/two.csv" && [ "$(wc -l <"$T/two.csv")" = 41 ] &&
  ok 'rows are those of one stage' || no 'rows are those of one stage'

# the full model as its own first stage loses nothing
exits 'a first stage that is the second' 0 'would have thrown away 0 of' "$CUPEL" screen "$T/twin.yaml" -o "$T/twin.csv"
same 'gives the ranking of one stage' "$T/one.csv" "$T/twin.csv"
"$CUPEL" run "$T/two.yaml" -q -o "$T/run" >"$T/out" 2>"$T/err"; same 'run gives the same' "$T/two.csv" "$T/run/ranking.csv"
grep -q 'first stage would have thrown away' "$T/run/report.html" && ok 'the report says the loss' || no 'the report says the loss'
"$CUPEL" demand check "$T/two.yaml" >"$T/out" 2>"$T/err"
grep -q 'In two stages: ridge on magpie sees every candidate, the better 20 % go on' "$T/out" && ok 'demand check says it' || no 'demand check says it'

sed 's/pass: 20 %/pass: 120 %/' "$T/two.yaml" >"$T/x.yaml"; exits 'a share that is none' 2 'between 0 and 100' "$CUPEL" demand check "$T/x.yaml"
sed 's/first: .*/first: {model: {file: m.h5}}/' "$T/two.yaml" >"$T/x.yaml"; exits 'a first model from a file' 2 'are trained from the tables' "$CUPEL" demand check "$T/x.yaml"
sed 's/first: .*/first: {model: {name: none}}/' "$T/two.yaml" >"$T/x.yaml"; exits 'a first model that is none' 2 "no model 'none'" "$CUPEL" demand check "$T/x.yaml"
sed -e '$a rank: pareto' -e 's/max: 60 USD\/kg}/max: 60 USD\/kg}, goal: minimise/' "$T/two.yaml" >"$T/x.yaml"; exits 'two stages and Pareto layers' 2 "'first' goes with" "$CUPEL" demand check "$T/x.yaml"
exit $bad
