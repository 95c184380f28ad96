#!/usr/bin/env bash
# What a run says of measured materials, of spaces that hold nothing, and of goals that nothing can miss.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
# A space that holds nothing cannot be met, and what rules its elements out is named.
printf 'formula,T,y [eV]\nFe2O3,300,1.0\nFe2O3,300,3.0\nFe4O6,300,2.0\nTiO2,300,3.0\nZnO,300,3.3\nCuO,300,1.2\nCu2O,400,2.1\nSnO2,300,3.6\nIn2O3,300,2.9\nNiO,300,3.7\nCoO,300,2.4\nMnO,400,3.6\n' >"$T/dup.csv"
sed '2{h;d};3{G}' "$T/dup.csv" >"$T/dup2.csv"
write() { # write TABLE COLUMNS SPACE REQUIRE RANK
  printf 'demand: d\nscale: composition\ndata: {file: %s, formula: formula, target: y, property: y, unit: eV%s}\nmodel: {name: ridge, features: element_fraction}\nspace: %s\nrequire: [%s]\nrank: {by: %s}\nkeep: 20\n' "$@" >"$T/d.yaml"
}
write dup.csv '' '{ranges: {Fe: 0..1, Ni: 0..1}, step: 0.1}' '{property: y, min: 1 eV}, {elements: forbidden, list: [Fe, Ni]}' probability
"$C" run "$T/d.yaml" -o "$T/e" >"$T/out" 2>"$T/err"; { [ $? = 5 ] && grep -q "ruled out by 'forbidden Fe Ni' in line 6" "$T/err"; }; check 'an empty space cannot be met' $?
# What was measured several times counts as its median, in any order of the rows.
for t in dup dup2; do write $t.csv '' '{list: dup.csv, formula: formula}' '{property: y, min: 0.5 eV, max: 2.5 eV}' probability; "$C" run "$T/d.yaml" -o "$T/$t" >"$T/out" 2>"$T/$t.err"; done
{ grep -q 'values far apart' "$T/dup.err" && cmp -s "$T/dup/ranking.csv" "$T/dup2/ranking.csv" && grep -q 'Fe2O3,0,2,3,1,3,1,' "$T/dup/ranking.csv" && grep -q 'measured: mixed,Fe2O3' "$T/dup/ranking.csv" && grep -q '◐</span>' "$T/dup/report.html" && grep -q 'median of 3' "$T/dup/report.html"; }
check 'several measured values are their median' $?
"$C" predict "$T/dup/model.h5" "$T/dup.csv" -o - >"$T/out" 2>"$T/err"; { [ "$(awk -F, '/^Fe/ { print $(NF - 2) }' "$T/out" | sort -u)" = 2 ] && grep -q 'of 3 rows the model knows several' "$T/err"; }; check 'and so predict says' $?
# A known material is shown with the condition it was measured at. Goals alone promise no chance.
write dup.csv ', columns: [T]' '{list: dup.csv, formula: formula}' '{property: y, goal: maximise}, {price: {max: 5000 USD/kg}, goal: minimise}' pareto
"$C" run "$T/d.yaml" -o "$T/p" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && head -n 1 "$T/p/ranking.csv" | grep -q 'known condition,in_training' && grep -q 'SnO2,0,3.6,.*,T=300,1,' "$T/p/ranking.csv"; }; check 'a known material has its condition' $?
{ ! grep -q '50 % chance' "$T/p/report.html" && ! grep -q 'as large as possible,' "$T/p/ranking.csv" && awk -F, 'NR > 1 && $8 != "" { bad = 1 } END { exit bad }' "$T/p/ranking.csv"; }; check 'goals alone have no chance' $?
dead=0; for l in $(grep -o '<nav.*</nav>' "$T/p/report.html" | grep -o 'href=#[a-z]*' | cut -d'#' -f2); do grep -q "<section id=$l>" "$T/p/report.html" || dead=1; done
grep -q 'its model takes columns of a table' "$T/p/report.html"; check 'what is not explained is said' $?
[ $dead = 0 ]; check 'every link of a report leads somewhere' $?
# A ranking of predictions keeps the conditions of its table: other conditions are other candidates, and what is known counts under its own.
printf 'formula,T,y [eV],y lower [eV],y upper [eV]\nFe2O3,300,2,1.5,2.4\nFe2O3,1000,2.1,1.5,2.4\nZnO,400.0,2,1.5,2.4\nMnO,400.0,2.2,1.5,2.4\n' >"$T/pred.csv"
write dup.csv ', columns: [T]' '{list: dup.csv, formula: formula}' '{property: y, min: 0.5 eV, max: 2.5 eV}' probability
"$C" rank "$T/pred.csv" "$T/d.yaml" -o "$T/r.csv" >"$T/out" 2>"$T/err"
{ [ $? = 0 ] && [ "$(wc -l <"$T/r.csv")" = 5 ] && head -n 1 "$T/r.csv" | grep -q '^rank,formula,T,y' && grep -q ',Fe2O3,300,2,.*measured: mixed' "$T/r.csv" && grep ',Fe2O3,1000,' "$T/r.csv" | grep -q ',pass,Fe2O3,0,2,3,1,3,T=300,0,' && grep ',MnO,400.0,' "$T/r.csv" | grep -q ',measured: fail,.*,T=400,1,'; }
check 'rank keeps the conditions of a table' $?
sed -i "s|data: .*|model: {file: $T/p/model.h5}|; /^model: {name/d" "$T/d.yaml"
"$C" rank "$T/pred.csv" "$T/d.yaml" -o "$T/r2.csv" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && cmp -s "$T/r.csv" "$T/r2.csv"; }; check 'and so with a model from a file' $?
echo 'known: drop' >>"$T/d.yaml"; "$C" rank "$T/pred.csv" "$T/d.yaml" -o "$T/r3.csv" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ "$(cut -d, -f2,3 "$T/r3.csv" | tail -n +2 | sort | tr '\n' ' ')" = 'Fe2O3,1000 ZnO,400.0 ' ]; }
check 'known: drop drops what was measured under these conditions' $?
# A table of somebody else's model needs no data, model or space.
printf 'formula,hardness [GPa],hardness lower [GPa],hardness upper [GPa]\nTiC,28,26,30\nWC,22,20,24\n' >"$T/else.csv"
printf 'demand: hard\nrequire:\n  - {property: hardness, min: 25000 MPa}\n' >"$T/else.yaml"
"$C" rank "$T/else.csv" "$T/else.yaml" -o "$T/else.r.csv" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && sed -n 2p "$T/else.r.csv" | grep -q '^1,TiC,28,26,30,0.99.*,pass,'; }; check 'a demand that only ranks' $?
"$C" screen "$T/else.yaml" -o "$T/no.csv" >"$T/out" 2>"$T/err"; [ $? = 2 ]; check 'and is none to screen by' $?
sed -i 's/min: 25000 MPa/goal: maximise/' "$T/else.yaml"; "$C" rank "$T/else.csv" "$T/else.yaml" -o "$T/no.csv" >"$T/out" 2>"$T/err"; { [ $? = 2 ] && grep -q 'else.yaml:3: .*window' "$T/err"; }; check 'a goal needs what was measured' $?
# So does its class, and conditions that no model tells.
printf 'formula,T,metal probability,metal lower,metal upper\nNaCl,300,0.1,0,0\nFe,300,0.9,1,1\nFe2,900,0.7,0,1\nZn,300,7,0,1\n' >"$T/else.csv"; printf 'demand: m\nrequire:\n  - {property: metal, min: 0.5}\n' >"$T/else.yaml"
"$C" rank "$T/else.csv" "$T/else.yaml" -o "$T/else.r.csv" >"$T/out" 2>"$T/err"
{ [ $? = 0 ] && [ "$(cut -d, -f2-4 "$T/else.r.csv" | tr '\n' ' ')" = 'formula,T,metal probability Fe,300,0.9 NaCl,300,0.1 ' ] && grep -q "metal: taken as a class" "$T/err" && grep -q "no probability from 0 to 1 in column 'metal probability'" "$T/err"; }
check 'a class of somebody else' $?
"$C" rank "$T/else.csv" "$T/else.yaml" --columns T -o "$T/else.r.csv" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ "$(cut -d, -f2,3 "$T/else.r.csv" | tr '\n' ' ')" = 'formula,T Fe,300 Fe2,900 NaCl,300 ' ]; }
check 'rank --columns: other conditions are other candidates' $?
"$C" rank "$T/else.csv" "$T/else.yaml" --columns P -o "$T/no.csv" >"$T/out" 2>"$T/err"; { [ $? = 3 ] && grep -q "no column 'P'.*--columns" "$T/err" && [ ! -e "$T/no.csv" ]; }; check 'which must be there' $?
for m in 'model: {file: nowhere.h5}' 'data: {file: nowhere.csv, target: metal}'; do
  printf 'demand: m\n%s\nrequire:\n  - {property: metal, min: 0.5}\n' "$m" >"$T/else.yaml"; "$C" rank "$T/else.csv" "$T/else.yaml" -o "$T/no.csv" >"$T/out" 2>"$T/err"
  { [ $? = 3 ] && grep -q "else.yaml:2: no such [a-z]*: looked for '.*nowhere.*'; put it there" "$T/err" && [ ! -e "$T/no.csv" ]; }; check "a file that is not there is refused with place and remedy: $m" $?
done
# What a model predicted is not taken for measured.
"$C" predict "$T/p/model.h5" "$T/dup.csv" -o "$T/own.csv" >"$T/out" 2>"$T/err"
"$C" explain "$T/p/model.h5" "$T/own.csv" --rows 1 >"$T/out" 2>"$T/err"; { [ $? = 0 ] && grep -q "what a model predicted" "$T/err" && ! grep -q '[1-9][0-9]* measured, error' "$T/out"; }; check 'explain knows predictions' $?
for v in 'evaluate' "train -o $T/x.h5"; do "$C" $v "$T/own.csv" --target y --features element_fraction --model ridge >"$T/out" 2>"$T/err"; { [ $? != 0 ] && grep -q "column 'y \[eV\]' is what a model predicted" "$T/err"; }; check "${v%% *} knows predictions" $?; done
exit $bad
