#!/usr/bin/env bash
# run, demand check and report on a demand for microstructures: the table, the ranking, the page; threads and kills do not change a byte.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
n=16; grid=16
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; sed 's/^/    /' "$T/err" | head -n 5; fi; }
tables='samples.csv samples.h5 ranking.csv result.h5 demand.yaml'
same() { for f in $tables; do cmp -s "$1/$f" "$2/$f" || return 1; done; }

demand() { # name, asked
    cat >"$T/$1.yaml" <<Y
demand: a <b>spreader</b> & "tests"
scale: microstructure
phases:
  - {name: resin, k: 0.2 W/(m K), density: 1.2 g/cm^3}
  - {name: filler, k: 4 W/(m K), density: 3 g/cm^3}
space: {generator: gyroid, fraction: 0.2..0.5, stretch3: 1..1.6, seed: 1}
require:
  - {property: conductivity, component: 33, $2}
  - {property: conductivity, target: [[~, ~, ~], [~, ~, ~], [~, ~, 1.0 W/(m K)]], within: 20 %}
  - {property: density, goal: minimise}
grid: $grid
sample: $n
candidates: 3000
verify: 1
keep: 8
level: 0.8
Y
}

demand a 'min: 0.9 W/(m K)'
"$C" demand check "$T/a.yaml" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && grep -q 'Looked for in: gyroid, fraction 0.2 to 0.5, stretch3 1 to 1.6' "$T/out"; }
check 'demand check says the space' $?
"$C" run "$T/a.yaml" -o "$T/A" --threads 2 >"$T/out" 2>"$T/err"; { [ $? = 0 ] && grep -q "$n structures solved, 3000 predicted" "$T/out"; }
check 'run' $?
[ -s "$T/A/report.html" ] || exit 1
[ ! -e "$T/A/samples.checkpoint" ]; check 'nothing is left of the checkpoint' $?
[ "$(wc -l <"$T/A/samples.csv")" = $((n + 1)) ]; check 'a row for each sample' $?
head -1 "$T/A/ranking.csv" | grep -q 'rank,recipe,meets,probability,conductivity 33 \[W/(m K)\],conductivity 33 lower .*,verified conductivity 33 .*,conductivity 33 error .*,conductivity 33 met'
check 'columns of the ranking' $?
awk -F'"' 'NR == 2 { split($3, f, ","); exit !(f[2] == "yes") }' "$T/A/ranking.csv"; check 'the first meets the demand' $?
recipe=$(awk -F'"' 'NR == 2 { print $2 }' "$T/A/ranking.csv")
"$C" generate "$recipe" --grid 12 -o "$T/v.npy" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ -s "$T/v.npy" ]; }
check 'a recipe of the ranking is one for generate' $?
awk -F'"' 'NR > 1 { split($3, f, ","); split($2, p, /[=,]/); if (f[4] < f[5] || f[4] > f[6]) exit 1 }' "$T/A/ranking.csv"
check 'predictions lie in their intervals' $?
page() { grep -qF -- "$1" "$T/A/report.html"; }
{ page 'id=best' && page 'id=ranking' && page 'id=maps' && page 'id=trust' && page 'id=methods' && page 'id=lineage' && page 'data:image/png;base64,' && page 'sha256:' && page '10.1137/070710359'; }
check 'all sections of the page' $?
{ page 'a &lt;b&gt;spreader&lt;/b&gt; &amp; &quot;tests&quot;' && ! page '<b>spreader'; }; check 'text of files is escaped' $?
! grep -Eq '<script|<link|<iframe|@import|url\(|(src|href)="?http[^"]*\.(js|css|png)' "$T/A/report.html"; check 'nothing is loaded' $?
grep -q '"candidates_per_second"' "$T/A/run.json"; check 'the account' $?
cp "$T/A/report.html" "$T/page"; "$C" report "$T/A" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ ! -s "$T/out" ] && grep -q 'id=maps' "$T/A/report.html"; }
check 'report writes it again' $?

"$C" run "$T/a.yaml" -o "$T/B" --threads 1 >"$T/out" 2>"$T/err"; same "$T/A" "$T/B"; check 'one thread or two: the same bytes' $?

# Ended while the sample is solved, politely and not, and gone on with.
signals='TERM KILL'; [ -n "${CUPEL_SANITIZED:-}" ] && signals=TERM
for signal in $signals; do
    rm -rf "$T/K"; "$C" run "$T/a.yaml" -o "$T/K" --threads 1 >"$T/out" 2>"$T/err" & pid=$!
    for _ in $(seq 400); do [ "$(find "$T/K/samples.checkpoint" -name '[0-9]*.h5' 2>/dev/null | wc -l)" -ge 2 ] && break; sleep 0.02; done
    kill -$signal $pid 2>/dev/null; wait $pid 2>/dev/null; code=$?
    [ $signal = TERM ] && { [ $code = 6 ] && grep -q -- '--resume' "$T/err"; check 'SIGTERM ends with exit 6 and says how to go on' $?; }
    "$C" run "$T/a.yaml" -o "$T/K" --threads 2 --resume >"$T/out" 2>"$T/err"; { [ $? = 0 ] && same "$T/A" "$T/K"; }
    check "SIG$signal and --resume: the same bytes" $?
    ! grep -q "\"sample_solved_here\": $n,"  "$T/K/run.json"; check "what was solved is not solved again after SIG$signal" $?
done
rm -rf "$T/K"; "$C" run "$T/a.yaml" -o "$T/K" --threads 1 >"$T/out" 2>"$T/err" & pid=$!
for _ in $(seq 400); do [ -s "$T/K/samples.checkpoint/000000.h5" ] && break; sleep 0.02; done
kill -KILL $pid; wait $pid 2>/dev/null
sed 's/k: 4 W/k: 5 W/' "$T/a.yaml" >"$T/other.yaml"; "$C" run "$T/other.yaml" -o "$T/K" --resume >"$T/out" 2>"$T/err"; { [ $? = 4 ] && grep -q 'another demand' "$T/err"; }
check 'a checkpoint of other phases: exit 4' $?

demand c 'min: 50 W/(m K)'
"$C" run "$T/c.yaml" -o "$T/X" >"$T/out" 2>"$T/err"; { [ $? = 5 ] && [ -s "$T/X/report.html" ] && grep -q 'nearest' "$T/err"; }
check 'what cannot be had: exit 5, all files there' $?
grep -v '^space' "$T/a.yaml" >"$T/d.yaml"; "$C" run "$T/d.yaml" -o "$T/D" >"$T/out" 2>"$T/err"; { [ $? = 2 ] && grep -q 'space: {generator' "$T/err" && [ ! -e "$T/D" ]; }
check 'no space: exit 2 and how to write one' $?
"$C" screen "$T/a.yaml" -o "$T/x.csv" >"$T/out" 2>"$T/err"; { [ $? = 2 ] && grep -q "cupel run" "$T/err"; }; check 'screen names the way' $?
"$C" inspect "$T/A/samples.h5" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && grep -q 'microstructures' "$T/out"; }; check 'inspect reads the table' $?
sed 's/seed: 1}/seed: 2}/' "$T/A/demand.yaml" >"$T/B/demand.yaml"; "$C" report "$T/B" >"$T/out" 2>"$T/err"; [ $? = 4 ]
check 'a report on tables of another demand: exit 4' $?
head -c 3000 "$T/A/samples.h5" >"$T/A/cut"; mv "$T/A/cut" "$T/A/samples.h5"; "$C" report "$T/A" >"$T/out" 2>"$T/err"; [ $? = 4 ]
check 'a cut table: exit 4' $?
exit $bad
