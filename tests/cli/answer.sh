#!/usr/bin/env bash
# predict as one end of a dialogue, and --record for every verb (record.sh has the records that nobody asks for).
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
awk 'NR == 1 || NR % 4 == 0' "$R/datasets/examples/steels.csv" >"$T/in.csv"
"$C" train "$T/in.csv" --target 'yield strength' --model ridge -o "$T/m.h5" >/dev/null 2>&1
# shellcheck disable=SC2120 # arguments come by way of others
ask() { "$C" predict "$T/m.h5" - -o - --format jsonl "$@" 2>"$T/err"; }

# Each answer comes before the next question is put.
mkfifo "$T/q" "$T/a"; ask <"$T/q" >"$T/a" & p=$!; exec 7>"$T/q" 8<"$T/a"
echo '{"formula": "Fe0.7Ni0.3", "who": "robot"}' >&7; IFS= read -r -t 20 one <&8; got=$?
echo '{no json' >&7; IFS= read -r -t 20 two <&8; got=$((got + $?)); echo '{"formula": "Fe0.6Co0.4"}' >&7; IFS= read -r -t 20 three <&8; got=$((got + $?))
exec 7>&-; wait $p; rc=$?; exec 8<&-
{ [ $got = 0 ] && [ $rc = 0 ]; }; check 'a line is answered before the next is read' $?
{ grep -q '"who": "robot".*"yield strength \[MPa\]": [0-9]' <<<"$one" && grep -q '"yield strength lower' <<<"$one"; }; check 'an answer holds the question' $?
grep -q '^{"line": 2, "error": ".*JSON' <<<"$two"; check 'a bad line is an error object' $?
grep -q '"yield strength \[MPa\]": [0-9]' <<<"$three"; check 'and not an end' $?
[ "$(printf 'formula\nPuO2\nFe0.7Ni0.3\n%s\n' "$(sed -n '2s/,.*//p' "$T/in.csv")" | ask | sed 's/.*"domain_reason": //; s/[.0-9]*, the/X, the/')" = \
  "$(printf '"no training row holds Pu, O"}\n"unlike the training rows: distance X, the domain ends at 1"}\nnull}')" ]; check 'why an answer is outside the domain' $?

# The figures are those of the table.
sed 1q "$T/in.csv" | cut -d, -f1 >"$T/new.csv"; awk -F, 'NR > 1 && NR < 30 { print $1 }' "$T/in.csv" >>"$T/new.csv"; echo Xx2 >>"$T/new.csv"
"$C" predict "$T/m.h5" "$T/new.csv" -o "$T/table.jsonl" >/dev/null 2>&1; ask <"$T/new.csv" >"$T/lines.jsonl"
cut -d, -f2-4 "$T/table.jsonl" | grep -v null >"$T/t"; grep -v '"error"' "$T/lines.jsonl" | cut -d, -f2-4 >"$T/l"; { [ -s "$T/t" ] && cmp -s "$T/t" "$T/l"; }; check 'the figures are those of a table' $?
grep -q '"line": 30, "error": ".*bad_formula.*"formula": "Xx2"' "$T/lines.jsonl"; check 'a formula that cannot be read' $?
printf '{"x": 1}\n[1]\n7\n\n{"formula": "Fe", "formula": "Ni"}\n{"formula": "Fe"}\n' | ask >"$T/out"; { [ "$(grep -c '"error"' "$T/out")" = 4 ] && [ "$(wc -l <"$T/out")" = 5 ]; }; check 'lines that are no questions' $?
printf 'formula,a\nFe\nFe,1,2\nFe,"x\n"Fe",1\n' | ask >"$T/out"; { [ "$(grep -c '"error"' "$T/out")" = 3 ] && tail -n 1 "$T/out" | grep -q '"a": 1,'; }; check 'csv lines of another width' $?
printf '{"x": 2}\n{"id": 7, "formla": "Fe"}\n{"x": "Fe"}\n{"formula": "Xx2"}\n' | ask >"$T/out"
{ sed -n 1p "$T/out" | grep -q "stdin:1: the key 'formula' is missing, the formula; the line has 'x'; name another with --formula" &&
  sed -n 2p "$T/out" | grep -q "stdin:2: the key 'formula' is missing, the formula; the line has 'id', 'formla'; did you mean 'formla'? name another with --formula" &&
  sed -n 3p "$T/out" | grep -q 'yield strength lower' && sed -n 4p "$T/out" | grep -q 'bad_formula'; }; check 'a line without the key of formulas says which it has' $?
printf '{"formula": "Fe"}\n{"alloy": "Fe"}\n' | ask --formula alloy >"$T/out"; sed -n 1p "$T/out" | grep -q "stdin:1: the key 'alloy' is missing"; check 'and which was named' $?
printf '{"x": 1}\n' | ask >/dev/null; [ $? = 3 ]; check 'no answer at all is bad input' $?
printf 'bad first\n{"formula": "Fe"}\n{"formula": "Ni"}\n' | ask >"$T/out"
{ [ $? = 0 ] && grep -q '^{"line": 1, "error": ".*JSON.*"input": "bad first"' "$T/out" && [ "$(grep -c 'yield strength lower' "$T/out")" = 2 ]; }; check 'a bad first line is no header of objects' $?
printf '"formula": "Fe"}\n{"formula": "Fe"}\n{"formula": "Ni"}\n' | ask >"$T/out"
{ [ $? = 0 ] && grep -q '^{"line": 1, "error": "neither a JSON object nor the header of a table' "$T/out" && [ "$(grep -c 'yield strength lower' "$T/out")" = 2 ]; }; check 'nor is one an end that cannot be a header' $?
printf 'formula;a\nFe;1,5\nNi;1.5\nFe;2,5\n' | ask >"$T/out"
{ [ $? = 0 ] && grep -q '"formula": "Fe", "a": 1.5, "yield' "$T/out" && grep -q '^{"line": 3, "error": ".*other decimal sign' "$T/out" && [ "$(wc -l <"$T/out")" = 3 ]; }; check 'a table with semicolons and decimal commas' $?
grep -q '"formula": "Fe", "a": 2.5, "yield' "$T/out"; check 'a row that is refused counts for no other' $?
grep -q "'stdin' is separated by ';', with decimal commas: 0,35 is read as 0.35 (first in line 2)" "$T/err"; check 'is told as one' $?
[ "$(printf 'sep=;\nformula;a\nFe;1\n' | ask)" = "$(printf 'formula;a\nFe;1\n' | ask)" ]; check 'so is one that says so' $?
tabs() { [ "$(grep -c 'yield strength lower' "$T/out")" = 3 ] && [ "$(grep -c '"a": null' "$T/out")" = 2 ]; }
printf 'formula\ta\nFe\t1\nNi\t\nFe0.5Ni0.5\t \n' | ask --table-format tsv >"$T/out"; tabs; check 'tabs: an empty cell at the end of a line is one' $?
printf 'sep=\t\nformula\ta\nFe\t1\nNi\t\nFe0.5Ni0.5\t \r\n' | ask >"$T/out"; tabs; check 'so is it where a first line says tabs' $?
printf 'a\tformula\n\tFe\n1\tNi\n\tFe0.5Ni0.5\n\n' | ask --table-format tsv >"$T/out"; tabs; check 'and at its beginning' $?
printf 'sep=|\nformula\n' | ask >/dev/null; grep -q 'not one of 1 lines'  "$T/err"; check 'no other byte is a separator' $?
ask </dev/null >/dev/null; [ $? = 3 ]; check 'no line at all' $?
head -c 300000 /dev/zero | tr '\0' '[' | ask >"$T/out"; { [ $? = 3 ] && grep -q '"error"' "$T/out"; }; check 'a long line of nonsense' $?
printf '{"formula": "Fe"}\r\n{"formula": "Ni"}' | ask >"$T/out"; [ "$(grep -c 'yield strength lower' "$T/out")" = 2 ]; check 'line ends of any kind' $?

# --record.
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
rec() { tr -d '\n' <"$T/r.json" | grep -q -- "$1"; }
run predict "$T/m.h5" "$T/new.csv" -o "$T/p.csv" --record "$T/r.json"
{ [ $rc = 0 ] && rec '"exit_code": 0' && rec 'bad_formula' && rec '"inputs": .*m.h5.*sha256.*new.csv.*"outputs": .*p.csv.*sha256' && rec '"seconds"'; }; check '--record: inputs, outputs, counts, timings' $?
grep -q "$(sha256sum "$T/p.csv" | cut -d' ' -f1)" "$T/r.json"; check 'the digest of the output' $?
rec '"reasons": { *"bad_formula": 1 *}'; check 'rows by reason, as numbers' $?
{ cat "$T/in.csv"; for i in {1..7}; do echo "Xx$i,3"; done; echo 'Fe,'; for i in {1..1200}; do echo ',3'; done; } >"$T/holes.csv"
run train "$T/holes.csv" --target 'yield strength' --model ridge -o "$T/h.h5" --missing drop --quiet --record "$T/r.json"
{ [ $rc = 0 ] && rec '"reasons": { *"missing_formula": 1200, *"bad_formula": 7, *"missing_number": 1 *}'; }; check 'thousands of them, and unsaid ones' $?
printf '{"formula": "Fe"}\n{"formula": "Xx"}\n{"formula": ""}\n{"formula": "Xx2"}\n' | ask --record "$T/r.json" >"$T/out"
rec '"reasons": { *"missing_formula": 1, *"bad_formula": 2 *}'; check 'of lines too' $?
run describe "$T/in.csv" -o "$T/f.csv" --record "$T/r.json"; { [ $rc = 0 ] && rec '"reasons": { *}'; }; check 'none where no row is left out' $?
run predict "$T/m.h5" "$T/none.csv" -o "$T/p.csv" --record "$T/r.json"; { [ $rc = 3 ] && rec '"exit_code": 3' && rec '"error": "[^"]*none.csv'; }; check 'a failure is on record' $?
printf 'formula,band gap\nGaAs,1.4\nZnO,3.3\nZnS,3.6\nInP,1.3\nGaN,3.2\nAlN,6\n' >"$T/gaps.csv"
printf 'demand: gap\nscale: composition\nspace: {list: new.csv}\ndata: {file: gaps.csv, target: band gap, property: band gap, unit: eV}\nmodel: {name: ridge, features: magpie}\nrequire:\n  - {property: band gap, min: 1 eV}\n' >"$T/d.yaml"
run run "$T/d.yaml" -o "$T/R"; cp "$T/R/run.json" "$T/r.json" && rec '"reasons": { *"bad_formula": 1 *}'; check 'those of a list in the account of a run' $?
cp "$T/new.csv" "$T/ranked.csv"; run screen "$T/d.yaml" -o "$T/ranked.csv" --record "$T/r.json"
{ rec "gaps.csv.*$(sha256sum "$T/gaps.csv" | cut -d' ' -f1).*\"outputs\"" && rec '"outputs": .*ranked.csv' && ! rec '"inputs": .*ranked.csv.*"outputs"'; }
check 'the table that a demand names is an input, an older output is not' $?
run methods --record "$T/r.json"; { [ $rc = 0 ] && rec '"command": "cupel methods'; }; check 'every verb has it' $?
run methods --record "$T/no/r.json"; [ $rc != 0 ]; check 'a record that cannot be written' $?
run methods --record -; [ $rc = 2 ]; check 'stdout is for results' $?
exit $bad
