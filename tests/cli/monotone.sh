#!/usr/bin/env bash
# Boosted trees that are told with which columns the target only rises or falls: no prediction goes the other way, whatever the noise says.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
cd "$T" || exit 1
awk 'BEGIN { srand(5); print "T [K],dose,other,strength [MPa]"
  for (i = 0; i < 160; i++) { t = 300 + 600 * rand(); d = rand(); o = rand(); print t "," d "," o "," 400 - 0.3 * t + 80 * d + 60 * (o > 0.5) + 150 * (rand() - 0.5) } }' >noisy.csv
awk 'BEGIN { srand(6); print "T [K],dose,other"; for (i = 0; i < 6; i++) { d = rand(); o = rand(); for (k = 0; k <= 40; k++) print 280 + 16 * k "," d "," o } }' >heat.csv
awk 'BEGIN { srand(7); print "T [K],dose,other"; for (i = 0; i < 6; i++) { t = 300 + 600 * rand(); o = rand(); for (k = 0; k <= 40; k++) print t "," k / 40 "," o } }' >dose.csv
learn=(train noisy.csv --features none --target strength --model boosted_trees --set 'trees=60,rate=0.1,leaves=8,columns=1,huber=0,seeds=2,subsample=0.7')
# turns FILE WAY: how often the prediction goes against WAY within the sweeps of 41 rows; values stand behind the three columns
turns() { "$C" predict "$1" "$2" -o - --only value 2>err | awk -F, -v way="$3" 'NR > 1 { if ((NR - 2) % 41 && way * ($4 - last) < 0) n++; last = $4 } END { print n + 0 }'; }
run "${learn[@]}" -o free.h5; { [ "$(turns free.h5 heat.csv -1)" -gt 5 ] && [ "$(turns free.h5 dose.csv 1)" -gt 5 ]; }; check 'noise makes predictions turn' $?
run "${learn[@]}" --monotone 'T [K]=down, dose=up' -o held.h5; { [ $rc = 0 ] && [ "$(turns held.h5 heat.csv -1)" = 0 ] && [ "$(turns held.h5 dose.csv 1)" = 0 ]; }; check 'directions are kept' $?
[ "$(turns held.h5 heat.csv 1)" -gt 20 ] && [ "$(turns held.h5 dose.csv -1)" -gt 20 ]; check 'and something is learned' $?
run inspect held.h5; grep -q 'surrogate/monotone' out; check 'the model says so' $?
for l in huber=0.3 transform; do
  set -- "${learn[@]}"; [ $l = transform ] && set -- "$@" --transform yeo-johnson || set -- "${learn[@]/huber=0/$l}"
  run "$@" --monotone 'T=-,dose=+' -o other.h5; { [ $rc = 0 ] && [ "$(turns other.h5 heat.csv -1)" = 0 ] && [ "$(turns other.h5 dose.csv 1)" = 0 ]; }; check "also with $l" $?
done
awk -F, -v OFS=, 'NR > 1 { $4 = $4 > 250 } NR == 1 { $4 = "strong" } 1' noisy.csv >class.csv
run train class.csv --features none --target strong --model boosted_trees --set 'trees=60,rate=0.1,leaves=8,columns=1,seeds=1' --monotone 'T [K]=down,dose=up' -o class.h5
{ [ $rc = 0 ] && [ "$(turns class.h5 heat.csv -1)" = 0 ] && [ "$(turns class.h5 dose.csv 1)" = 0 ]; }; check 'of a class: its probability' $?
refused() { run train noisy.csv --features none --target strength -o x.h5 "${@:2}"; { [ $rc = 2 ] && [ ! -e x.h5 ] && grep -q -- "$1" err; }; check "refused: $1" $?; }
refused 'cannot be made monotone' --model svr --monotone 'dose=up'
refused "found 'dose', expected COLUMN=up" --model boosted_trees --monotone 'dose'
refused 'is to go up and down' --model boosted_trees --monotone 'dose=up,dose=down'
refused "monotone: no columns are called 'dosis'" --model boosted_trees --monotone 'dosis=up'
refused 'not for the pinball loss' --model boosted_trees --set quantile=0.9 --monotone 'dose=up'
printf 'demand: s\nspace: {list: heat.csv}\ndata: {file: noisy.csv, target: strength, columns: [dose]}\nmodel: {name: svr, monotone: "dose=up"}\nrequire:\n  - {property: strength, min: 100 MPa}\n' >d.yaml
run demand check d.yaml; { [ $rc = 2 ] && grep -q 'd.yaml:4: .*cannot be made monotone' err; }; check 'a demand has the key too' $?
exit $bad
