#!/usr/bin/env bash
# cupel demand check: a demand in words, and what is wrong with one, with exit code, line and remedy. The form that the issue fixes.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; }
head -n 150 "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" | sed 's/^formula,band gap \[eV\]/composition,target/' | cut -d, -f1,2 >"$T/gaps.csv"
{ echo formula; tail -n +2 "$T/gaps.csv" | cut -d, -f1; } >"$T/candidates.csv"
cat >"$T/d.yaml" <<'Y'
demand: lead-free absorber
scale: composition
data: {file: gaps.csv, formula: composition, target: target, property: band gap, unit: eV}
model: {name: svr, features: magpie}
space: {list: candidates.csv, formula: formula}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {elements: forbidden, list: [Pb, Cd]}
keep: 100
seed: 1
Y
check() { "$CUPEL" demand check "$T/x.yaml" >"$T/out" 2>"$T/err" </dev/null; }
cp "$T/d.yaml" "$T/x.yaml"; check && ok 'the form of the issue' || no 'the form of the issue'
for words in 'lead-free absorber' 'Asked for:' 'band gap from 1.1 to 1.6 eV' 'Pb' 'svr on magpie' '149 values of band gap' '149 candidates'; do
  grep -q "$words" "$T/out" && ok "in words: $words" || no "in words: $words"
done
(cd / && "$CUPEL" demand check "$T/d.yaml" >"$T/out" 2>"$T/err") && ok 'file names are relative to the demand' || no 'file names are relative to the demand'
"$CUPEL" demand check - <"$T/d.yaml" >"$T/out" 2>"$T/err"; [ $? = 3 ] && ok 'on stdin they are relative to here' || no 'on stdin they are relative to here'
(cd "$T" && "$CUPEL" demand check - <d.yaml >"$T/out" 2>"$T/err") && ok 'a demand on stdin' || no 'a demand on stdin'
micro="$CUPEL_ROOT/datasets/examples/heat-spreader.yaml"
for pipe in - /dev/stdin; do
  "$CUPEL" demand check "$micro" 2>"$T/err" | cmp -s - <(cat "$micro" | "$CUPEL" demand check "$pipe" 2>"$T/err") && ok "of a microstructure on $pipe" || no "of a microstructure on $pipe"
done
cat "$micro" | "$CUPEL" run - -o "$T/R" >"$T/out" 2>"$T/err"; [ $? = 2 ] && grep -q 'cannot be read from a pipe here; name a file' "$T/err" && ok 'and run says that it wants a file' || no 'and run says that it wants a file'

wrong() { # wrong NAME CODE WORDS SED-EXPRESSION
  sed "$4" "$T/d.yaml" >"$T/x.yaml"
  check; local rc=$?
  [ $rc = "$2" ] && grep -q -- "$3" "$T/err" && [ ! -s "$T/out" ] && ok "$1" || { echo "    exit $rc, expected $2 with '$3'"; no "$1"; }
}
wrong 'unknown key' 2 "x.yaml:9: unknown key 'kepe'.*did you mean 'keep'" 's/^keep/kepe/'
wrong 'a key twice' 2 'x.yaml:10' 's/^seed: 1/keep: 5/'
wrong 'wrong unit' 2 'x.yaml:7: min: ' 's/1.1 eV/1.1 GPa/'
wrong 'no unit' 2 'eV' 's/1.1 eV/1.1/'
wrong 'unknown unit' 2 'eVV' 's/1.1 eV/1.1 eVV/'
wrong 'impossible window' 2 'is above max' 's/min: 1.1/min: 1.7/'
wrong 'an element both required and forbidden' 5 "x.yaml:9: Pb is required, but 'forbidden Cd Pb' in line 8 rules it out" 's/^keep.*/  - {elements: required, list: [Pb, S]}/'
wrong 'an element required whose price is unknown' 5 "x.yaml:9: At is required, but 'price' in line 8 rules it out" 's/^  - {elem.*/  - {price: {max: 20 USD\/kg}}/; s/^keep.*/  - {elements: required, list: [At]}/'
wrong 'no such element' 2 'Pbx' 's/\[Pb, Cd\]/[Pbx]/'
wrong 'no such property' 2 "'band gap'" 's/- {property: band gap/- {property: gap/'
wrong 'no such model' 2 'svr' 's/name: svr/name: svm/'
wrong 'no such scale' 2 'composition' 's/^scale: .*/scale: galaxy/'
wrong 'no such file' 3 'gap.csv' 's/file: gaps.csv/file: gap.csv/'
wrong 'no such column' 3 "no target column 'tarket'.*'composition', 'target'; did you mean 'target'? name it with target: in data" 's/target: target/target: tarket/'
wrong 'no such list' 3 'none.csv' 's/candidates.csv/none.csv/'
wrong 'no such key of a space' 2 'x.yaml:5' 's/{list:/{lits:/'
wrong 'not YAML' 2 'x.yaml:' 's/^keep.*/keep: [1/'
wrong 'a verb for nothing' 2 'x.yaml' 's/^require:/require: nothing/'
"$CUPEL" demand chekc "$T/d.yaml" >"$T/out" 2>"$T/err"; [ $? = 2 ] && grep -q 'demand check' "$T/err" && ok 'what else is there to do' || no 'what else is there to do'

sed 's/1.1 eV, max: 1.6 eV/1100 meV, max: 1.6 eV/' "$T/d.yaml" >"$T/x.yaml"; check && grep -q 'from 1.1 to 1.6 eV' "$T/out" && ok 'other units of that kind' || no 'other units of that kind'
sed 's/min: 1.1 eV, max: 1.6 eV/min: 90 eV/' "$T/d.yaml" >"$T/x.yaml"; check && grep -q 'outside everything measured' "$T/err" && ok 'a window outside what was measured' || no 'a window outside what was measured'
sed 's/unit: eV}/unit: eV, source: "Zhuo et al. 2018, doi:10.1021\/x"}/' "$T/d.yaml" >"$T/x.yaml"; check && grep -q "gaps.csv', after Zhuo et al. 2018, doi:10.1021/x\." "$T/out" && ok 'the source of the data is said' || no 'the source of the data is said'
sed 's/max: 1.6 eV}/max: 1.6 eV, weight: 2}\n  - {price: {max: 60 USD\/kg}, goal: minimise}\nrank: {by: weights}/; /forbidden/d' "$T/d.yaml" >"$T/x.yaml"; check && grep -q '(weights: band gap 2, price 1)' "$T/out" && ok 'weights are said' || no 'weights are said'
for d in "$CUPEL_ROOT"/datasets/examples/*.yaml; do
  "$CUPEL" demand check "$d" >"$T/out" 2>"$T/err" || grep -q 'no such table: looked for .* it is ' "$T/err" && ok "example $(basename "$d")" || no "example $(basename "$d")"
done
n=$("$CUPEL" space count "$CUPEL_ROOT/datasets/examples/solar-absorber.yaml" --format json 2>"$T/err" | grep -o '"count": *[0-9]*' | grep -o '[0-9]*$')
[ "${n:-0}" -ge 1000000 ] && ok 'the solar absorber is sought among at least 10^6 candidates' || no "the solar absorber is sought among at least 10^6 candidates: $n"
for t in "$CUPEL_ROOT"/datasets/examples/*.csv; do
  [ "$(wc -l <"$t")" -le 501 ] && grep -q "$(basename "$t").*doi:10\\." "$CUPEL_ROOT/datasets/examples/README.md" && ok "$(basename "$t"): at most 500 rows, with a DOI" || no "$(basename "$t"): at most 500 rows, with a DOI"
done
# A ranking of a table that somebody else predicted.
printf 'formula,gap [eV],gap lower [eV],gap upper [eV]\nNaCl,8.5,8,9\nGaAs,1.4,1.2,1.6\n' >"$T/p.csv"
ranked() { printf 'demand: x\nrequire:\n  - {property: %s, min: 1 eV, max: 2 eV}\n%s' "$1" "${2:-}" >"$T/x.yaml"; "$CUPEL" rank "$T/p.csv" "$T/x.yaml" -o "$T/r.csv" >"$T/out" 2>"$T/err"; }
ranked gap && ok 'a table is ranked without data and model' || no 'a table is ranked without data and model'
for name in Gap GAP gp; do
  ranked "$name"; [ $? = 3 ] && grep -q "x.yaml:3: 'PREDICTIONS' has no column '$name'; its columns are 'formula', 'gap \[eV\]', .*; did you mean 'gap'? predict the property, name the column so" "$T/err" && ok "$name is no gap: the remedy" || no "$name is no gap: the remedy"
done
ranked 'Band gap' "data: {file: gaps.csv, formula: composition, target: target, property: band gap, unit: eV}
"; [ $? = 2 ] && grep -q "nothing predicts the property 'Band gap'; data and model give 'band gap'; did you mean 'band gap'?" "$T/err" && ok 'nor is one of the data' || no 'nor is one of the data'

# What is said of the tables stands in run.json.
sed 's/,/;/; 2,$s/\./,/g' "$T/gaps.csv" | sed 's/;\([0-9]*\)$/;\1,0/' >"$T/semi.csv"
sed 's/gaps.csv/semi.csv/; s/name: svr/name: ridge/' "$T/d.yaml" >"$T/x.yaml"
"$CUPEL" run "$T/x.yaml" -o "$T/run" >"$T/out" 2>"$T/err"; rc=$?; { [ $rc = 0 ] || [ $rc = 5 ]; } && ok 'a table with decimal commas runs' || no 'a table with decimal commas runs'
tr -d '\n' <"$T/run/run.json" | grep -q '"said": \[.*"level": "note", *"text": "[^"]*semi.csv. is separated by .;., with decimal commas: 0,35 is read as 0.35' && ok 'run.json says how it was read' || no 'run.json says how it was read'
"$CUPEL" report "$T/run" >"$T/out" 2>"$T/err" && ok 'and is read by the report' || no 'and is read by the report'
exit $bad
