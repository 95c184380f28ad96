#!/usr/bin/env bash
# suggest as a user or a robot calls it.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
err() { grep -q -- "$1" "$T/err"; }
out() { grep -q -- "$1" "$T/out"; }
# A hill over two inputs, with its top at a = 7, b = 3.
awk 'BEGIN { print "id,a,b"; for (a = 0; a <= 10; a++) for (b = 0; b <= 10; b++) print "p" a "_" b "," a "," b }' >"$T/pool.csv"
awk 'BEGIN { print "a,b,height [mm]"; n = split("0 0 10 0 0 10 10 10 5 5 2 8 8 2 9 9", x, " "); for (i = 1; i < n; i += 2) print x[i] "," x[i + 1] "," 100 - (x[i] - 7) ^ 2 - 2 * (x[i + 1] - 3) ^ 2 }' >"$T/known.csv"
s() { run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --maximize "$@"; }

s --format json; { [ $rc = 0 ] && out '"id": "p[0-9]*_[0-9]*"' && out '"height expected \[mm\]"' && out '"expected_gain"' && [ "$(head -c 1 "$T/out")" = '[' ]; }; check 'JSON: a list of candidates' $?
cp "$T/known.csv" "$T/start.csv"; found=1
for i in $(seq 12); do # of 113: by chance one in nine would come so far
  s; tail -n 1 "$T/out" | awk -F, '{ print $2 "," $3 "," 100 - ($2 - 7) ^ 2 - 2 * ($3 - 3) ^ 2 }' >>"$T/known.csv"
  if grep -qx '7,3,100' "$T/known.csv"; then found=0; break; fi
done
check "the top of the hill in $i experiments" $found; mv "$T/start.csv" "$T/known.csv"
s --batch 8 --threads 1; cp "$T/out" "$T/one"; s --batch 8 --threads 2; { [ $rc = 0 ] && cmp -s "$T/out" "$T/one" && [ "$(wc -l <"$T/out")" = 9 ]; }; check 'the same for 1 and 2 threads' $?
[ "$(cut -d, -f1 "$T/out" | sort -u | wc -l)" = 9 ]; check 'a batch of different candidates' $?
! grep -qE '^p(5_5|2_8|8_2|9_9|0_0|10_0|0_10|10_10),' "$T/out"; check 'none that was measured' $?
s --batch 3 -o "$T/next.jsonl"; { [ $rc = 0 ] && [ "$(wc -l <"$T/next.jsonl")" = 3 ] && [ ! -s "$T/out" ]; }; check '-o FILE' $?
for a in ei log-ei ucb thompson pi random; do s --acquisition $a --batch 2; { [ $rc = 0 ] && [ "$(wc -l <"$T/out")" = 3 ]; }; check "--acquisition $a" $?; done
run suggest --pool "$T/pool.csv" --target height --maximize --batch 3; { [ $rc = 0 ] && err 'no model yet'; }; check 'nothing known yet: candidates that fill the space' $?

# When to stop: the rule is in the output.
s --enough 90 --format json; { [ $rc = 0 ] && out '"stop": true' && out '"stop_reason": "a result of 9[0-9]* is enough (90)"' && err 'as good as the 90 that is enough: time to stop'; }; check 'a result that is enough' $?
s --enough 99.5 --format json; { [ $rc = 0 ] && out '"stop": false'; }; check 'none is yet' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --minimize --enough -800 --format json; { [ $rc = 0 ] && out '"stop": false'; }; check 'nor downwards' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --window 80..90 --enough 85; { [ $rc = 2 ] && err 'of one goal that is to be small or large'; }; check 'enough is for a direction' $?
s --format json; { out '"stop": false' && out '"stop_below": [0-9]' && err 'expected to gain'; }; check 'not yet' $?
awk 'BEGIN { print "a,b,height [mm]"; for (a = 0; a <= 10; a++) for (b = 0; b <= 10; b++) if (a + b < 20) print a "," b "," 100 - (a - 7) ^ 2 - 2 * (b - 3) ^ 2 }' >"$T/most.csv"
run suggest --pool "$T/pool.csv" --tell "$T/most.csv" --target height --maximize --format json
{ [ $rc = 0 ] && out '"stop": true' && err 'a tenth of the noise or a thousandth of the range' && awk -F'[:,]' '/"expected_gain"/ { g = $2 } /"stop_below"/ { exit !($2 > g) }' "$T/out"; }; check 'time to stop' $?
printf 'a,b\n10,10\n' >"$T/one.csv"; grep -v '^0,0,' "$T/most.csv" >"$T/left.csv"
run suggest --pool "$T/pool.csv" --tell "$T/left.csv" --pending "$T/one.csv" --target height --maximize --enough 99 --format json
{ [ $rc = 0 ] && out '"stop": true' && err 'enough: time to stop' && ! err 'whether to stop is said'; }; check 'a result that is enough waits for none under way' $?
awk 'BEGIN { print "a,b,height [mm]"; for (a = 0; a <= 10; a += 2) for (b = 0; b <= 10; b += 2) { n++; v = sin(12.9898 * n * n) * 43758.5453; print a "," b "," v - int(v) } }' >"$T/noise.csv"
run suggest --pool "$T/pool.csv" --tell "$T/noise.csv" --target height --maximize --format json; { [ $rc = 0 ] && err 'picked by chance' && out '"stop": false'; }; check 'results that do not follow the inputs' $?

# When to stop with several goals: a share of the dominated volume, in text and JSON.
awk -F, 'NR == 1 { print $0 ",cost" } NR > 1 { print $0 "," ($1 - 2) ^ 2 + ($2 - 8) ^ 2 }' "$T/most.csv" >"$T/both.csv"; sed -n '1p; 2~13p' "$T/both.csv" >"$T/few.csv"
t() { run suggest --pool "$T/pool.csv" --tell "$T/$1.csv" --target height:max --target cost:min --batch 3 --format json; }
t few; { [ $rc = 0 ] && out '"stop": false' && out '"stop_below": 0.002' && out '"stop_reason": "the expected gain of 0.[0-9]* is not below 0.002"' && err 'expected to add at most [0-9.]* % to the volume'; }; check 'two goals: not yet' $?
grep -v '^6,[56],\|^5,5,' "$T/both.csv" >"$T/nearly.csv"; t nearly; { [ $rc = 0 ] && out '"stop": true' && out '"stop_reason": "no pick is expected to gain 0.002 of the dominated volume"' && err 'less than 0.2 %, time to stop'; }; check 'two goals: time to stop' $?
# One of them follows nothing: deviations as large as the errors of results left out say that there may be more.
awk -F, 'NR > 1 { v = sin(12.9898 * NR * NR) * 43758.5453; $4 = v - int(v) } { print $1 "," $2 "," $3 "," $4 }' "$T/nearly.csv" >"$T/chance.csv"; t chance; { [ $rc = 0 ] && out '"stop": false'; }; check 'two goals, one of them by chance: no stop' $?

# What is strange about the results is said, and an absurd best is no end.
awk 'BEGIN { print "a,b,height [mm]"; for (a = 0; a < 10; a++) print a ",2," 50 + a; print "3,2,53"; print "4,2,58"; print "5,2,"; print "6.5,2.5,52"; print "1,1,9e9" }' >"$T/odd.csv"
run suggest --pool "$T/pool.csv" --tell "$T/odd.csv" --target height --maximize --format json
{ [ $rc = 0 ] && err "odd.csv:16: 'height' is 9e+09, far from the other results (1.[0-9e+]* times the median" && out '"stop": false' && err 'the best result is far from all others (.*odd.csv, line 16)'; }; check 'a value far from all others' $?
err '1 row of the results is another with the same inputs and values, the first .*odd.csv:12 that of line 5'; check 'a copy' $?
err "2 rows of the results repeat an experiment; the furthest apart: 'height' 54 (.*odd.csv:6) and 58 (.*odd.csv:13); repeats teach"; check 'repeats that differ' $?
run suggest --pool "$T/pool.csv" --tell "$T/odd.csv" --target height --maximize --enough 58 --format json
{ [ $rc = 0 ] && out '"stop": true' && err 'a result of 5[89] is as good as the 58 that is enough: time to stop' && ! err 'stop stays false' && err 'far from the other results'; }; check 'another that is enough is' $?
err '1 experiment both failed and succeeded, the first at .*odd.csv:14 and .*odd.csv:7'; check 'failed and measured' $?
err '1 of 15 results is of no candidate'; check 'a result of no candidate' $?
sed '$d' "$T/odd.csv" >"$T/even.csv"; run suggest --pool "$T/pool.csv" --tell "$T/even.csv" --target height --maximize; { [ $rc = 0 ] && ! err 'far from'; }; check 'nothing to doubt' $?
sed 's/^4,2,58/4,2,20/' "$T/even.csv" >"$T/apart.csv"; run suggest --pool "$T/pool.csv" --tell "$T/apart.csv" --target height --maximize; { [ $rc = 0 ] && err 'warning: .*furthest apart.*more than half of the range'; }; check 'a conflict' $?
echo '1,1,9.1e9' >>"$T/odd.csv"; run suggest --pool "$T/pool.csv" --tell "$T/odd.csv" --target height --maximize; { [ $rc = 0 ] && ! err 'far from'; }; check 'measured again it is no slip' $?

# Failures, what is under way, cost.
awk -F, 'NR == 1 { print } NR > 1 { print $1 "," $2 "," ($1 > 6 ? "" : $3) }' "$T/known.csv" >"$T/failed.csv"
run suggest --pool "$T/pool.csv" --tell "$T/failed.csv" --target height --maximize --format json; { [ $rc = 0 ] && err '4 failed' && ! out '"id": "p\(8\|9\|10\)_'; }; check 'failures teach where not to go' $?
awk -F, 'NR == 1 { print $0 ",failed" } NR > 1 { print $1 "," $2 "," ($1 > 6 ? "" : $3) "," ($1 > 8 ? "yes" : "no") }' "$T/known.csv" >"$T/mixed.csv"
run suggest --pool "$T/pool.csv" --tell "$T/mixed.csv" --target height --maximize; { [ $rc = 0 ] && err '3 failed, 1 under way'; }; check 'a column of failures' $?
s; pick=$(sed -n 2p "$T/out" | cut -d, -f1); { echo a,b; sed -n 2p "$T/out" | cut -d, -f2,3; } >"$T/pending.csv"
s --pending "$T/pending.csv"; { [ $rc = 0 ] && ! grep -q "^$pick," "$T/out"; }; check 'what is under way is not asked again' $?
awk -F, -v p="$pick" 'NR == 1 { print $0 ",price" } NR > 1 { print $0 "," ($1 == p ? 1000000 : 1) }' "$T/pool.csv" >"$T/priced.csv"
run suggest --pool "$T/priced.csv" --tell "$T/known.csv" --target height --maximize --cost price; { [ $rc = 0 ] && ! grep -q "^$pick," "$T/out"; }; check 'a dear candidate is left' $?
awk -F, 'NR == 1 { print $0 ",weight" } NR > 1 { print $0 "," $1 + $2 }' "$T/known.csv" >"$T/two.csv"
run suggest --pool "$T/pool.csv" --tell "$T/two.csv" --target height:max --target weight:min --batch 3 --format json; { [ $rc = 0 ] && out '"weight expected"' && err 'best so far height 9[0-9.]*, weight 0, each by itself; [1-9][0-9]* of 8 results make the front'; }; check 'two goals' $?

awk -F, 'NR == 4 { print $1 "," $2 "," $3 ","; next } { print }' "$T/two.csv" >"$T/partly.csv"; run suggest --pool "$T/pool.csv" --tell "$T/partly.csv" --target height:max --target weight:min
{ [ $rc = 0 ] && err '0 failed, 1 under way' && err 'some of the goals'; }; check 'some of the goals: under way' $?
awk -F, 'NR == 1 { print "a,b,price" } NR > 1 { print $2 "," $3 "," 1.5 * NR }' "$T/pool.csv" >"$T/nameless.csv"; run suggest --pool "$T/nameless.csv" --tell "$T/known.csv" --target height --maximize --cost price
{ [ $rc = 0 ] && out '^id,a,b,price,'; }; check 'a price is no name' $?
run suggest --pool "$T/nameless.csv" --tell "$T/known.csv" --target height --maximize; { [ $rc = 0 ] && out '^id,a,b,price,'; }; check 'nor where it is not said to be the cost' $?

run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --window 60..80 --batch 4
{ [ $rc = 0 ] && err 'lie in the window' && awk -F, 'NR > 1 { h = 100 - ($2 - 7) ^ 2 - 2 * ($3 - 3) ^ 2; n += h > 50 && h < 90 } END { exit !(n >= 3) }' "$T/out"; }; check 'a window' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --window 80..60; [ $rc = 2 ]; check 'a window upside down' $?

printf '1,2,3\n4,5,6\n' >"$T/headless.csv"; run suggest --pool "$T/headless.csv" --tell "$T/known.csv" --target height --maximize; { [ $rc = 3 ] && err 'names of the columns were expected'; }; check 'a table without a header' $?
awk -F, 'NR == 1 { print $0 ",weight" } NR > 1 { print $0 "," $2 + $3 }' "$T/pool.csv" >"$T/given.csv"; run suggest --pool "$T/given.csv" --tell "$T/two.csv" --target height:max --target weight:min; { [ $rc = 0 ] && err "'weight' of .* states a goal"; }; check 'a goal in the pool is said' $?
run suggest --pool "$T/pool.csv" --loop "$T/none.h5"; { [ $rc = 3 ] && err 'begins a loop'; }; check 'no loop yet' $?
# Words and formulas.
printf 'id,solvent,t\n1,water,10\n2,water,20\n3,ethanol,10\n4,ethanol,20\n5,hexane,10\n' >"$T/words.csv"; printf 'solvent,t,y\nwater,15,1\nethanol,15,5\nhexane,15,2\n' >"$T/wk.csv"
run suggest --pool "$T/words.csv" --tell "$T/wk.csv" --target y --maximize; { [ $rc = 0 ] && grep -q '^[34],ethanol' "$T/out"; }; check 'words are inputs' $?
printf 'formula\nPbTe\nPbSe\nSnTe\nBi2Te3\nSb2Te3\nBi2Se3\nNaCl\n' >"$T/f.csv"; printf 'formula,zt\nPbS,0.4\nGeTe,0.8\nBi2S3,0.3\nKCl,0.01\nNaBr,0.01\n' >"$T/fk.csv"
run suggest --pool "$T/f.csv" --tell "$T/fk.csv" --target zt --maximize; { [ $rc = 0 ] && ! out NaCl; }; check 'formulas are inputs' $?
awk -F, 'NR == 1 { print "id,formula,a" } NR > 1 { print NR "," $1 "," NR }' "$T/f.csv" >"$T/fi.csv"; sed '1s/$/,a/; 2,$s/$/,3/' "$T/fk.csv" >"$T/fki.csv"
run suggest --pool "$T/fi.csv" --tell "$T/fki.csv" --target zt --maximize --batch 2; [ $rc = 0 ]; check 'formulas and numbers together' $?
printf '{"a": 1, "b": 2, "y": 3}\n{"a": 2, "b": 1, "y": 4}\n' >"$T/k.jsonl"
run suggest --pool "$T/pool.csv" --tell "$T/k.jsonl" --target y --minimize; [ $rc = 0 ]; check 'tables of JSON lines' $?

# From the space of a demand.
cat >"$T/d.yaml" <<E
demand: alloys
scale: composition
data: {file: fe.csv, target: "hardness [HV]", property: hardness, unit: HV}
model: {name: ridge, features: magpie}
space: {ranges: {Fe: 0.5..1, Ni: 0..0.5, Cr: 0..0.3}, step: 0.05}
require:
  - {property: hardness, goal: maximise}
  - {elements: forbidden, list: [Pb]}
E
printf 'formula,hardness [HV]\nFe0.9Ni0.1,150\nFe0.8Ni0.2,170\nFe0.7Ni0.3,160\nFe0.8Cr0.2,210\nFe0.7Ni0.1Cr0.2,240\nFe,100\n' >"$T/fe.csv"
run suggest --space "$T/d.yaml" --batch 8 -o "$T/next.csv"; { [ $rc = 0 ] && head -n 1 "$T/next.csv" | grep -q '^id,formula,hardness expected \[HV\]' && [ "$(wc -l <"$T/next.csv")" = 9 ]; }; check '--space: goal and results of the demand' $?
! grep -qE ',(FeNi0.1|Fe9Ni|Fe|Fe4Cr|Cr0.2Fe0.8),' "$T/next.csv"; check 'none that was measured' $?
sed -i 's/goal: maximise/min: 180 HV, max: 200 HV/' "$T/d.yaml"; run suggest --space "$T/d.yaml" --batch 2; { [ $rc = 0 ] && err 'lie in the window'; }; check '--space: a window of the demand' $?
run suggest --space "$T/d.yaml" --tell "$T/fe.csv" --target hardness --minimize --sample 20; { [ $rc = 0 ] && err '20 of'; }; check '--space with results and a goal of its own' $?
run suggest --space "$T/d.yaml" --pool "$T/pool.csv" --target height --maximize; [ $rc = 2 ]; check 'a pool and a space' $?

# What is wrong is said.
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height; { [ $rc = 2 ] && err 'small or large'; }; check 'no direction' $?
s --minimize; [ $rc = 2 ]; check 'both directions' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target hight --maximize; { [ $rc = 3 ] && err height; }; check 'a goal that is not there' $?
s --acquisition best; { [ $rc = 2 ] && err thompson; }; check 'an acquisition that is not there' $?
s --batch 0; [ $rc = 2 ]; check 'a batch of none' $?
sed '3s/.*/p0_1,,1/' "$T/pool.csv" >"$T/gap.csv"; run suggest --pool "$T/gap.csv" --tell "$T/known.csv" --target height --maximize; { [ $rc = 3 ] && err 'gap.csv:3'; }; check 'an empty input has a place' $?
sed '3s/[^,]*$/high/' "$T/known.csv" >"$T/word.csv"; run suggest --pool "$T/pool.csv" --tell "$T/word.csv" --target height --maximize; { [ $rc = 3 ] && err 'word.csv:3'; }; check 'a goal that is no number has a place' $?
cut -d, -f1,2 "$T/known.csv" >"$T/tried.csv"; { echo id,a,b; sed 1d "$T/tried.csv" | awk '{ print NR "," $0 }'; } >"$T/none.csv"
run suggest --pool "$T/none.csv" --tell "$T/known.csv" --target height --maximize; { [ $rc = 5 ] && err -- --again; }; check 'no candidate left' $?
run suggest --pool "$T/none.csv" --tell "$T/known.csv" --target height --maximize --again; [ $rc = 0 ]; check '--again' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --maximize --columns a,c; { [ $rc = 3 ] && err "'c'"; }; check 'an input that is not there' $?
p() { run suggest --pool "$T/$1" --tell "$T/$2" --target height --maximize; }
printf 'id,a,b\n1,1e99,1\n2,-1e99,2\n' >"$T/wide.csv"; p wide.csv known.csv; [ $rc = 0 ]; check 'large numbers' $?
printf 'id,a,b\n1,1,1\n2,-1e300,2\n' >"$T/huge.csv"; p huge.csv known.csv; { [ $rc = 3 ] && err "huge.csv:3: 'a' is '-1e300'" && err 'beyond 1e+100'; }; check 'a number beyond 1e100' $?
sed '3s/[^,]*$/1e300/' "$T/known.csv" >"$T/hugek.csv"; p pool.csv hugek.csv; { [ $rc = 3 ] && err 'hugek.csv:3'; }; check 'in a goal too' $?
sed '5s/,0,/,room,/' "$T/pool.csv" >"$T/slip.csv"; grep -n room "$T/slip.csv" >/dev/null || sed '5s/[^,]*$/room/' "$T/pool.csv" >"$T/slip.csv"
p slip.csv known.csv; { [ $rc = 3 ] && err 'slip.csv:5' && err "'room'" && err 'expected a number'; }; check 'a word among the numbers of a pool' $?
sed '3s/^[^,]*/"0,35"/' "$T/known.csv" >"$T/comma.csv"; p pool.csv comma.csv; { [ $rc = 3 ] && err 'comma.csv:3' && err 'decimal point: 0.35'; }; check 'a decimal comma in the results' $?
printf 'id,T [degC]\n1,20\n2,-300\n' >"$T/cold.csv"; printf 'T [K],height\n300,1\n310,2\n320,3\n' >"$T/warm.csv"; p cold.csv warm.csv; { [ $rc = 3 ] && err 'cold.csv:3' && err 'absolute zero'; }; check 'below absolute zero' $?
printf 'id,T change [K]\n1,20\n2,-300\n' >"$T/cold.csv"; printf 'T change [K],height\n30,1\n-31,2\n32,3\n' >"$T/warm.csv"; p cold.csv warm.csv; [ $rc = 0 ]; check 'a difference of temperatures' $?
printf 'grade,height\n304,1\n316L,2\n7075,3\n' >"$T/grade.csv"; printf 'id,grade\n1,304\n2,316L\n3,6061\n4,2024\n' >"$T/grades.csv"; p grades.csv grade.csv; { [ $rc = 0 ] && err 'taken as a word'; }; check 'words that look like numbers are said' $?
printf 'id,T [K],T [degC]\n1,300,20\n' >"$T/both.csv"; p both.csv known.csv; { [ $rc = 3 ] && err 'one quantity in two units'; }; check 'one quantity in two units' $?
sed 's/yes$/maybe/' "$T/mixed.csv" >"$T/maybe.csv"; p pool.csv maybe.csv; { [ $rc = 3 ] && err 'maybe.csv:' && err 'expected yes'; }; check 'neither yes nor no' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height:max --minimize; { [ $rc = 2 ] && err contradicts; }; check 'two directions for one goal' $?
run suggest --pool "$T/pool.csv" --tell "$T/known.csv" --target height --window 60..80 --maximize; { [ $rc = 2 ] && err window; }; check 'a window and a direction' $?
run replay "$T/known.csv" --target height --maximize --start 100; { [ $rc = 2 ] && err -- '--start 100'; }; check 'replay: a longer beginning than the table' $?
run methods acquisition; { [ $rc = 0 ] && out thompson; }; check 'methods lists acquisitions' $?
# A goal that the pool states is taken as it is, beside one that is a question; in the unit of the results. A column that says nothing is named.
printf 'x,cost [USD],y,Faild\n1.5,12,1,no\n2.5,7,2,no\n4,40,3,no\n5,22,3.5,no\n6,17,3,no\n7,9,2,no\n' >"$T/kc.csv"; printf 'id,x,cost [USD]\na,1,10\nb,2,20\nc,3,5\nd,8,1\ne,9,30\n' >"$T/pc.csv"
run suggest --pool "$T/pc.csv" --tell "$T/kc.csv" --target y:max --target cost:min --batch 3; awk -F, 'NR > 1 { n++; bad += $3 != $6 || $7 != 0 } END { exit !(n == 3 && !bad) }' "$T/out"
{ [ $? = 0 ] && [ $rc = 0 ] && err "'cost \[USD\]' of .* states a goal"; }; check 'a goal that the pool states is known' $?
err "'Faild' (did you mean 'failed'?) is not an input"; check 'a column of the results that says nothing is named' $?
sed '1!s/,\([0-9]*\)$/,/' "$T/pc.csv" >"$T/pe.csv"; run suggest --pool "$T/pe.csv" --tell "$T/kc.csv" --target y:max --target cost:min --batch 2; { [ $rc = 0 ] && err 'what stands there is not used'; }; check 'a goal that it leaves empty is expected' $?
run suggest --pool "$T/pc.csv" --tell "$T/kc.csv" --target cost --minimize; { [ $rc = 0 ] && err 'what stands there is not used'; }; check 'the only goal is a question' $?
# Picks outside of what the results know.
printf 'id,solvent,t\n1,toluene,10\n2,ether,9000\n3,ether,12\n' >"$T/far.csv"; printf 'solvent,t,y\nwater,15,1\nether,15,5\nwater,10,2\nether,11,4\nwater,13,1.5\nether,13,4.5\n' >"$T/near.csv"
run suggest --pool "$T/far.csv" --tell "$T/near.csv" --target y --maximize --batch 3
{ [ $rc = 0 ] && err "'solvent' 'toluene', which no result has" && err "'t' '9000', far outside" && out '^1,.*,0,the expected' && out '^2,.*,0,the expected' && out '^3,.*,1,the expected' && head -n 1 "$T/out" | grep -q ',in_domain,stop_reason$'; }; check 'far from the results' $?
run suggest --pool "$T/far.csv" --tell "$T/near.csv" --target y --maximize --batch 3 --format json; { out '"in_domain": false' && out '"in_domain": true'; }; check 'in JSON too' $?
# Without repeats the noise is not known, and stop does not rest on it: a flat goal with noise of 15, 12 results, one candidate left.
awk 'BEGIN { print "a,y"; split("9 -14 3 17 -8 -19 12 6 -3 15 -11 2", e, " "); for (a = 0; a < 12; a++) print a "," 300 + 40 * a / 12 + e[a + 1] }' >"$T/nk.csv"; printf 'id,a\n1,7.05\n' >"$T/np.csv"
run suggest --pool "$T/np.csv" --tell "$T/nk.csv" --target y --maximize; { [ $rc = 0 ] && err 'noise of a measurement near it not known without repeats' && err 'no time to stop yet' && out ',0,[0-9.]*,1,with deviations'; }; check 'no stop by a noise that is not known' $?
run suggest --pool "$T/np.csv" --tell "$T/nk.csv" --target y --maximize --enough 340; { [ $rc = 0 ] && err 'enough: time to stop' && ! err 'no time to stop yet'; }; check 'but by a result that is enough' $?
sed '1s/$/,z/; 2,$s/^\([0-9]*\).*/&,\1/' "$T/nk.csv" >"$T/nk2.csv"; run suggest --pool "$T/np.csv" --tell "$T/nk2.csv" --target y:max --target z:min
{ [ $rc = 0 ] && err 'no time to stop yet: with deviations as large as the errors of results left out, a pick would add 2.2 %' && out ',0,0.002,1,with deviations as large'; }; check 'of two goals neither' $?
exit $bad
