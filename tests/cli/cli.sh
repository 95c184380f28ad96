#!/usr/bin/env bash
# The frame of the program: verbs, help, usage errors, streams that are closed or full, threads, signals, the BLAS loops, time to start.
set -u
ms=0; . "$(dirname "$0")/cpu.inc"
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" "$@" >"$T/out" 2>"$T/err" </dev/null; rc=$?; }
out() { grep -q -- "$1" "$T/out"; }
err() { grep -q -- "$1" "$T/err"; }

run; { [ $rc = 2 ] && [ ! -s "$T/out" ] && err "expected a verb"; }; check 'no verb: exit 2 and a reason' $?
run preddict; { [ $rc = 2 ] && err "did you mean 'predict'"; }; check 'an unknown verb gets a guess' $?
run help nothing; { [ $rc = 2 ] && err "unknown verb 'nothing'"; }; check 'help of an unknown verb' $?
run help; { [ $rc = 0 ] && out '^Exit codes' && [ ! -s "$T/err" ]; }; check 'help goes to stdout' $?
cp "$T/out" "$T/help"; run --help; cmp -s "$T/out" "$T/help"; check '--help is help' $?
run --version; { [ $rc = 0 ] && grep -Eqx 'cupel [0-9]+\.[0-9]+\.[0-9]+' "$T/out"; }; check '--version is one line' $?
run version --build; { [ $rc = 0 ] && out '^compiler' && out 'hdf5' && out 'openblas' && out '^flags' && out '^OpenBLAS loops'; }
check 'version --build' $?

verbs=$(awk '/^  [a-z]/ { print $1 }' "$T/help"); wrong=
for v in $verbs; do
  run help "$v"; { [ $rc = 0 ] && out "^usage: cupel $v" && out '^Common options'; } || wrong="$wrong $v"
  [ "$(awk '!/^  / && length > l { l = length } END { print l + 0 }' "$T/out")" -le 104 ] || [ "$(grep -c '^usage:' "$T/out")" = 1 ] || wrong="$wrong $v:wide"
  cp "$T/out" "$T/page"; run "$v" --help; { [ $rc = 0 ] && cmp -s "$T/out" "$T/page"; } || wrong="$wrong $v:--help"
  run "$v" --no-such-option; { [ $rc = 2 ] && err "cupel $v: unknown option '--no-such-option'"; } || wrong="$wrong $v:unknown"
done
[ -z "$wrong" ]; check "every verb has a page and refuses unknown options$wrong" $?
for v in run demand report describe train predict evaluate screen merge inspect formula methods cite version help; do
  grep -qx "$v" <<<"$verbs" || wrong="$wrong $v"
done
[ -z "$wrong" ]; check "the verbs of the road are there$wrong" $?

run train in.csv -o m.h5 --modle svr; { [ $rc = 2 ] && err 'did you mean --model?'; }; check 'an unknown option gets a guess' $?
run train in.csv; { [ $rc = 2 ] && err '--output FILE is missing' && err '^usage: cupel train'; }; check 'a missing option is named with the usage' $?
run describe in.csv -o x.csv --threads 0; { [ $rc = 2 ] && err '1 to 1024'; }; check '--threads 0 is refused' $?
run describe in.csv -o x.csv --isa sse9; { [ $rc = 2 ] && err 'auto|plain|avx2|avx512'; }; check 'an unknown instruction set is refused' $?

run methods; { [ $rc = 0 ] && out '^learner' && out '^  magpie' && out '^  svr' && out '^  charge_neutral' && out '^  price'; }; check 'methods' $?
run methods svr; { [ $rc = 0 ] && out 'parameter C' && out 'doi.org'; }; check 'one method with its parameters' $?
run methods --format csv; { [ $rc = 0 ] && head -n 1 "$T/out" | grep -qx 'name,kind,scale,maturity,input,output,help,references'; }
check 'methods as csv' $?
run methods --format json; { [ $rc = 0 ] && out '"name": "svr"' && out '"parameters": \['; }; check 'methods as json' $?
run methods mgapie; { [ $rc = 2 ] && err "did you mean 'magpie'"; }; check 'an unknown method gets a guess' $?
run cite svr magpie; { [ $rc = 0 ] && out 'doi.org/10.1007/BF00994018' && out 'npjcompumats'; }; check 'cite' $?
run cite svr magpie --format bibtex
{ [ $rc = 0 ] && [ "$(grep -c '^@' "$T/out")" -ge 3 ] && [ "$(grep -c '^}' "$T/out")" = "$(grep -c '^@' "$T/out")" ]; }
check 'cite as BibTeX' $?

"$C" methods >/dev/full 2>"$T/err"; rc=$?; { [ $rc = 7 ] && err 'No space left'; }; check 'results to a full disk: exit 7' $?
"$C" methods >&- 2>"$T/err"; rc=$?; { [ $rc = 1 ] && err 'stdout'; }; check 'results to a closed stdout: exit 1' $?
{ sleep 0.1; "$C" methods 2>"$T/err"; echo $? >"$T/rc"; } | true; { [ "$(cat "$T/rc")" = 1 ] && err 'Broken pipe'; }
check 'results to nobody: exit 1' $?
"$C" formula - <&- >"$T/out" 2>"$T/err"; [ $? != 0 ]; check 'a closed stdin is no empty table' $?
"$C" help >"$T/out" 2>&-; check 'a closed stderr does no harm' $?

printf 'formula\nNaCl\n"Fe\033[31mO"\n' >"$T/escape.csv"
run describe "$T/escape.csv" -o "$T/x.csv"; { [ $rc = 0 ] && err "'Fe?\[31mO'" && ! err "$(printf '\033')"; }
check 'what a table holds does not steer the terminal' $?

printf 'formula\nFe2O3\n' >"$T/in.csv"
for v in 'describe FILE' 'train FILE' 'predict m.h5 FILE' 'predict FILE new.csv' 'rank p.csv FILE' 'merge a.h5 FILE'; do
  cp "$T/in.csv" "$T/own.csv"; ln -sf own.csv "$T/link.csv"
  # shellcheck disable=SC2086  # a verb and its arguments
  run ${v/FILE/$T/own.csv} -o "$T/link.csv"; { [ $rc = 2 ] && err 'is also the input' && cmp -s "$T/in.csv" "$T/own.csv"; }
  check "an output does not replace its input: $v" $?
done
OMP_NUM_THREADS=1 "$C" describe "$T/in.csv" -o - >"$T/out" 2>"$T/err"; { [ $? = 0 ] && err '1 thread (OMP_NUM_THREADS)'; }
check 'threads and where they come from are said' $?
SLURM_CPUS_PER_TASK=1 "$C" describe "$T/in.csv" -o - --threads 2 >"$T/out2" 2>"$T/err"; { [ $? = 0 ] && err '2 threads (--threads)' && cmp -s "$T/out" "$T/out2"; }
check '--threads goes first' $?
"$C" describe "$T/in.csv" -o - --quiet >"$T/out2" 2>"$T/err"; { [ $? = 0 ] && [ ! -s "$T/err" ] && cmp -s "$T/out" "$T/out2"; }; check '--quiet' $?

if grep -qw avx2 /proc/cpuinfo; then
  OPENBLAS_CORETYPE=Haswell "$C" version --build >"$T/out" 2>&1; out '^OpenBLAS loops *Haswell'; check 'OPENBLAS_CORETYPE of the user stays' $?
else
  echo 'skip OPENBLAS_CORETYPE of the user stays: this processor has no AVX2'
fi

# A reader that never writes: the work cannot look whether it is to stop, so a second interrupt ends it. (A shell's background work ignores SIGINT.)
mkfifo "$T/fifo"; sleep 30 >"$T/fifo" & holder=$!
: >"$T/err"; perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$C" describe "$T/fifo" --table-format csv -o "$T/never.csv" >"$T/out" 2>"$T/err" & worker=$!
while [ ! -s "$T/err" ] && kill -0 $worker 2>/dev/null; do sleep 0.05; done # it says how many threads it takes once it heeds signals
for _ in $(seq 200); do kill -INT $worker 2>/dev/null || break; sleep 0.1; done; wait $worker; rc=$? # two that come together are one
kill $holder; wait $holder 2>/dev/null
{ [ $rc = 1 ] && [ -z "$(find "$T" -name '*never*')" ] && err 'stopped by a signal'; }
check 'a second interrupt ends it at once: exit 1, no output' $?

if [ -n "${CUPEL_SANITIZED:-}" ]; then
  echo 'skip time to start: a sanitizer build'
else
  for v in version help 'formula Fe2O3' methods; do
    # shellcheck disable=SC2086  # a verb and its argument
    least_cpu 10 20 "$C" $v >/dev/null 2>&1 </dev/null; [ "$ms" -le 20 ]; check "$v answers within 20 ms (found $ms)" $?
  done
  least_cpu 10 50 "$C" train "$T/absent.csv" -o "$T/m.h5" >/dev/null 2>&1 </dev/null
  [ "$ms" -le 50 ]; check "train starts its work within 50 ms (found $ms)" $?
fi
# An output never takes the place of an input or of another output.
printf 'formula,y\nFe,1\nNi,2\nCu,3\nCo,4\nZn,5\nTi,6\n' >"$T/mine.csv"; cp "$T/mine.csv" "$T/own.csv"
train="train $T/own.csv --target y --features stoichiometry --model ridge"
for v in "$train -o $T/x.h5 --doubts $T/own.csv" "$train -o $T/x.h5 --record $T/own.csv" "$train -o $T/x.h5 --doubts $T/x.h5" "$train -o $T/x.h5 --record $T/x.h5" \
  "$train --transfer $T/own.csv --transfer-target y -o $T/own.csv" "suggest --pool $T/own.csv --tell $T/in.csv --target y --maximize -o $T/own.csv" \
  "suggest --pool $T/in.csv --tell $T/own.csv --target y --maximize -o $T/own.csv" "suggest --pool $T/in.csv --loop $T/own.csv -o $T/own.csv" \
  "tell $T/own.csv $T/in.csv --record $T/own.csv"; do
  run $v; [ $rc = 2 ] && cmp -s "$T/mine.csv" "$T/own.csv" && [ ! -e "$T/x.h5" ]; check "refused: ${v//"$T"\//}" $?
done
exit $bad
