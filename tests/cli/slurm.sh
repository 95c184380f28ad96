#!/usr/bin/env bash
# A screen as jobs of a real Slurm with one node: the same bytes as one run, also when a part is stopped and queued again.
set -u
here=${CUPEL_SHARED:-}/tools/slurm-here
command -v slurmctld >/dev/null && command -v munged >/dev/null && command -v sbatch >/dev/null || { echo 'skip jobs of Slurm: no Slurm here (Debian: slurm-wlm munge)'; exit 0; }
[ -r "$here" ] && [ "$(id -u)" = 0 ] && [ -z "${CUPEL_SANITIZED:-}" ] || { echo 'skip jobs of Slurm: needs root, a plain build, and slurm-here in CUPEL_SHARED/tools'; exit 0; }
T=$(mktemp -d); trap 'bash "$here" stop "$T/slurm" 2>/dev/null; sleep 1; rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; tail -n 4 "$T"/err "$T"/*.parts/*.log 2>/dev/null | sed 's/^/    /'; }
timeout 60 bash "$here" start "$T/slurm" >"$T/err" 2>&1 || { echo "skip jobs of Slurm: it does not start: $(tail -n 1 "$T/err")"; exit 0; }
export SLURM_CONF=$T/slurm/slurm.conf
until_there() { for ((k = 0; k < 4 * $2; k++)); do [ -e "$1" ] && return 0; sleep 0.25; done; return 1; }
demand() { # demand AMOUNT
  cat <<Y
demand: an enumerated space
data: {file: $CUPEL_ROOT/datasets/examples/gaps-solar.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: svr, features: magpie, settings: {C: 10, gamma: 0.01, epsilon: 0.1}}
space:
  charge_neutral:
    elements: [Li, Na, K, Mg, Ca, Sr, Ba, Cu, Ag, Zn, Al, Ga, In, Si, Ge, Sn, Sb, Bi, Ti, Zr, Nb, Mo, W, Mn, Fe, P, N, O, S, Se, Te, Cl, Br, I]
    max_elements: 4
    max_amount: $1
    states: icsd24
require:
  - {property: band gap, min: 1.1 eV, max: 1.6 eV}
keep: 40
Y
}
cd "$T" || exit 1
demand 1 >small.yaml; demand 3 >large.yaml

"$CUPEL" screen small.yaml -q -o one.csv 2>err || no 'one run'
"$CUPEL" screen small.yaml -q -o jobs.csv --slurm 6 >jobs.sh 2>err && bash jobs.sh >out 2>>err && ok 'jobs are taken' || no 'jobs are taken'
until_there jobs.csv 120 && cmp -s one.csv jobs.csv && ok 'six jobs give the bytes of one run' || no 'six jobs give the bytes of one run'
rm -f jobs.csv jobs.csv.parts/part-0000003.h5; touch -d '1 hour ago' jobs.csv.parts/*.h5
bash jobs.sh >out 2>err; until_there jobs.csv 120 && cmp -s one.csv jobs.csv && ok 'run again' || no 'run again'
[ "$(find jobs.csv.parts -name 'part-*.h5' -newermt '-30 minutes' | wc -l)" = 1 ] && ok 'it makes only what is missing' || no 'it makes only what is missing'

# As when a job of higher rank needs the node, or the time is over.
"$CUPEL" screen large.yaml -q -o one.csv 2>err || no 'one larger run'
"$CUPEL" screen large.yaml -q -o jobs.csv --slurm 2 >jobs.sh 2>err; rm -rf jobs.csv jobs.csv.parts; bash jobs.sh >out 2>err
array=$(sed 's/.*parts \([0-9]*\),.*/\1/' out)
until_there jobs.csv.parts/part-0000001.h5.checkpoint 60; scancel -b -s USR1 "${array}_1" 2>err
for ((k = 0; k < 80; k++)); do squeue -h -t PENDING -o %i | grep -qx "${array}_1" && break; sleep 0.25; done
grep -q 'interrupted at candidate' jobs.csv.parts/part-1.log && ok 'a part that is stopped leaves a checkpoint' || no 'a part that is stopped leaves a checkpoint'
[ "$k" -lt 80 ] && ok 'and is queued again' || no 'and is queued again'
scontrol update "jobid=${array}_1" StartTime=now 2>err # Slurm would wait for two minutes
until_there jobs.csv 180 && cmp -s one.csv jobs.csv && ok 'and the whole is the same bytes' || no 'and the whole is the same bytes'
grep -q 'resuming at candidate' jobs.csv.parts/part-1.log && ok 'it went on from there' || no 'it went on from there'
exit $bad
