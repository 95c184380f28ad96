#!/usr/bin/env bash
# cupel space: counts and lists of the candidates of a demand.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; bad=1; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }

cat > "$T/gaps.csv" <<'E1'
formula,band gap
GaAs,1.42
ZnO,3.3
ZnS,3.6
CdTe,1.5
InP,1.34
GaN,3.4
E1
demand() { # demand SPACE: a demand over gaps.csv with that space
  cat <<Y
demand: test
scale: composition
data: {file: gaps.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie}
space: $1
require:
  - {property: band gap, min: 1 eV, max: 2 eV}
  - {elements: forbidden, list: [Cd, As]}
Y
}
demand '{charge_neutral: {elements: [Zn, Cd, S, O, Ga, As, N], max_elements: 3, max_amount: 4}}' > "$T/neutral.yaml"
demand '{ranges: {Zn: 0..1, Ga: 0..1, Cd: 0..0.5}, step: 0.1}' > "$T/ranges.yaml"
demand '{substitute: gaps.csv, replace: {Zn: [Mg, Cd], S: O}}' > "$T/substitute.yaml"
demand '{list: gaps.csv}' > "$T/list.yaml"
demand '{list: none.csv}' > "$T/none.yaml"

count() { "$CUPEL" space count "$T/$1.yaml" --format json | sed -n 's/.*"count": *\([0-9]*\).*/\1/p'; }
check 'a list counts its rows' [ "$(count list)" = 6 ]
check 'forbidden elements are left out of ranges' [ "$(count ranges)" = 11 ]
check 'substitution without the known and the forbidden' [ "$("$CUPEL" space list "$T/substitute.yaml" | cut -d, -f1 | tr '\n' ' ')" = 'formula MgO MgS ' ]
check 'a line for people' grep -q '^11 mixtures of Zn' <("$CUPEL" space count "$T/ranges.yaml")

n=$(count neutral)
"$CUPEL" space list "$T/neutral.yaml" -o "$T/all.csv"
check 'the list is as long as the count' [ "$(($(wc -l < "$T/all.csv") - 1))" = "$n" ]
check 'forbidden elements are left out of an enumeration' [ "$(grep -cE 'Cd|As' "$T/all.csv")" = 0 ]
check 'columns' [ "$(head -n 1 "$T/all.csv")" = formula,index,reason ]
"$CUPEL" space list "$T/neutral.yaml" --from 17 --count 5 -o "$T/part.csv"
check 'a part has the rows asked for' [ "$(wc -l < "$T/part.csv")" = 6 ]
check 'a part is the same part of the whole' cmp -s <(sed -n '19,23p' "$T/all.csv") <(tail -n +2 "$T/part.csv")
check 'the end may come early' [ "$("$CUPEL" space list "$T/neutral.yaml" --from $((n - 1)) --count 5 | wc -l)" = 2 ]
check 'as lines of JSON' grep -q '"index": *0' <("$CUPEL" space list "$T/neutral.yaml" --count 1 --format jsonl)
mapfile -t formulas < <(tail -n +2 "$T/part.csv" | cut -d, -f1)
reads() { "$CUPEL" formula "$@" > /dev/null; }
check 'every formula reads' reads "${formulas[@]}"

refused() { # refused NAME CODE WORDS COMMAND...: that exit code, and the words on stderr
  "${@:4}" > "$T/out" 2> "$T/err"
  local code=$?
  if [ $code = "$2" ] && grep -q "$3" "$T/err"; then ok "$1"; else not_ok "$1: exit $code, $(head -c 300 "$T/err")"; fi
}
refused 'behind the end' 2 "the space holds $n" "$CUPEL" space list "$T/neutral.yaml" --from "$n"
refused 'a table that is not there' 3 'none.csv' "$CUPEL" space count "$T/none.yaml"
refused 'another word' 2 'space count DEMAND' "$CUPEL" space show "$T/list.yaml"
refused 'a format of the other half' 2 'expected table or json' "$CUPEL" space count "$T/list.yaml" --format csv
refused 'an artifact' 2 'end its name in' "$CUPEL" space list "$T/list.yaml" -o "$T/x.h5"
exit $bad
