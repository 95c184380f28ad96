#!/usr/bin/env bash
# The screen as a user calls it: the same bytes for any threads, shards and verb; funnel, Pareto, weights, classes, estimate; refusals.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
check() { local name=$1; shift; if "$@" >"$T/out" 2>"$T/err" </dev/null; then ok "$name"; else no "$name"; fi; }
exits() { # exits NAME CODE WORDS COMMAND...: that exit code, the words on stderr
  local name=$1 code=$2 words=$3 rc; shift 3
  "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?
  if [ $rc = "$code" ] && grep -q -- "$words" "$T/err"; then ok "$name"; else echo "    exit $rc, expected $code with '$words'"; no "$name"; fi
}
same() { if cmp -s "$2" "$3"; then ok "$1"; else no "$1"; fi; }

data="$CUPEL_ROOT/datasets/examples/gaps-solar.csv"
cat >"$T/neutral.yaml" <<Y
demand: a small enumerated space
data: {file: $data, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, Ge, Sb, S, Se, O, N], max_elements: 3, max_amount: 6, states: icsd24}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {price: {max: 60 USD/kg}}
keep: 60
Y
{ echo formula; head -n 200 "$data" | tail -n +2 | cut -d, -f1; printf 'Xx2O3\n\nNaN\nFe2O3.5H2O\nGa2As2\nGaAs\nGa0.5As0.5\nCdTe\n'; } >"$T/candidates.csv"
sed -e 's/^space:.*/space: {list: candidates.csv, formula: formula}/' -e 's/60 USD/6000 USD/' -e 's/keep: 60/keep: 150/' "$T/neutral.yaml" >"$T/list.yaml"
echo '  - {elements: forbidden, list: [Pb, Cd]}' >"$T/line"; sed -i "/USD/r $T/line" "$T/list.yaml"

for d in neutral list; do
  check "$d: one thread" "$CUPEL" screen "$T/$d.yaml" --threads 1 -o "$T/$d.csv"
  for n in 2 3; do
    "$CUPEL" screen "$T/$d.yaml" --threads $n -o "$T/x.csv" 2>"$T/err"; same "$d: $n threads give the same bytes" "$T/$d.csv" "$T/x.csv"
  done
  for n in 1 2 3 7; do
    rm -f "$T"/part*.h5
    for ((i = 1; i <= n; i++)); do "$CUPEL" screen "$T/$d.yaml" --shard $i/$n --threads $((i % 2 + 1)) -o "$T/part$i.h5" 2>"$T/err" || no "shard $i/$n"; done
    "$CUPEL" merge "$T"/part*.h5 -o "$T/x.csv" 2>"$T/err"; same "$d: $n shards give the same bytes" "$T/$d.csv" "$T/x.csv"
  done
  "$CUPEL" merge "$T"/part*.h5 -o "$T/whole.h5" 2>"$T/err"; "$CUPEL" screen "$T/$d.yaml" -o "$T/x.h5" 2>"$T/err"
  same "$d: merged artifact is that of one screen" "$T/whole.h5" "$T/x.h5"
done
check 'run' "$CUPEL" run "$T/neutral.yaml" -o "$T/run"
same 'run and screen give the same ranking' "$T/neutral.csv" "$T/run/ranking.csv"
for f in report.html run.json model.h5 result.h5 demand.yaml; do [ -s "$T/run/$f" ] && ok "run: $f" || no "run: $f"; done

# ---- the list: rows that cannot be read are counted, one composition appears once
"$CUPEL" screen "$T/list.yaml" -o "$T/x.csv" 2>"$T/err"
grep -q '1 rejected: formula missing' "$T/err" && grep -q '1 rejected: formula cannot be read' "$T/err" && grep -q 'rejected: forbidden' "$T/err" &&
  ok 'funnel counts rows by reason' || no 'funnel counts rows by reason'
n=$(grep -n '^Xx2O3$' "$T/candidates.csv" | cut -d: -f1)
grep -q "candidates.csv:$n: bad_formula: 'Xx2O3' at byte 1: " "$T/err" && grep -q '3 rows of the list rejected unread: 1 missing_formula, 1 bad_formula, 1 ambiguous_formula' "$T/err" &&
  ok 'rows of a list that cannot be read are named' || no 'rows of a list that cannot be read are named'
awk -F, 'NR > 1 { k = $2; if (k == "GaAs" || k == "Ga2As2" || k == "Ga0.5As0.5") n++ } END { exit n != 1 }' "$T/x.csv" &&
  ok 'one composition appears once' || no 'one composition appears once'
grep -Eq '(Cd|Pb)[A-Z0-9,]' <(tail -n +2 "$T/x.csv" | cut -d, -f2) && no 'forbidden elements are not there' || ok 'forbidden elements are not there'
# ---- ids and other columns of a list go with its rows, through threads, shards, an artifact and a kill; a name that the ranking has is "given ..."
{ echo 'sample,formula,lab,band gap [eV]'; tail -n +2 "$T/candidates.csv" | grep -v '^$' | awk '{print "s" NR "," $0 ",\"A, old\"," NR / 10}'; } >"$T/ids.csv"
sed -e 's/candidates.csv/ids.csv/' "$T/list.yaml" >"$T/ids.yaml"
check 'a list with ids' "$CUPEL" screen "$T/ids.yaml" --threads 1 -o "$T/ids1.csv"
head -n 1 "$T/ids1.csv" | grep -q '^rank,formula,sample,lab,given band gap \[eV\],band gap \[eV\],' && ok 'its columns are those of the ranking' || no 'its columns are those of the ranking'
awk -F, 'NR == FNR { of[$2] = $1; next } FNR > 1 && of[$2] != $3 { bad = 1 } END { exit bad || FNR < 50 }' "$T/ids.csv" "$T/ids1.csv" && ok 'each row has its id' ||
  no 'each row has its id'
for ((i = 1; i <= 3; i++)); do "$CUPEL" screen "$T/ids.yaml" --shard $i/3 -o "$T/part$i.h5" 2>"$T/err" || no "shard $i/3 with ids"; done
"$CUPEL" merge "$T"/part[123].h5 -o "$T/ids2.csv" 2>"$T/err"; same 'ids through shards' "$T/ids1.csv" "$T/ids2.csv"
check 'a list with ids as JSON' "$CUPEL" screen "$T/ids.yaml" -o "$T/ids.jsonl"
grep -q '"sample": *"s[0-9]*", *"lab": *"A, old", *"given band gap .eV.":' "$T/ids.jsonl" && ok 'ids in JSON lines' || no 'ids in JSON lines'
check 'predictions with ids' bash -c "'$CUPEL' screen '$T/ids.yaml' --models '$T/kept' -o '$T/u.csv' && '$CUPEL' predict '$T'/kept/*.h5 <(cut -d, -f1-2 '$T/ids.csv') \
  --table-format csv --missing keep -o '$T/p.csv' && '$CUPEL' rank '$T/p.csv' '$T/ids.yaml' -o '$T/ranked.csv'"
awk -F, 'NR == FNR { of[$2] = $1; next } FNR == 1 { for (i = 1; i <= NF; i++) if ($i == "sample") c = i; next } of[$2] != $c { bad = 1 } END { exit bad || !c || FNR < 50 }' \
  "$T/ids.csv" "$T/ranked.csv" && ok 'are ranked with their ids' || no 'are ranked with their ids'

head -n 1 "$T/x.csv" | grep -q '^rank,formula,band gap \[eV\],band gap lower \[eV\],band gap upper \[eV\],probability,in_domain,' &&
  ok 'columns of a ranking' || no 'columns of a ranking'
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } $2 == "GaAs" || $2 == "Ga2As2" || $2 == "Ga0.5As0.5" { s = $c["oxidation states"] } END { exit s != "Ga+3 As-3" }' "$T/x.csv" &&
  ok 'a ranking shows oxidation states' || no 'a ranking shows oxidation states'
awk -F, 'NR > 2 && $6 > last { exit 1 } { last = $6 }' "$T/x.csv" && ok 'probability falls' || no 'probability falls'
check 'JSON lines' "$CUPEL" screen "$T/list.yaml" -o "$T/x.jsonl"
[ "$(wc -l <"$T/x.jsonl")" -gt 60 ] && grep -q '^{"rank": 1, ' "$T/x.jsonl" && ok 'JSON lines hold a row each' || no 'JSON lines hold a row each'
"$CUPEL" screen "$T/list.yaml" -o - >"$T/x.csv" 2>"$T/err"; same 'the ranking on stdout' "$T/list.csv" "$T/x.csv"

# ---- other rankings
sed -e 's/max: 60 USD\/kg}/max: 60 USD\/kg}, goal: minimise/' -e '$a rank: {by: pareto}' "$T/neutral.yaml" >"$T/pareto.yaml"
sed 's/pareto/weights/' "$T/pareto.yaml" >"$T/weights.yaml"
sed -e '$a per_system: 2' -e '$a known: drop' "$T/neutral.yaml" >"$T/system.yaml"
for d in pareto weights system; do
  check "rank by $d" "$CUPEL" screen "$T/$d.yaml" --threads 2 -o "$T/$d.csv"
  for i in 1 2 3; do "$CUPEL" screen "$T/$d.yaml" --shard $i/3 -o "$T/part$i.h5" 2>"$T/err"; done
  "$CUPEL" merge "$T"/part[123].h5 -o "$T/x.csv" 2>"$T/err"; same "rank by $d: 3 shards" "$T/$d.csv" "$T/x.csv"
done
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { l = $c["pareto layer"]; if (l < last) exit 1; last = l } END { exit !last }' "$T/pareto.csv" &&
  ok 'Pareto layers rise' || no 'Pareto layers rise'

grep -q 'rejected: measured already' "$T/err" || "$CUPEL" screen "$T/system.yaml" -o "$T/x.csv" 2>"$T/err"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } $c["in_training"] == 1 { bad = 1 } { s = $2; gsub(/[0-9.]/, "", s); if (++n[s] > 2) bad = 1 } END { exit bad || NR < 61 }' "$T/system.csv" &&
  grep -q 'rejected: measured already' "$T/err" && ok 'two of each system, none that was measured' || no 'two of each system, none that was measured'
sed '$a per_system: 2' "$T/pareto.yaml" >"$T/both.yaml"
exits 'per_system and Pareto layers' 2 "'per_system' goes with" "$CUPEL" screen "$T/both.yaml" -o "$T/x.csv"

# ---- estimate
"$CUPEL" screen "$T/neutral.yaml" --estimate --format json >"$T/e.json" 2>"$T/err"
n=$(grep -o '"candidates": [0-9]*' "$T/e.json" | cut -d' ' -f2)
[ "${n:-0}" -gt 1000 ] && grep -q memory_bytes "$T/e.json" && grep -q disk_bytes "$T/e.json" && ok 'estimate' || no 'estimate'

# ---- refusals
exits 'a missing part' 4 'missing' "$CUPEL" merge "$T/part1.h5" "$T/part3.h5" -o "$T/x.csv"
exits 'a part twice' 4 'twice' "$CUPEL" merge "$T/part1.h5" "$T/part2.h5" "$T/part2.h5" -o "$T/x.csv"
"$CUPEL" screen "$T/list.yaml" --shard 2/3 -o "$T/other.h5" 2>/dev/null
exits 'parts of different demands' 4 'another' "$CUPEL" merge "$T/part1.h5" "$T/other.h5" "$T/part3.h5" -o "$T/x.csv"
head -c 3000 "$T/part1.h5" >"$T/cut.h5"; exits 'a cut part' 4 'cut.h5' "$CUPEL" merge "$T/cut.h5" "$T/part2.h5" "$T/part3.h5" -o "$T/x.csv"
exits 'no part' 2 'PART' "$CUPEL" merge -o "$T/x.csv"
exits 'a shard that is none' 2 'i/n' "$CUPEL" screen "$T/list.yaml" --shard 4/3 -o "$T/x.h5"
exits 'a shard as a table' 2 'artifact' "$CUPEL" screen "$T/list.yaml" --shard 1/3 -o "$T/x.csv"
exits 'an output that is an input' 2 'is the file that' "$CUPEL" screen "$T/list.yaml" -o "$T/candidates.csv"
exits 'an output that is the demand' 2 'is also the input' "$CUPEL" screen "$T/list.yaml" -o "$T/list.yaml"
exits 'no output' 2 '-o' "$CUPEL" screen "$T/list.yaml"
sed 's/min: 1.1 eV, max: 1.6 eV/min: 500 eV, max: 600 eV/' "$T/list.yaml" >"$T/none.yaml"
exits 'nothing can meet it' 5 'no candidate' "$CUPEL" screen "$T/none.yaml" -o "$T/x.csv"
grep -q 'outside everything measured' "$T/err" && ok 'a window outside what was measured is said' || no 'a window outside what was measured is said'
[ "$(wc -l <"$T/x.csv")" = 1 ] && ok 'then the ranking has its header only' || no 'then the ranking has its header only'
exits 'nothing can meet it: run' 5 'no candidate' "$CUPEL" run "$T/none.yaml" -o "$T/none"
[ -s "$T/none/report.html" ] && ok 'then run still reports' || no 'then run still reports'
exit $bad
