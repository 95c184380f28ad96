#!/usr/bin/env bash
# suggest from a space of settings: continuous, in steps, words, sums and other linear conditions.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; tail -n 3 "$T/err" | sed 's/^/    | /'; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
cat >"$T/s.yaml" <<'E2'
space:
  columns: {"T [K]": 300..900, "time [h]": 0.5..4 step 0.5, flux: [none, rosin], A: 0..1, B: 0..1, C: 0..0.5}
  couple: ["A + B + C = 1", "T - 100 time <= 600", "B >= 2 C"]
data: {file: known.csv}
require: [{property: yield, goal: maximise}]
E2
# The best is at 700 K, 2 h, rosin, A 0.3, B 0.5, C 0.2: 10.
yields() { awk -F, -v OFS=, '{ print $0, 10 - ((($1 - 700) / 150) ^ 2) - ($2 - 2) ^ 2 / 2 - ($3 == "none") - 20 * ($4 - 0.3) ^ 2 - 20 * ($5 - 0.5) ^ 2 }'; }
{ echo 'T [K],time [h],flux,A,B,C,yield'; printf '400,1,none,0.8,0.2,0\n500,3,rosin,0.1,0.7,0.2\n650,4,none,0.5,0.4,0.1\n350,0.5,rosin,0.2,0.8,0\n800,3.5,none,0,0.7,0.3\n450,2,rosin,0.6,0.3,0.1\n' | yields; } >"$T/known.csv"

run suggest --space "$T/s.yaml" --batch 40 --sample 3000 --threads 1; cp "$T/out" "$T/one"
[ $rc = 0 ] && [ "$(wc -l <"$T/out")" = 41 ] && head -n 1 "$T/out" | grep -q '^id,T \[K\],time \[h\],flux,A,B,C,yield expected'; check 'a batch from the space of the file, for its goal' $?
awk -F, 'function near(a, b) { return a - b < 1e-8 && b - a < 1e-8 } NR > 1 { n++; if (!near($5 + $6 + $7, 1) || $2 - 100 * $3 > 600 + 1e-6 || $6 < 2 * $7 - 1e-8 || $2 < 300 || $2 > 900 || $7 < 0 ||
  $7 > 0.5 || $3 * 2 != int($3 * 2) || ($4 != "none" && $4 != "rosin")) { print; bad = 1 } } END { exit bad || n != 40 }' "$T/out"; check 'every condition holds' $?
run suggest --space "$T/s.yaml" --batch 40 --sample 3000 --threads 2; cmp -s "$T/out" "$T/one"; check 'the same for 1 and 2 threads' $?
[ "$(cut -d, -f1 "$T/one" | sort -u | wc -l)" = 41 ]; check 'an id for each' $?
for i in $(seq 12); do run suggest --space "$T/s.yaml" --sample 1500 --seed "$i" --quiet; sed -n 2p "$T/out" | cut -d, -f2-7 | yields >>"$T/known.csv"; done
awk -F, 'NR > 1 && $7 > best { best = $7 } END { print "    best of 6 and 12:", best; exit !(best > 9) }' "$T/known.csv"; check 'twelve experiments come near the best' $?

# A loop, other results, units, a window; all points of a small space.
run tell "$T/l.h5" "$T/known.csv" --target yield --maximize; run suggest --space "$T/s.yaml" --loop "$T/l.h5" --take --batch 2 --sample 500
id=$(sed -n 2p "$T/out" | cut -d, -f1); printf 'id,yield\n%s,9.5\n' "$id" >"$T/r.csv"; run tell "$T/l.h5" "$T/r.csv"; { [ $rc = 0 ] && [ -n "$id" ]; }; check 'a loop, told by the id' $?
sed '1s/T \[K\]/T [degC]/' "$T/known.csv" | awk -F, -v OFS=, 'NR > 1 { $1 -= 273.15 } 1' >"$T/warm.csv"
run suggest --space "$T/s.yaml" --tell "$T/warm.csv" --target yield --window 5..6 --sample 500; { [ $rc = 0 ] && err 'is converted to K' && err 'lie in the window'; }; check 'results in another unit, a window' $?
printf 'space:\n  columns: {a: [1, 2, 3], b: 0..4 step 1, w: [x, y]}\n  couple: ["a + b <= 4"]\n' >"$T/small.yaml"
run suggest --space "$T/small.yaml" --target y --maximize --batch 100; { [ $rc = 0 ] && [ "$(wc -l <"$T/out")" = 19 ] && err '18 candidates drawn'; }; check 'all points of a small space, each once' $?

printf 'space:\n  columns: {A: 0..1, B: 0..1, C: 0..1, D: 0..1, E: 0..1, F: 0..1, G: 0..1, H: 0..1}\n  couple: ["A + B + C + D + E + F + G + H = 1"]\n' >"$T/eight.yaml"
run suggest --space "$T/eight.yaml" --target y --maximize --acquisition random --batch 400 --sample 400
awk -F, 'NR > 1 { most = 0; for (i = 2; i <= 9; i++) if ($i > most) most = $i; all += most > 0.9; even += most < 0.35 } END { exit !(all > 10 && even > 50) }' "$T/out"
check 'of eight that add up to 1 both corners and the middle are drawn' $?

refused() { sed "$2" "$T/s.yaml" >"$T/b.yaml"; run suggest --space "$T/b.yaml"; { [ $rc = "$3" ] && err "$4"; }; check "$1" $?; }
refused 'no such column in a condition' 's/>= 2 C/>= 2 Q/' 2 "couple: .*no column.*'B >= 2 Q'"
refused 'a condition on words' 's/B >= 2 C/flux >= 1/' 2 'a column of words'
refused 'no condition' 's/B >= 2 C/B > 2 C/' 2 'no >=, <= or ='
refused 'a range that goes down' 's/300..900/900..300/' 2 'a range goes up'
refused 'numbers and words' 's/none, rosin/none, 3/' 2 'numbers and words in one column'
refused 'a slip of the pen' 's/couple/coupel/' 2 "did you mean 'couple'"
refused 'conditions that nothing meets' 's/A + B + C = 1/A + B + C = 4/' 5 'that meets its conditions'
refused 'no goal' '/require/d' 2 'does not say what is wanted'
run space count "$T/s.yaml"; { [ $rc = 2 ] && err "s.yaml:1: .*of settings, which 'cupel suggest --space' takes"; }; check 'other verbs say who takes it' $?

# A signal while candidates are drawn: looked at at once, and not by the alarm after ten seconds.
: >"$T/err"; env --default-signal=TERM "$C" suggest --space "$T/eight.yaml" --target y --maximize --sample 10000000 -o "$T/x.csv" >"$T/out" 2>"$T/err" </dev/null & pid=$!
for ((i = 0; i < 1500; i++)); do grep -q thread "$T/err" && break; kill -0 $pid 2>/dev/null || break; sleep 0.02; done
kill -TERM $pid; wait $pid; rc=$?
{ [ $rc = 1 ] && err 'stopped while candidates were drawn; nothing was written' && [ ! -e "$T/x.csv" ] && [ -z "$(find "$T" -name '.*.tmp*')" ]; }; check 'a signal ends the drawing of candidates' $?
# Where a mixture leaves no choice an end is taken as it is: A = 1, B = 0, C = 0, not 1e-9.
printf 'A,B,C,y\n1,0,0,9\n0.8,0.1,0.1,7\n0.6,0.3,0.1,5\n0.7,0,0.3,6\n0.5,0.4,0.1,4\n' >"$T/mix.csv"
printf 'space:\n  columns: {A: 0..1, B: 0..1, C: 0..0.3}\n  couple: ["A + B + C = 1"]\ndata: {file: mix.csv}\nrequire: [{property: y, goal: maximise}]\n' >"$T/mix.yaml"
"$C" suggest --space "$T/mix.yaml" --batch 40 --sample 2000 --again -q >"$T/out" 2>"$T/err"; rc=$?
{ [ $rc = 0 ] && [ "$(awk -F, 'NR > 1 && (($2 + $3 + $4 - 1) ^ 2 > 1e-28 || $2 ~ /e-/ || $3 ~ /e-/ || $4 ~ /e-/)' "$T/out" | wc -l)" = 0 ] && [ "$(wc -l <"$T/out")" -gt 20 ]; }
check 'a mixture adds up to the last digit' $?
exit $bad
