#!/usr/bin/env bash
# The same bytes whatever the number of threads, shards, the format of the table and, where it is promised, the instruction set.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
same() { if [ -s "$2" ] && cmp -s "$2" "$3"; then ok "$1"; else no "$1"; fi; }
cd "$T" || exit 1
cp "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" all.csv
head -n 200 all.csv >t.csv
{ head -n 1 all.csv; for i in 1 2 3; do tail -n +2 all.csv; done; } >long.csv
cat >d.yaml <<'Y'
demand: two properties by two models
properties:
  - {property: band gap, unit: eV, data: {file: t.csv, target: band gap}, model: {name: svr, features: magpie, settings: {C: 10, gamma: 0.01, epsilon: 0.1}}}
  - {property: reports, data: {file: t.csv, target: reports}, model: {name: ridge, features: stoichiometry, settings: {lambda: 1}}}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, S, Se, O], max_elements: 3, max_amount: 5, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {property: reports, goal: maximise}
keep: 30
Y

# ---- threads: every verb that computes
for m in 'svr C=10,gamma=0.01,epsilon=0.1' 'gp noise=0.1,gamma=0.01' 'krr gamma=0.01,lambda=0.1' 'ridge lambda=1' 'elastic_net lambda=0.01,l1=0.5' 'extra_trees trees=40,median=1' 'random_forest trees=40,columns=0.3,leaf=2' 'boosted_trees trees=40,leaves=8'; do
  set -- $m
  for n in 1 2 3; do "$CUPEL" train t.csv --target 'band gap' --model $1 --set $2 --threads $n -o $1-$n.h5 2>err || no "train $1"; done
  same "train $1: 2 threads" $1-1.h5 $1-2.h5; same "train $1: 3 threads" $1-1.h5 $1-3.h5
  for n in 1 2 3; do "$CUPEL" predict $1-1.h5 long.csv --threads $n -o p$n.csv 2>err || no "predict $1"; done
  same "predict $1: 2 threads" p1.csv p2.csv; same "predict $1: 3 threads" p1.csv p3.csv; cp p1.csv $1.csv
done
for n in 1 2 3; do
  "$CUPEL" describe long.csv --formula formula --set magpie,stoichiometry --threads $n -o d$n.h5 2>err || no 'describe'
  "$CUPEL" evaluate t.csv --target 'band gap' --split system --n-folds 3 --model krr --set gamma=0.01,lambda=0.1 --threads $n --format json --predictions o$n.csv >e$n.json 2>err || no 'evaluate'
  "$CUPEL" screen d.yaml --threads $n -o s$n.csv 2>err || no 'screen'
done
for n in 2 3; do
  same "describe: $n threads" d1.h5 d$n.h5; same "evaluate: $n threads" e1.json e$n.json; same "held-out predictions: $n threads" o1.csv o$n.csv
  same "screen: $n threads" s1.csv s$n.csv
done
for n in 1 2 3 7; do
  for ((i = 1; i <= n; i++)); do "$CUPEL" screen d.yaml --shard $i/$n --threads $((i % 3 + 1)) -o part$n-$i.h5 2>err || no "shard $i/$n"; done
  "$CUPEL" merge part$n-*.h5 -o x.csv 2>err; same "screen: $n shards" s1.csv x.csv
done

# ---- the table's format
awk -F, -v OFS='\t' '{ $1 = $1; print }' long.csv >long.tsv
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) h[i] = $i; next }
  { printf "{"; for (i = 1; i <= NF; i++) printf "%s\"%s\": %s", (i > 1 ? ", " : ""), h[i], (i == 1 ? "\"" $i "\"" : $i); print "}" }' long.csv >long.jsonl
awk -F, 'NR == 1 { printf "{\"columns\": ["; for (i = 1; i <= NF; i++) printf "%s\"%s\"", (i > 1 ? ", " : ""), $i; printf "], \"data\": ["; next }
  { printf "%s[", (NR > 2 ? ", " : ""); for (i = 1; i <= NF; i++) printf "%s%s", (i > 1 ? ", " : ""), (i == 1 ? "\"" $i "\"" : $i); printf "]" }
  END { printf "], \"index\": ["; for (i = 0; i < NR - 1; i++) printf "%s%d", (i ? ", " : ""), i; print "]}" }' long.csv | gzip >long.json.gz
"$CUPEL" describe long.csv --formula formula -o y.csv 2>err
for f in tsv jsonl json.gz; do
  rm -f x.csv
  "$CUPEL" predict svr-1.h5 long.$f -o x.csv 2>err; same "predict: the table as $f" svr.csv x.csv; rm -f x.csv
  "$CUPEL" describe long.$f --formula formula -o x.csv 2>err; same "describe: the table as $f" y.csv x.csv
done
"$CUPEL" predict svr-1.h5 - <long.csv -o x.csv --table-format csv 2>err; same 'predict: the table on stdin' svr.csv x.csv

# ---- instruction sets: each gives its own bytes on every machine that has it; between two of them values agree to rounding
values() { tail -n +2 "$1" | cut -d, -f4-8; }
first=
for isa in plain avx2 avx512; do
  "$CUPEL" predict svr-1.h5 long.csv --isa $isa -o $isa.csv 2>err || { echo "skip --isa $isa: $(tail -n 1 err)"; continue; }
  "$CUPEL" predict svr-1.h5 long.csv --isa $isa --threads 3 -o x.csv 2>err; same "--isa $isa: any number of threads" $isa.csv x.csv
  [ -n "$first" ] || { first=$isa; continue; }
  paste -d, <(values $first.csv) <(values $isa.csv) | awk -F, '{ for (i = 1; i <= 4; i++) { d = $i - $(i + 5); if (d < 0) d = -d; if (d > 1e-7) exit 1 } if ($5 != $10) exit 1 }' &&
    ok "--isa $isa and $first agree to 1e-7" || no "--isa $isa and $first agree to 1e-7"
  cmp -s $first.csv $isa.csv && echo "# $isa gives the bytes of $first" || echo "# $isa and $first differ in rounding"
done
[ -s avx2.csv ] && [ -s avx512.csv ] && { cmp -s avx2.csv avx512.csv && echo '# avx512 gives the bytes of avx2' || echo '# avx512 and avx2 differ in rounding'; }
exit $bad
