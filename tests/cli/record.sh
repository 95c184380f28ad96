#!/usr/bin/env bash
# Every command that writes a result leaves FILE.run.json beside it, with the digests of what it read and wrote and its exit code: one line a command.
# Where the result goes to stdout, and where none came, there is no record; a run that fails is on record; two writers do not mix.
set -u
C=${CUPEL:-build/cupel}; E=$(cd "${CUPEL_ROOT:-.}" && pwd)/datasets/examples; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >out 2>err </dev/null; rc=$?; }
has() { tr -d '\n' <"$1" | grep -q -- "$2"; }
digest() { sha256sum "$1" | cut -d' ' -f1; }
cd "$T" || exit 1
awk 'NR == 1 || NR % 8 == 0' "$E/steels.csv" >in.csv; { sed 1q in.csv | cut -d, -f1; awk -F, 'NR > 1 && NR < 9 { print $1 }' in.csv; echo Xx2; } >new.csv
printf 'x,y\n1,2\n2,3\n3,5\n4,4\n' >known.csv; printf 'id,x\na,1.5\nb,2.5\nc,3.5\n' >pool.csv; printf 'x,y\n5,6\n' >more.csv
printf 'formula,band gap\nGaAs,1.4\nZnO,3.3\nZnS,3.6\nInP,1.3\nGaN,3.2\nAlN,6\n' >gaps.csv
printf 'demand: gap\nscale: composition\nspace: {list: list.csv}\ndata: {file: gaps.csv, target: band gap, property: band gap, unit: eV}\nmodel: {name: ridge, features: element_fraction}\nrequire:\n  - {property: band gap, min: 1 eV}\n' >d.yaml
printf 'formula\nGaP\nAlP\nXx9\n' >list.csv
model=(--target 'yield strength' --model ridge --set lambda=1 --features stoichiometry)

# leaves FILE INPUT COMMAND...: FILE.run.json is of this run, FILE is among its outputs, INPUT among its inputs
leaves() {
  local file=$1 input=$2 before='' r=$1.run.json; shift 2
  rm -f "$r"; [ -e "$input" ] && before=$(digest "$input"); run "$@"
  { [ $rc = 0 ] && has "$r" '"exit_code": 0' && has "$r" "\"inputs\": \[.*$before.*\"outputs\"" && has "$r" "\"outputs\": \[.*$(digest "$file")" &&
    has "$r" '"seconds": [0-9]' && has "$r" '"reasons": {' && has "$r" '"command": "cupel '"$1"; }
  check "$1: $file.run.json" $?
}
leaves m.h5 in.csv train in.csv "${model[@]}" -o m.h5
leaves p.csv new.csv predict m.h5 new.csv -o p.csv
has p.csv.run.json '"reasons": { *"bad_formula": 1 *}' && has p.csv.run.json "$(digest m.h5)"; check 'rows left out by reason, and the model' $?
leaves e.csv in.csv evaluate in.csv "${model[@]}" --predictions e.csv
leaves f.csv in.csv describe in.csv --set stoichiometry -o f.csv
leaves v.npy none generate 'gyroid:fraction=0.4,seed=1' --grid 8 -o v.npy
leaves v.vti v.npy convert v.npy v.vti
leaves w.npy v.npy reconstruct v.npy --match two-point --grid 8 --steps 1 -o w.npy
leaves u.vti v.npy homogenize v.npy --property conduction --phase 0:k=1 --phase 1:k=2 --fields u.vti
leaves r.csv d.yaml screen d.yaml -o r.csv
has r.csv.run.json "$(digest gaps.csv)"; check 'the table that a demand names' $?
for i in 1 2; do leaves part$i.h5 d.yaml screen d.yaml --shard $i/2 -o part$i.h5; done
leaves r.csv part2.h5 merge part*.h5 -o r.csv; cmp -s r.csv <("$C" screen d.yaml -q -o -); check 'a record is no part' $?
"$C" train gaps.csv --target 'band gap' --model ridge --features element_fraction --unit eV -q -o g.h5 2>err
"$C" predict g.h5 list.csv -q -o g.csv 2>err; leaves r.csv g.csv rank g.csv d.yaml -o r.csv
leaves s.csv d.yaml space list d.yaml -o s.csv
leaves next.csv known.csv suggest --pool pool.csv --tell known.csv --target y --maximize -o next.csv
leaves loop.h5 known.csv tell loop.h5 known.csv --target y --maximize
has loop.h5.run.json '"inputs": .*loop.h5.*"outputs"'; [ $? = 1 ]; check 'a loop that begins is no input' $?
leaves loop.h5 more.csv tell loop.h5 more.csv
has loop.h5.run.json '"inputs": .*loop.h5.*"outputs"'; check 'a loop that goes on is one' $?
leaves loop.h5 pool.csv suggest --loop loop.h5 --pool pool.csv --take
leaves x.svg known.csv replay known.csv --target y --maximize --campaigns 2 --start 2 -o x.svg
run run d.yaml -o R; [ $rc = 0 ] && has R/run.json '"exit_code": 0' && has R/run.json '"reasons": { *"bad_formula": 1' && [ ! -e R.run.json ]; check 'run: run.json in its folder' $?
printf 'demand: two\nscale: microstructure\nphases:\n  - {name: a, k: 1}\n  - {name: b, k: 10}\nrequire:\n  - {property: volume fraction, phase: b, min: 0.2, max: 0.4}\ngrid: 8\n' >s.yaml
run design s.yaml -o D --budget 2solves; [ $rc = 0 ] && has D/run.json '"exit_code": 0' && [ ! -e D.run.json ]; check 'design: run.json in its folder' $?

# A large result is not read again for a record that nobody asked for: it has its size.
awk 'BEGIN { print "formula"; for (i = 1; i <= 140000; i++) printf "Fe%dNi%d\n", i, i % 97 + 1 }' >many.csv
run describe many.csv --set magpie -o many.h5; { [ $rc = 0 ] && has many.h5.run.json "\"bytes\": $(stat -c %s many.h5), *\"digest\": null"; }; check 'a large result has its size' $?
run describe many.csv --set magpie -o many.h5 --record many.json; { [ $rc = 0 ] && has many.json "$(digest many.h5)"; }; check 'and its digest where it is asked for' $?
rm -f many.*

# Where there is none.
none() { local name=$1 file=$2; shift 2; rm -f "$file.run.json"; run "$@"; [ ! -e "$file.run.json" ]; check "$name" $?; }
none 'no record where it is not wanted' p.csv predict m.h5 new.csv -o p.csv --no-record
none 'a record in another place' p.csv predict m.h5 new.csv -o p.csv --record other.json; [ -s other.json ]; check 'which is there' $?
none 'a result to stdout' ./- predict m.h5 new.csv -o -
none 'nor into a device' /dev/null predict m.h5 new.csv -o /dev/null
none 'nor a wrong command line' y.h5 train in.csv "${model[@]}" --set nothing=1 -o y.h5
none 'nor where something else is printed' r.csv screen d.yaml -o r.csv --estimate
none 'nor where a loop is asked only' loop.h5 suggest --loop loop.h5 --pool pool.csv
run predict m.h5 new.csv -o p.csv --no-record --record r.json; [ $rc = 2 ]; check 'both are one too many' $?
cp new.csv p.csv.run.json; run predict m.h5 p.csv.run.json --table-format csv -o p.csv; { [ $rc = 2 ] && cmp -s new.csv p.csv.run.json && grep -q -- '--no-record' err; }
check 'a record takes the place of no input' $?

# A run that fails, and one that is stopped where it listens; what stood there stays as it was.
cp m.h5 old.h5; rm p.csv.run.json
run train none.csv "${model[@]}" -o m.h5
{ [ $rc = 3 ] && cmp -s m.h5 old.h5 && has m.h5.run.json '"exit_code": 3' && has m.h5.run.json '"error": "[^"]*none.csv' && has m.h5.run.json '"outputs": \[ *\]'; }
check 'a failure is on record' $?
run tell loop.h5 pool.csv; { [ $rc = 3 ] && has loop.h5.run.json '"exit_code": 3'; }; check 'of a loop too' $?
mkdir taken.csv.run.json; run predict m.h5 new.csv -o taken.csv; { [ $rc != 0 ] && grep -q 'taken.csv.run.json' err && [ -s taken.csv ]; }
check 'a record that cannot be written is said, and the result stands' $?

# Two writers of one loop: all is told, and the record is that of one of them, whole.
for k in 1 2 3 4; do printf 'x,y\n%s.25,3\n' $k >w$k.csv; "$C" tell loop.h5 w$k.csv -q >/dev/null 2>err$k & done; wait
{ [ "$("$C" inspect loop.h5 --format json | tr -d '\n ' | sed 's/.*"measured":\([0-9]*\).*/\1/')" = 9 ] && has loop.h5.run.json '^{.*"command": "cupel tell loop.h5 w[1-4].csv.*}$'; }
check 'four writers of one loop' $?
[ -z "$(find . -name '.*.tmp*')" ]; check 'no temporary file is left' $?
exit $bad
