#!/usr/bin/env bash
# A screen in many parts: what a part says of itself, shards of any size, models kept between runs, rows of a list that will fail.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
exits() { # exits NAME CODE WORDS COMMAND...: that exit code, the words on stderr
  local name=$1 code=$2 words=$3 rc; shift 3
  "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?
  if [ $rc = "$code" ] && grep -q -- "$words" "$T/err"; then ok "$name"; else echo "    exit $rc, expected $code with '$words'"; no "$name"; fi
}
same() { if cmp -s "$2" "$3"; then ok "$1"; else no "$1"; fi; }
holds() { # holds NAME EXPRESSION: over j, the JSON in $T/out
  if perl -MJSON::PP -e 'local $/; my $j = decode_json(<STDIN>); exit !eval($ARGV[0])' "$2" <"$T/out" 2>"$T/err"; then ok "$1"; else no "$1"; fi
}
data="$CUPEL_ROOT/datasets/examples/gaps-solar.csv"
cat >"$T/d.yaml" <<Y
demand: a small enumerated space
data: {file: $data, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie, settings: {lambda: 0.1}}
space: {charge_neutral: {elements: [Na, K, Mg, Zn, Ga, In, Sn, Pb, Sb, S, Se, O], max_elements: 3, max_amount: 4}}
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
  - {elements: forbidden, list: [Pb]}
  - {price: {max: 60 USD/kg}}
keep: 40
Y
"$CUPEL" screen "$T/d.yaml" -o "$T/whole.csv" 2>"$T/err" || no 'a screen'

# ---- a part says what became of its candidates
for n in 1 5 40; do
  rm -f "$T"/p*.h5
  for ((i = 1; i <= n; i++)); do "$CUPEL" screen "$T/d.yaml" --models "$T/models" --shard $i/$n -o "$T/p$i.h5" 2>"$T/err" || no "shard $i/$n"; done
  "$CUPEL" merge "$T"/p*.h5 -o "$T/x.csv" 2>"$T/err"; same "$n shards with kept models give the same bytes" "$T/whole.csv" "$T/x.csv"
done
"$CUPEL" merge "$T"/p*.h5 -o "$T/x.h5" 2>"$T/err"; "$CUPEL" screen "$T/d.yaml" -o "$T/y.h5" 2>"$T/err"; same 'the artifact of 40 shards too' "$T/y.h5" "$T/x.h5"
grep -q "rejected: never listed: forbidden Pb" "$T/err" && ok 'what is never listed stands in the funnel' || no 'what is never listed stands in the funnel'
free=$(sed '/forbidden/d' "$T/d.yaml" >"$T/free.yaml"; "$CUPEL" space count "$T/free.yaml" --format json | grep -o '"count": [0-9]*' | cut -d' ' -f2)
"$CUPEL" inspect "$T/x.h5" --format json >"$T/out"
holds 'what is never listed is counted' "keys %{\$j->{never_listed}} == 1 && \$j->{never_listed}{'forbidden Pb'} == $free - \$j->{candidates} && $free > \$j->{candidates}"
"$CUPEL" inspect "$T/p17.h5" --format json >"$T/out" 2>"$T/err"
holds 'inspect of a shard' '$j->{kind} eq "shard" && $j->{shard} == 17 && $j->{shards} == 40 && 0 < $j->{candidates} && $j->{candidates} < $j->{candidates_of_the_space}'
holds 'inspect of a shard: what was rejected' '$j->{candidates} == $j->{described} + ($j->{rejected}{price} // 0) && $j->{kept} <= $j->{predicted}'
sum=0; for ((i = 1; i <= 40; i++)); do sum=$((sum + $("$CUPEL" inspect "$T/p$i.h5" --format json | grep -o '"candidates": [0-9]*' | cut -d' ' -f2))); done
whole=$("$CUPEL" space count "$T/d.yaml" --format json | grep -o '"count": [0-9]*' | cut -d' ' -f2)
[ "$sum" = "$whole" ] && ok 'candidates of all shards are those of the space' || { echo "    $sum, $whole"; no 'candidates of all shards'; }
"$CUPEL" screen "$T/d.yaml" -o "$T/x.h5" 2>"$T/err"; "$CUPEL" inspect "$T/x.h5" --format json >"$T/out" 2>"$T/err"
holds 'inspect of a whole ranking' "\$j->{kind} eq 'ranking' && \$j->{candidates} == $whole && \$j->{rejected}{price} > 0 && \$j->{candidates} == \$j->{described} + \$j->{rejected}{price}"
mkdir "$T/thin"
sed -i 's/max_amount: 4/max_amount: 1/; s/max_elements: 3/max_elements: 2/' "$T/d.yaml"; n=60
"$CUPEL" screen "$T/d.yaml" -o "$T/few.csv" 2>"$T/err"
for ((i = 1; i <= n; i++)); do "$CUPEL" screen "$T/d.yaml" --models "$T/models" --shard $i/$n -o "$T/thin/p$i.h5" 2>"$T/err" || no "shard $i/$n"; done
"$CUPEL" merge "$T"/thin/p*.h5 -o "$T/x.csv" 2>"$T/err"; same 'more shards than candidates' "$T/few.csv" "$T/x.csv"

# ---- models that are kept
mkdir "$T/kept"; cp "$data" "$T/table.csv"; sed "s|$data|table.csv|" "$T/d.yaml" >"$T/own.yaml"
exits 'train only' 0 'training ridge' "$CUPEL" screen "$T/own.yaml" --models "$T/kept" --train-only
ls "$T"/kept/model-*-1.h5 >/dev/null 2>&1 && ok 'the model is kept' || no 'the model is kept'
exits 'a kept model is taken' 0 'taking the model of band gap' "$CUPEL" screen "$T/own.yaml" --models "$T/kept" -o "$T/x.csv"
same 'and gives the same bytes' "$T/few.csv" "$T/x.csv"
echo 'InN,0.7' >>"$T/table.csv"
exits 'a kept model of a table that changed' 4 'before that file changed' "$CUPEL" screen "$T/own.yaml" --models "$T/kept" -o "$T/x.csv"
exits 'train only without a place' 2 'needs --models' "$CUPEL" screen "$T/own.yaml" --train-only

# ---- rows of a list that will fail
printf 'formula\nGaAs\nXx2O3\nNaN\nHeO\nPbHe\nGa2Se3\nFe2O3.5H2O\n' >"$T/list.csv"
sed -e 's|^space:.*|space: {list: list.csv, formula: formula}|' -e '/price/d' "$T/d.yaml" >"$T/list.yaml"
"$CUPEL" screen "$T/list.yaml" --estimate --format json >"$T/out" 2>"$T/err"
holds 'the estimate names the rows that will fail' 'join(" ", map { "$_->{line} $_->{reason}" } @{$j->{failing_rows}}) eq "3 bad_formula 4 missing_formula 5 no_element_data 8 ambiguous_formula" && $j->{failing} == 4'
"$CUPEL" screen "$T/list.yaml" --estimate >"$T/out" 2>"$T/err"
grep -q "4 rows will fail" "$T/out" && grep -q "list.csv:3: bad_formula: 'Xx2O3' at byte 1" "$T/out" && ok 'in words too' || no 'in words too'
"$CUPEL" screen "$T/d.yaml" --estimate --format json >"$T/out" 2>"$T/err"; holds 'an enumeration has no such rows' '!exists $j->{failing} && $j->{candidates} > 0'

# ---- more than one rank without MPI, and a job script
if [ ! -e "$(dirname "$CUPEL")/cupel-mpi.so" ]; then
  exits 'ranks of mpirun without MPI' 1 '4 ranks were started' env OMPI_COMM_WORLD_SIZE=4 "$CUPEL" screen "$T/d.yaml" -o "$T/x.csv"
  exits 'ranks of PMI without MPI' 1 'make MPI=1' env PMI_SIZE=2 "$CUPEL" screen "$T/d.yaml" -o "$T/x.csv"
  exits 'tasks of srun without MPI' 1 'SLURM_NTASKS' env SLURM_NTASKS=3 SLURM_STEP_ID=0 SLURM_PROCID=1 "$CUPEL" screen "$T/d.yaml" -o "$T/x.csv"
fi
exits 'tasks that a job asked for are no ranks' 0 'candidates in' env SLURM_NTASKS=3 "$CUPEL" screen "$T/d.yaml" -o "$T/x.csv"
exits 'a rank with a shard of its own' 0 'candidates in' env OMPI_COMM_WORLD_SIZE=4 "$CUPEL" screen "$T/d.yaml" --shard 2/4 -o "$T/x.h5"
"$CUPEL" screen "$T/d.yaml" -o "$T/o'f.csv" --slurm 7 >"$T/jobs.sh" 2>"$T/err"
bash -n "$T/jobs.sh" 2>"$T/err" && grep -q -- '--array=1-7' "$T/jobs.sh" && grep -q 'dependency=afterok' "$T/jobs.sh" && ok 'a script of jobs' || no 'a script of jobs'
exits 'no parts' 2 'expected 1 to' "$CUPEL" screen "$T/d.yaml" --slurm 0
exits 'jobs and a shard' 2 'leave --shard out' "$CUPEL" screen "$T/d.yaml" --slurm 5 --shard 1/5 -o "$T/x.h5"
exit $bad
