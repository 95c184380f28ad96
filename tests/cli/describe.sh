#!/usr/bin/env bash
# cupel describe and inspect as a user calls them.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; bad=1; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
exits() { "${@:2}" >"$T/out" 2>"$T/err"; [ $? = "$1" ]; }
says() { grep -qF -- "$1" "$T/err"; }

printf 'formula,gap [eV]\nGaAs,1.42\nSi,1.12\nGe,0.66\nInP,1.34\nCdTe,1.5\nZnO,3.3\nZnS,3.6\nGaN,3.4\nAlN,6.2\nMgO,7.8\nNaCl,8.5\n' >"$T/twelve.csv"
check 'two sets that share columns' exits 0 "$CUPEL" describe "$T/twelve.csv" --set valence_orbital,meredig --validate -o "$T/shared.csv"
check 'write each once' [ "$(head -n 1 "$T/shared.csv" | tr , '\n' | sort | uniq -d)" = '' ]
check 'and say so' says '8 columns that two of the sets have in common stand once'
"$CUPEL" describe "$T/twelve.csv" --set meredig -o "$T/alone.csv" 2>/dev/null
check 'with the values of either' [ "$(cut -d, -f11-137 "$T/shared.csv")" = "$(cut -d, -f3-129 "$T/alone.csv")" ]
check 'the table trains' exits 0 "$CUPEL" train "$T/shared.csv" --features none --columns 'avg s valence electrons,frac p valence electrons,mean Number' \
    --target gap --model ridge -o "$T/shared.h5"
check 'values of two forms' exits 0 "$CUPEL" describe "$T/twelve.csv" --set valence_orbital,meredig:matminer --store float32 -o "$T/forms.csv"
check 'have names of their own' grep -q ',avg s valence electrons,.*,avg s valence electrons (meredig),' "$T/forms.csv"
cat > "$T/in.csv" <<'E1'
id,formula,gap [eV]
1,Fe2O3,2.2
2,Xx2,1
3,,0
4,NaCl,8.5
E1
printf 'Formula,gap\nNaCl,8.5\n' >"$T/capital.csv"
check 'an obvious column of formulas need not be named' exits 0 "$CUPEL" describe "$T/capital.csv" -o "$T/u.csv"
printf 'NaCl\nKCl\n' >"$T/headless.csv"
check 'a table without a header: exit 3' exits 3 "$CUPEL" describe "$T/headless.csv" -o "$T/u.csv"
check 'and its first formula is named' says "has no header: its first line is the formula 'NaCl'"
# Separated by semicolons: found out, said, and decimal commas are read where they can be nothing else.
euro() { printf "$1" >"$T/euro.csv"; exits "$2" "$CUPEL" describe "$T/euro.csv" --set band_center -o "$T/euro.out.csv"; }
check 'separated by semicolons' euro 'id;formula;gap [eV];n\n1,5;NaCl;8,5;-1,5e-3\n;;;\n2;KCl;8;"2"\n' 0
check 'and decimal commas are read' [ "$(cut -d, -f1-4 "$T/euro.out.csv" | tr '\n' ' ')" = 'formula,id,gap [eV],n NaCl,1.5,8.5,-1.5e-3 KCl,2,8,2 ' ]
check 'both are said' says "euro.csv' is separated by ';', with decimal commas: 0,35 is read as 0.35 (first in line 2)"
check 'so are rows without anything' says "1 row of '$T/euro.csv' without anything skipped"
check 'without decimal commas nothing is said of them' euro 'formula;gap\nNaCl;8.5\n' 0
check 'but of the separator' says "euro.csv' is separated by ';'"
check 'no decimal commas' eval '! says decimal'
check 'a line sep=; is no header' euro 'sep=;\r\nformula;gap\r\nNaCl;8,5\r\n' 0
check 'nor a row' [ "$(sed -n 2p "$T/euro.out.csv" | cut -d, -f1,2)" = NaCl,8.5 ]
check 'semicolons in quotes separate nothing' euro '"formula","a;b"\nNaCl,1\n' 0
check 'a comma in the header: as before' euro 'formula,a;b\nNaCl,1\n' 0
check 'both signs in one column: exit 3' euro 'formula;gap\nNaCl;8,5\nKCl;8.5\n' 3
check 'with the line' says "euro.csv:3: column 'gap': '8.5' stands beside numbers with the other decimal sign"
check 'a fraction or thousands: exit 3' euro 'formula;a;b\nNaCl;0.5;1,234\n' 3
check 'and that is said' says "'1,234' may be a fraction or thousands"
check 'in the other order: exit 3' euro 'formula;a;b\nNaCl;1,234;7\nNaCl;1,234;0.5\n' 3
check 'thousands beside decimal commas: exit 3' euro 'formula;a;b\nNaCl;0,5;1.234\n' 3
check 'three decimals alone are decimals' euro 'formula;a\nNaCl;1,234\n' 0
check 'separators of thousands: exit 3' euro 'formula;a\nNaCl;1.234,5\n' 3
printf 'formula,x\nq1,1\nq2,2\n' >"$T/ids.csv"
check 'not one formula: exit 3' exits 3 "$CUPEL" describe "$T/ids.csv" -o "$T/u.csv"
check 'with the first of them and a remedy' says "could be read: $T/ids.csv:2: bad_formula: 'q1'"
check 'nothing is written' [ ! -e "$T/u.csv.tmp" -a "$(head -c 7 "$T/u.csv")" = Formula ]
printf 'structure\n"{""@module"": ""pymatgen.core.structure"", ""lattice"": {}}"\n' >"$T/structures.csv"
check 'a column of structures: exit 3' exits 3 "$CUPEL" describe "$T/structures.csv" -o "$T/u.csv"
check 'and it is said what they are' says 'cupel reads compositions only so far'
printf 'salt\n1\n5 0 0\n0 5 0\n0 0 5\nNa Cl\n4 4\nDirect\n0 0 0\n' >"$T/POSCAR"
printf 'data_x\n_cell_length_a 5\n_chemical_formula_sum "Fe2 O3"\n' >"$T/a.cif"
check 'a POSCAR file: exit 3' exits 3 "$CUPEL" describe "$T/POSCAR"
check 'its composition and what to do are said' says "crystal structures are not read, only compositions: this one's is NaCl; write it into a table"
check 'a CIF file to train on: exit 3' exits 3 "$CUPEL" train "$T/a.cif" --target y -o "$T/m.h5"
check 'says the same' says "this one's is Fe2O3"
check 'as a demand: exit 3' exits 3 "$CUPEL" screen "$T/a.cif" -o "$T/u.csv"; check 'says it too' says "this one's is Fe2O3"
check 'as a volume: exit 3' exits 3 "$CUPEL" homogenize "$T/a.cif" --property conduction --phase 0:k=1; check 'says it' says "this one's is Fe2O3"
check 'as a formula: exit 3' exits 3 "$CUPEL" formula "$T/a.cif"; check 'too' says "this one's is Fe2O3"
check 'as an artifact: exit 3' exits 3 "$CUPEL" inspect "$T/a.cif"; check 'and here' says "this one's is Fe2O3"
{ echo formula,y; printf '"'; cat "$T/POSCAR"; echo '",1'; echo a.cif,2; } >"$T/texts.csv"
check 'POSCAR text as formulas: exit 3' exits 3 "$CUPEL" describe "$T/texts.csv" -o "$T/u.csv"
check 'says which it is, in one line' says "bad_formula: 'salt...' is a POSCAR file of the composition NaCl, not a formula; these are crystal structures"
check 'trained on: exit 3' exits 3 "$CUPEL" train "$T/texts.csv" --target y -o "$T/m.h5"; check 'says it, and where' says 'texts.csv:2: bad_formula'

printf 'formula,y\nNaCl,1\nSUS304,2\n(CoNi)98Ti2,3\nAISI 4340,4\nKCl,5\nFe2O3,6\nMgO,7\nCaO,8\n' >"$T/meant.csv"
check 'formulas that may mean something else are described' exits 0 "$CUPEL" describe "$T/meant.csv" -o "$T/u.csv"
check 'and told' says "2 formulas may mean something else, as $T/meant.csv:3: 'SUS304' is read as a formula, but is also the name of a stainless steel"
check 'a grade that is no formula is named' says "'AISI 4340' at byte 1: no element 'A'; the name of a steel (AISI)?"
check 'trained on, they are' exits 0 "$CUPEL" train "$T/meant.csv" --target y --model knn --missing drop -o "$T/m.h5"; check 'told too' says '2 formulas may mean'
check 'predicted, they are' exits 0 "$CUPEL" predict "$T/m.h5" "$T/meant.csv" -o "$T/u.csv"; check 'told as well' says '2 formulas may mean'
check 'alone it is' exits 0 "$CUPEL" formula '(CoNi)98Ti2'; check 'told with what may be meant' says '98 % of the bracket, it is Co49Ni49Ti2'
check 'sets whose signs differ' exits 0 "$CUPEL" describe "$T/capital.csv" --set wen_alloys,alloy -o "$T/u.csv"
check 'say it' says "wen_alloys: as in matminer 'Mixing enthalpy' is the absolute value"
check 'methods say it too, and units of columns' sh -c "'$CUPEL' methods wen_alloys | grep -q '^  note .*absolute value' && '$CUPEL' methods wen_alloys | grep -qF 'column  Configuration entropy [kJ/(mol K)]'"
check 'no line of the list is longer than 120' sh -c "! '$CUPEL' methods | grep -q '.\{121\}'"

D() { "$CUPEL" describe "$T/in.csv" --formula formula --set magpie "$@"; }

check 'table to table' exits 0 D --threads 1 -o "$T/a.csv"
check 'the formula comes first, other columns stay' [ "$(head -n 2 "$T/a.csv" | cut -d, -f1-5)" = \
"formula,id,gap [eV],MagpieData minimum Number,MagpieData maximum Number
Fe2O3,1,2.2,8,26" ]
check 'a bad row has empty fields and a reason' [ "$(sed -n 3p "$T/a.csv")" = "Xx2,2,1$(printf ',%.0s' {1..132}),bad_formula" ]
check 'counts by reason on stderr' says '2 rows with a missing value: 1 missing_formula, 1 bad_formula'
check 'and where' says "$T/in.csv:3: bad_formula: 'Xx2' at byte 1"
check 'stdout' exits 0 D -o -
check 'stdout is the same table' cmp -s "$T/out" "$T/a.csv"
check 'stdin' exits 0 "$CUPEL" describe - --formula formula --set magpie -o "$T/b.csv" <"$T/in.csv"
check 'stdin gives the same table' cmp -s "$T/a.csv" "$T/b.csv"
gzip -c "$T/in.csv" >"$T/in.csv.gz"
check 'gzip' exits 0 "$CUPEL" describe "$T/in.csv.gz" -o "$T/b.csv"
check 'gzip gives the same table' cmp -s "$T/a.csv" "$T/b.csv"
: >"$T/empty.csv"
check 'an empty table: exit 3' exits 3 "$CUPEL" describe "$T/empty.csv" -o "$T/x.csv"; check 'an empty table leaves nothing' [ ! -e "$T/x.csv" ]
check 'fail' exits 3 D --missing fail -o "$T/f.csv"
check 'fail names the row' says 'in.csv:3'
check 'fail leaves nothing' [ ! -e "$T/f.csv" ]
check 'drop' exits 0 D --missing drop -o "$T/d.csv"
check 'drop keeps the good rows' [ "$(cut -d, -f1 "$T/d.csv" | tr '\n' ' ')" = 'formula Fe2O3 NaCl ' ]
{ cat "$T/in.csv"; printf '%s,Qq%s,1\n' 5 5 6 6 7 7 8 8; echo '9,HeO,1'; } >"$T/seven.csv"
check 'keep: the first five are shown' exits 0 "$CUPEL" describe "$T/seven.csv" -o "$T/d.csv"
check 'keep: and how many more' says 'and 2 more'
check 'drop, seven rows' exits 0 "$CUPEL" describe "$T/seven.csv" --missing drop -o "$T/d.csv"
check 'drop: every row is listed with its reason' [ "$(grep -c 'seven.csv:[0-9]*: [a-z_]*formula: ' "$T/err") $(grep -c "seven.csv:10: no_element_data: 'HeO': no value of 'MagpieData" "$T/err")" = '6 1' ]
check 'drop: and counted' says '7 rows dropped: 1 missing_formula, 5 bad_formula, 1 no_element_data'
check 'impute, seven rows' exits 0 "$CUPEL" describe "$T/seven.csv" --missing impute -o "$T/d.csv"
check 'impute: what was filled in is listed' says "seven.csv:10: imputed: 'HeO': no value of 'MagpieData minimum MeltingT' for He"
check 'impute: so is what could not be' [ "$(grep -c 'seven.csv:[0-9]*: [a-z_]*formula: ' "$T/err")" = 6 ]
# shellcheck disable=SC2120 # arguments come by way of `exits`
C() { "$CUPEL" describe "$T/seven.csv" --compatible matminer -o "$T/c.csv" "$@"; }
check 'matminer'"'"'s own values' exits 0 C
check 'are those that a mean filled in' cmp -s "$T/c.csv" "$T/d.csv"
check 'and the rows are marked' [ "$(tail -n 1 "$T/c.csv" | sed 's/.*,//')" = imputed ]
check 'fail: such a row is none' exits 3 C --missing fail
check 'fail: the bad formula is' says 'seven.csv:3: bad_formula'
check 'drop: such a row stays' exits 0 C --missing drop
check 'drop: with its mark' [ "$(tail -n 1 "$T/c.csv" | cut -d, -f1) $(tail -n 1 "$T/c.csv" | sed 's/.*,//') $(wc -l <"$T/c.csv")" = 'HeO imputed 4' ]
check 'no other program' exits 2 C --compatible magpie
C 2>/dev/null
check 'one set alone' exits 0 "$CUPEL" describe "$T/seven.csv" --set magpie:matminer -o "$T/d.csv"
check 'is the same' cmp -s "$T/c.csv" "$T/d.csv"
check 'another word behind the colon: exit 2' exits 2 "$CUPEL" describe "$T/seven.csv" --set magpie:smact -o "$T/d.csv"
check 'what is expected there' says "after ':' expected matminer"
printf 'formula,phase,temperature\nNaCl,cubic,1\nKCl,,2\nZnO,hexagonal,\n' >"$T/phase.csv"
check 'impute columns of the table' exits 0 "$CUPEL" describe "$T/phase.csv" --set none --columns phase,temperature --missing impute -o "$T/d.csv"
check 'a column that was filled in is named' [ "$(grep -c "imputed: 'KCl': no value of 'phase'$\|imputed: 'ZnO': no value of 'temperature'$" "$T/err")" = 2 ]

printf 'formula,group\nNaCl,225\nKCl,225\nZnO,186\nGaAs,F-43m\n' >"$T/mixed.csv"
check 'a column of numbers and text' exits 0 "$CUPEL" describe "$T/mixed.csv" --columns group -o "$T/d.csv"
check 'it is said that it is no number' says "column 'group' is taken as 3 categories: of its 4 cells 3 hold a number; the first that does not is $T/mixed.csv:5"
check 'a column of text' exits 0 "$CUPEL" describe "$T/phase.csv" --columns phase,temperature -o "$T/d.csv"
check 'needs no such word' [ "$(grep -c 'is taken as' "$T/err")" = 0 ]

{ echo formula,gap; for e in Li Na K Rb Mg Ca Sr Ba Al Ga In Zn Cd; do echo "${e}O,${#e}"; echo "${e}2S,3"; done; } >"$T/train.csv"
check 'a model of a set in that form' exits 0 "$CUPEL" train "$T/train.csv" --target gap --features deml:matminer --model ridge -o "$T/m.h5"
printf 'formula\nCaO\nThO2\n' >"$T/new.csv"
check 'predicts in that form' exits 0 "$CUPEL" predict "$T/m.h5" "$T/new.csv" -o "$T/p.csv"
printf 'formula\nThO\nThO2\nThO3\nTh2O\nTh2O3\nTh3O\nXx\n' >"$T/six.csv"
check 'fail after more filled rows than are shown: exit 3' exits 3 "$CUPEL" predict "$T/m.h5" "$T/six.csv" --missing fail -o "$T/q.csv"
check 'fail names the row' says "six.csv:8: bad_formula: 'Xx'"
check 'with a value and the mark' grep -Eq '^ThO2,-?[0-9.]+,.*,imputed(,.*)?$' "$T/p.csv"

check 'validate' exits 0 D --validate -o "$T/v.csv"
check 'validate says how far apart' says 'differ by at most'

check 'artifact' exits 0 D --threads 1 -o "$T/a.h5"
check 'artifact of float32' exits 0 D --store float32 --threads 2 -o "$T/s.h5"
check 'inspect' exits 0 "$CUPEL" inspect "$T/a.h5"
check 'inspect as JSON' exits 0 "$CUPEL" inspect "$T/a.h5" --format json
check 'inspect names the kind' grep -q '"kind": "descriptors"' "$T/out"
check 'inspect counts the rows' grep -q '"rows": 4' "$T/out"
if command -v h5dump >/dev/null; then check 'other programs read it' exits 0 h5dump -d /formula "$T/a.h5"; else echo 'skip other programs read it: no h5dump'; fi

n=$(stat -c %s "$T/a.h5")
head -c $((n - 1)) "$T/a.h5" >"$T/cut.h5"
check 'truncated: exit 4' exits 4 "$CUPEL" inspect "$T/cut.h5"; check 'truncated: said' says truncated
cp "$T/a.h5" "$T/bad.h5"; printf 'x' | dd of="$T/bad.h5" bs=1 seek=$((n / 2)) conv=notrunc 2>/dev/null
check 'damaged: exit 4' exits 4 "$CUPEL" inspect "$T/bad.h5"; check 'damaged: said' says damaged
cp "$T/a.h5" "$T/new.h5"; printf '\x63' | dd of="$T/new.h5" bs=1 seek=8 conv=notrunc 2>/dev/null
check 'newer: exit 4' exits 4 "$CUPEL" inspect "$T/new.h5"; check 'newer: said' says 'newer cupel'
check 'foreign: exit 4' exits 4 "$CUPEL" inspect "$T/in.csv"; check 'foreign: said' says 'not a cupel artifact'
check 'absent: exit 3' exits 3 "$CUPEL" inspect "$T/absent.h5"

check 'unknown set: exit 2' exits 2 "$CUPEL" describe "$T/in.csv" --set magpy -o "$T/u.csv"; check 'unknown set: a guess' says "did you mean 'magpie'"
check 'unknown column: exit 3' exits 3 "$CUPEL" describe "$T/in.csv" --formula nowhere -o "$T/u.csv"
check 'an artifact does not go to a device' exits 2 D --format h5 -o /dev/null

# What is read as something else than it is.
cp "$T/shared.h5" "$T/a-model.h5"
told() { # told VERB ARGUMENT...
  check "$1 is told of a model" exits 3 "$CUPEL" "$1" "$T/a-model.h5" "${@:2}"
  check 'and that it is none of what is wanted' says "a-model.h5' is a model artifact of cupel, and a "
  check 'and which command takes it' says "'cupel predict MODEL TABLE -o FILE' predicts with it"
}
told describe; told describe -o "$T/u.csv"; told homogenize --property conduction --phase '0:k=1'; told convert "$T/u.npy"; told train --target gap -o "$T/u.h5"
"$CUPEL" generate 'gyroid:fraction=0.4,seed=1' --grid 8 -o "$T/grid.npy" 2>/dev/null; "$CUPEL" convert "$T/grid.npy" "$T/grid.h5" 2>/dev/null
check 'an HDF5 file of another program: exit 4' exits 4 "$CUPEL" inspect "$T/grid.h5"
check 'says what is in it' says "an HDF5 file that another program wrote; it holds /microstructure (uint8 8 x 8 x 8); a volume in it is taken by 'cupel describe'"

{ printf '\211HDF\r\n\032\n'; head -c 3000 /dev/zero; } >"$T/torn.h5"
check 'a damaged one: exit 4' exits 4 "$CUPEL" inspect "$T/torn.h5"; check 'is no artifact either' says 'not a cupel artifact: an HDF5 file that another'; check 'and the reason is said' says 'it cannot be read: opening of'
head -c 4000 "$T/grid.h5" >"$T/torn.h5"; check 'a cut one: exit 4' exits 4 "$CUPEL" inspect "$T/torn.h5"; check 'with its reason' says 'HDF5 says: truncated file'
check 'a NumPy array: exit 4' exits 4 "$CUPEL" inspect "$T/grid.npy"
check 'says what it is' says "grid.npy': not a cupel artifact: a volume of format npy (uint8 8 x 8 x 8), as 'cupel describe', 'homogenize' and 'convert' take it"
"$CUPEL" convert "$T/grid.npy" "$T/grid.tif" 2>/dev/null
check 'an image: exit 4' exits 4 "$CUPEL" inspect "$T/grid.tif"; check 'says so' says 'not a cupel artifact: a volume of format tiff, as'

# A kill at any moment leaves the old file or the new one.
awk 'BEGIN { print "formula"; for (i = 0; i < 60000; i++) print "Fe" i % 97 + 1 "O" i % 13 + 1 }' >"$T/many.csv"
"$CUPEL" describe "$T/many.csv" --quiet -o "$T/k.h5" 2>/dev/null; cp "$T/k.h5" "$T/whole.h5"
torn=0
for s in 0.005 0.01 0.02 0.03 0.04 0.06 0.08 0.12; do
  "$CUPEL" describe "$T/many.csv" --quiet -o "$T/k.h5" 2>/dev/null & pid=$!
  sleep $s; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  cmp -s "$T/k.h5" "$T/whole.h5" || torn=1
done
check 'a kill leaves a whole file' [ $torn = 0 ]
: >"$T/err"; "$CUPEL" describe "$T/many.csv" -o "$T/t.csv" 2>"$T/err" & pid=$!
while [ ! -s "$T/err" ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done # it says how many threads it takes once it heeds signals
kill -TERM $pid 2>/dev/null; wait $pid; rc=$?
if [ $rc = 1 ]; then check 'SIGTERM leaves nothing' [ ! -e "$T/t.csv" ]; else check 'SIGTERM came too late or was obeyed' [ $rc = 0 ]; fi

mb=$CUPEL_SHARED/data/matbench-official/matbench_expt_gap.csv
if [ -r "$mb" ]; then
  check 'expt_gap' exits 0 "$CUPEL" describe "$mb" --formula composition --set magpie -o "$T/gap.csv"
  check 'expt_gap has no bad row' [ "$(cut -d, -f137 "$T/gap.csv" | sort -u | tr -d '\n')" = reason ]
  check 'expt_gap has all rows' [ "$(wc -l <"$T/gap.csv")" = "$(wc -l <"$mb")" ]
else
  echo 'skip expt_gap: ../shared is absent'
fi
exit $bad
