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

# samples: uniform, without repeats, the same for any number of threads, a smaller one begins a larger
"$CUPEL" space list "$T/neutral.yaml" --sample 30 --seed 7 --threads 1 -o "$T/s1.csv" 2> /dev/null
"$CUPEL" space list "$T/neutral.yaml" --sample 30 --seed 7 --threads 3 -o "$T/s3.csv" 2> /dev/null
"$CUPEL" space list "$T/neutral.yaml" --sample 20 --seed 7 -o "$T/s20.csv"
"$CUPEL" space list "$T/neutral.yaml" --sample 20 --seed 8 -o "$T/other.csv"
"$CUPEL" space list "$T/neutral.yaml" --threads 3 -o "$T/all3.csv" 2> /dev/null
check 'the same list for any number of threads' cmp -s "$T/all.csv" "$T/all3.csv"
check 'the same sample for any number of threads' cmp -s "$T/s1.csv" "$T/s3.csv"
check 'a smaller sample begins a larger' cmp -s "$T/s20.csv" <(head -n 21 "$T/s1.csv")
check 'another seed, another sample' [ "$(cmp "$T/s20.csv" "$T/other.csv" | wc -l)" = 1 ]
check 'no candidate twice' [ "$(tail -n +2 "$T/s1.csv" | sort -u | wc -l)" = 30 ]
check 'a sample is of the space' [ "$(tail -n +2 "$T/s1.csv" | sort | comm -23 - <(tail -n +2 "$T/all.csv" | sort) | wc -l)" = 0 ]
check 'a sample of all is all' cmp -s <(tail -n +2 "$T/all.csv" | sort) <("$CUPEL" space list "$T/neutral.yaml" --sample "$n" | tail -n +2 | sort)
check 'a sample of a stretch' [ "$("$CUPEL" space list "$T/neutral.yaml" --from 10 --count 20 --sample 20 | tail -n +2 | cut -d, -f2 | sort -n | tr '\n' ' ')" = "$(seq -s " " 10 29) " ]
check 'a sample of a table' [ "$("$CUPEL" space list "$T/list.yaml" --sample 6 | tail -n +2 | sort | tr '\n' ' ')" = "$("$CUPEL" space list "$T/list.yaml" | tail -n +2 | sort | tr '\n' ' ')" ]
check 'counts say that they are exact' grep -q '"exact": true' <("$CUPEL" space count "$T/neutral.yaml" --format json)

# axes: columns that a model takes, through screen, shards and merge
cat > "$T/hot.csv" <<'E1'
formula,band gap,T [K],route
GaAs,1.42,300,a
ZnO,3.3,300,b
ZnS,3.6,300,a
InP,1.34,300,b
GaAs,1.22,500,a
ZnO,3.1,500,b
ZnS,3.4,500,a
InP,1.14,500,b
GaN,3.2,500,a
E1
demand '{mix: [GaAs, InP, ZnS], step: 0.1, columns: {"T [K]": 300..500 step 100, route: [a, b]}}' | sed 's/gaps.csv/hot.csv/; s/unit: eV/unit: eV, columns: ["T [K]", route]/; s/, As//' > "$T/axes.yaml"
check 'axes multiply' [ "$(count axes)" = 396 ]
check 'axes are columns of a list' [ "$("$CUPEL" space list "$T/axes.yaml" --from 7 --count 1 | tail -n 1)" = 'Zn0.9In0.1P0.1S0.9,7,300,b,' ]
"$CUPEL" screen "$T/axes.yaml" -o "$T/axes.csv" 2> /dev/null
check 'axes are columns of a ranking' grep -q '^rank,formula,T \[K\],route,band gap' "$T/axes.csv"
check 'conditions of one composition are candidates of their own' [ "$(cut -d, -f2-4 "$T/axes.csv" | sort | uniq -d | wc -l)" = 0 ]
for i in 1 2 3; do "$CUPEL" screen "$T/axes.yaml" --shard $i/3 -o "$T/axes$i.h5" 2> /dev/null; done
"$CUPEL" merge "$T"/axes?.h5 -o "$T/merged.csv" 2> /dev/null
check 'shards with axes merge to the same bytes' cmp -s "$T/axes.csv" "$T/merged.csv"
sed -e '$a known: drop' -e '$a keep: 400' "$T/axes.yaml" > "$T/fresh.yaml"; "$CUPEL" screen "$T/fresh.yaml" -o "$T/fresh.csv" 2> /dev/null
check 'what was measured at some conditions is left out at those alone' [ "$(grep -o 'GaAs,[35]00,[ab]' "$T/fresh.csv" | sort | tr '\n' ' ')" = 'GaAs,300,b GaAs,500,b ' ]
sed 's/300..500 step 100/300..500 step 150/' "$T/axes.yaml" > "$T/short.yaml"; "$CUPEL" space count "$T/short.yaml" > /dev/null 2> "$T/err"
check 'an axis whose end is never reached' [ $? = 2 -a -n "$(grep 'the last step is at 450' "$T/err")" ]
sed 's/, route: \[a, b\]//' "$T/axes.yaml" > "$T/lacks.yaml"
sed 's/T \[K\]": 300..500 step 100/T [C]": [30]/; s/\["T \[K\]", route\]/[T, route]/' "$T/axes.yaml" > "$T/unit.yaml"
demand '{list: hot.csv}' | sed 's/gaps.csv/hot.csv/; s/unit: eV/unit: eV, columns: ["T [K]", route]/; s/, As//' > "$T/own.yaml"
"$CUPEL" screen "$T/own.yaml" -o "$T/own.csv" 2> /dev/null
check 'a list hands over its columns' grep -q '^[0-9]*,GaAs,500,a,' "$T/own.csv"

refused() { # refused NAME CODE WORDS COMMAND...: that exit code, and the words on stderr
  "${@:4}" > "$T/out" 2> "$T/err"
  local code=$?
  if [ $code = "$2" ] && grep -q "$3" "$T/err"; then ok "$1"; else not_ok "$1: exit $code, $(head -c 300 "$T/err")"; fi
}
refused 'a column that the space lacks' 2 "takes the table column 'route'" "$CUPEL" demand check "$T/lacks.yaml"
refused 'a column in another unit' 2 "another kind of quantity" "$CUPEL" demand check "$T/unit.yaml"
refused 'more than there are' 2 'option --sample' "$CUPEL" space list "$T/list.yaml" --sample 7
refused 'behind the end' 2 "the space holds $n" "$CUPEL" space list "$T/neutral.yaml" --from "$n"
refused 'a table that is not there' 3 'none.csv' "$CUPEL" space count "$T/none.yaml"
refused 'another word' 2 'space count DEMAND' "$CUPEL" space show "$T/list.yaml"
refused 'a format of the other half' 2 'expected table or json' "$CUPEL" space count "$T/list.yaml" --format csv
refused 'an artifact' 2 'end its name in' "$CUPEL" space list "$T/list.yaml" -o "$T/x.h5"
exit $bad
