#!/usr/bin/env bash
# Every n-th write made to fail (fault_io.c, preloaded), for each verb that writes: exit code 7 on a full disk and 1 on a broken one, a message that
# names the file, nothing or the old file under the final name, no temporary file, no crash. Then real limits: ulimit -f and /dev/full.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
ENOSPC=28; EIO=5; most=16; sanitized=${CUPEL_SANITIZED:-}
[ -n "$sanitized" ] && most=5
export ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}"
${CC:-cc} -O1 -shared -fPIC "$CUPEL_ROOT/tests/cli/fault_io.c" -o "$T/fault_io.so" -ldl || { no 'fault_io.c compiles'; exit 1; }

cd "$T" || exit 1
head -n 60 "$CUPEL_ROOT/datasets/examples/gaps-solar.csv" >t.csv
{ cat t.csv; for i in 1 2 3 4 5 6 7 8; do tail -n +2 t.csv; done; } >long.csv
cat >d.yaml <<Y
demand: a small enumerated space
data: {file: t.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: stoichiometry, settings: {lambda: 1}}
space: {charge_neutral: {elements: [Na, Mg, Zn, Ga, S, Se, O], max_elements: 3, max_amount: 4, states: icsd24}}
require:
  - {property: band gap, min: 1 eV, max: 4 eV}
keep: 10
Y
"$CUPEL" train t.csv --target 'band gap' --features stoichiometry --model ridge --set lambda=1 -o m.h5 2>err || no 'a model'
"$CUPEL" predict m.h5 t.csv -o p.csv 2>err || no 'predictions'
for i in 1 2; do "$CUPEL" screen d.yaml --shard $i/2 -o part$i.h5 2>err || no "part $i"; done
"$CUPEL" run d.yaml -o R >out 2>err || no 'a run'

run_at() { # run_at N ERRNO STICKY COMMAND...: with the N-th operation failing
  FAULT_AT=$1 FAULT_ERRNO=$2 FAULT_STICKY=$3 FAULT_COUNT=$T/count LD_PRELOAD=$T/fault_io.so "${@:4}" >"$T/out" 2>"$T/err" </dev/null
}

# A page has the seconds of its run in it: whole ones differ.
whole() { cmp -s "$1" "$T/good" || { [ "${loose:-}" ] && tail -n 1 "$1" | grep -q '</html>$'; }; }

# writes NAME FINAL COMMAND...: FINAL is what the command leaves under its name; the words of the message hold it.
writes() {
  local name=$1 final=$2 rc n total step wrong=0 tried=0 old word errno sticky; shift 2
  word=${final##*/}
  rm -rf "$final"; run_at 0 0 0 "$@" || { no "$name: without a failure"; return; }
  total=$(cat "$T/count"); step=$(((total + most - 1) / most)); [ $step -ge 1 ] || step=1
  cp "$final" "$T/good"; echo 'the old file' >"$T/old"
  for ((n = 1; n <= total; n += step)); do
    for errno in $ENOSPC $EIO; do
      sticky=$(((n / step + errno) % 2)); old=$(((n / step) % 2)); tried=$((tried + 1))
      rm -f "$final"; [ $old = 1 ] && cp "$T/old" "$final"
      run_at $n $errno $sticky "$@"; rc=$?
      if [ $rc = 0 ]; then # what failed was the sync of a folder, which some file systems refuse
        cmp -s "$final" "$T/good" || [ "${loose:-}" ] || { wrong=1; echo "    operation $n of $total, errno $errno: exit 0 and another output"; }
      elif [ $rc -ne 1 ] && [ $rc -ne 7 ] || { [ $errno = $ENOSPC ] && [ $rc -ne 7 ]; }; then
        wrong=1; echo "    operation $n of $total, errno $errno: exit $rc"
      elif ! grep -q -- "$word" "$T/err"; then
        [ "${anyfile:-}" ] && grep -q "'.*'" "$T/err" || { wrong=1; echo "    operation $n of $total, errno $errno: no '$word' in: $(tail -n 1 "$T/err")"; }
      fi
      # the record is written when the result is there
      if [ $rc -ne 0 ] && [ -e "$final" ] && ! cmp -s "$final" "$T/old" && ! { { [ "${anyfile:-}" ] || grep -q "$word.run.json" "$T/err"; } && whole "$final"; }; then
        wrong=1; echo "    operation $n of $total, errno $errno: a damaged file under the final name"
      fi
      if [ -n "$(find "$T" -name '.*.tmp*')" ]; then wrong=1; echo "    operation $n of $total, errno $errno: left $(find "$T" -name '.*.tmp*')"; find "$T" -name '.*.tmp*' -delete; fi
    done
  done
  [ $wrong = 0 ] && [ $tried -gt 1 ] && ok "$name: each of $total operations fails ($tried runs)" || no "$name: each of $total operations fails"
  rm -f "$final"*.checkpoint
}

writes 'describe to CSV' x.csv "$CUPEL" describe long.csv --formula formula --set magpie -o x.csv
writes 'describe to HDF5' x.h5 "$CUPEL" describe long.csv --formula formula --set magpie -o x.h5
writes 'train' y.h5 "$CUPEL" train t.csv --target 'band gap' --features stoichiometry --model ridge --set lambda=1 -o y.h5
writes 'predict to CSV' x.csv "$CUPEL" predict m.h5 t.csv -o x.csv
writes 'predict to HDF5' x.h5 "$CUPEL" predict m.h5 t.csv -o x.h5
writes 'evaluate --predictions' x.csv "$CUPEL" evaluate t.csv --target 'band gap' --features stoichiometry --model ridge --set lambda=1 --predictions x.csv
writes 'screen' x.csv "$CUPEL" screen d.yaml -o x.csv
writes 'screen --shard' x.h5 "$CUPEL" screen d.yaml --shard 1/2 -o x.h5
writes 'merge to CSV' x.csv "$CUPEL" merge part1.h5 part2.h5 -o x.csv
writes 'merge to HDF5' x.h5 "$CUPEL" merge part1.h5 part2.h5 -o x.h5
writes 'rank' x.csv "$CUPEL" rank p.csv d.yaml -o x.csv
writes 'space list' x.csv "$CUPEL" space list d.yaml -o x.csv
writes 'generate a surface' x.stl "$CUPEL" generate gyroid:fraction=0.3,seed=1 --grid 16 -o x.stl
writes 'report' R/report.html "$CUPEL" report R
mkdir R2; anyfile=1 loose=1 writes 'run' R2/report.html "$CUPEL" run d.yaml -o R2

# ---- a real limit on the size of a file
# The thread sanitizer writes to a file of its own before main: there alone the signal is ignored from outside.
limited() { # limited NAME BLOCKS FINAL COMMAND...
  local name=$1 blocks=$2 final=$3 rc; shift 3
  rm -f "$final"; ([ -z "$sanitized" ] || trap '' XFSZ; ulimit -f "$blocks"; exec "$@" 2>&1 >/dev/null) </dev/null | cat >"$T/err"; rc=${PIPESTATUS[0]}
  [ $rc = 7 ] && grep -q -- "$final" "$T/err" && [ ! -e "$final" ] && [ -z "$(find "$T" -name '.*.tmp*')" ] && ok "ulimit -f $blocks: $name" ||
    { echo "    exit $rc $(find "$T" -name "*tmp*")"; no "ulimit -f $blocks: $name"; }
}
for blocks in 0 1 3 16 64; do
  limited 'describe to CSV' $blocks x.csv "$CUPEL" describe long.csv --formula formula --set magpie -o x.csv
  limited 'describe to HDF5' $blocks x.h5 "$CUPEL" describe long.csv --formula formula --set magpie -o x.h5
done
for blocks in 0 1 3 8; do limited 'train' $blocks x.h5 "$CUPEL" train t.csv --target 'band gap' --features stoichiometry --model ridge --set lambda=1 -o x.h5; done
limited 'screen' 0 x.csv "$CUPEL" screen d.yaml -o x.csv

# ---- a design whose files do not fit, when the search is over: its verdict is said, and --resume writes them
cat >g.yaml <<'Y'
demand: a test
scale: microstructure
phases:
  - {name: a, k: 1}
  - {name: b, k: 10}
require:
  - {property: conductivity, component: 11, min: 2, max: 3}
  - {property: volume fraction, phase: b, min: 0.2, max: 0.4}
grid: 24
budget: 60 solves
Y
(ulimit -f 60; trap '' XFSZ; exec "$CUPEL" design g.yaml -o G) >"$T/out" 2>"$T/err" </dev/null; rc=$?
[ $rc = 7 ] && grep -q '^design 1 ' "$T/out" && grep -q 'its outcome is said.*--resume writes it' "$T/err" && ok 'a design whose files do not fit is said' || { echo "    exit $rc"; no 'a design whose files do not fit is said'; }
"$CUPEL" design g.yaml -o G --resume >"$T/again" 2>"$T/err"; rc=$?
[ $rc -le 5 ] && [ -s G/run.json ] && [ "$(grep '^  [pf]a' "$T/out")" = "$(grep '^  [pf]a' "$T/again")" ] && ok 'and resumed' || no 'and resumed'

# ---- a device that is full
full() { # full NAME COMMAND...
  local name=$1 rc; shift
  "$@" >/dev/full 2>"$T/err" </dev/null; rc=$?
  [ $rc = 7 ] && [ -s "$T/err" ] && ok "full: $name" || { echo "    exit $rc"; no "full: $name"; }
}
if [ -w /dev/full ]; then
  full 'describe -o -' "$CUPEL" describe t.csv --formula formula -o -
  full 'describe -o /dev/full' "$CUPEL" describe t.csv --formula formula -o /dev/full
  full 'predict -o -' "$CUPEL" predict m.h5 t.csv -o -
  full 'screen -o -' "$CUPEL" screen d.yaml -o -
  full 'evaluate' "$CUPEL" evaluate t.csv --target 'band gap' --features stoichiometry --model ridge --set lambda=1
  full 'space list' "$CUPEL" space list d.yaml
  for v in version help methods 'cite svr' 'formula NaCl' 'inspect m.h5' 'demand check d.yaml' 'space count d.yaml'; do full "$v" "$CUPEL" $v; done
else
  echo 'skip /dev/full: it is not there'
fi
exit $bad
