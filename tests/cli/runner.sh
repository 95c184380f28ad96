#!/usr/bin/env bash
# tests/run itself, on a folder of small tests: several at once, lines in order, counts, logs of failures, a test that wants to be alone, a time limit.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; sed 's/^/    | /' "$T/out"; fi; }
mkdir -p "$T/t/cli" "$T/b/tests" "$T/beside"; cp "$CUPEL_ROOT/tests/run" "$T/t/run"; : >"$T/b/cupel"; export B=$T/beside
script() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1"; chmod +x "$1"; }
# a and b wait for each other: they pass together only
script "$T/t/cli/a.sh" ': >$B/a; for i in {1..200}; do [ -e $B/b ] && break; sleep 0.05; done; [ -e $B/b ] && echo "ok a"; echo "skip x: because"; sleep 0.3; : >$TMPDIR/same; rm $B/a'
script "$T/t/cli/b.sh" ': >$B/b; for i in {1..200}; do [ -e $B/a ] && break; sleep 0.05; done; [ -e $B/a ] && echo "ok b"; [ -e $TMPDIR/same ] || echo "ok own"; : >$TMPDIR/same'
script "$T/t/cli/c.sh" '# alone: it says so
echo "ok c"; [ -e $B/d ] && [ ! -e $B/running ] && echo "ok alone"'
script "$T/t/cli/d.sh" ': >$B/running; trap "echo ok interrupt" INT; kill -INT $$; : >$B/d; sleep 0.2; rm $B/running'
chmod -x "$T/t/cli/b.sh" # is run all the same
script "$T/b/tests/test_x" 'echo "[       OK ] x"'
echo '/* what it tests */' >"$T/t/test_x.c"
run() { ( unset CUPEL_SANITIZED; cd "$T" && t/run b >out 2>&1 ); rc=$?; }
export CUPEL_TEST_JOBS=2
run; [ $rc = 0 ] && [ "$(tail -n 1 "$T/out")" = '7 passed, 0 failed, 1 skipped' ]; check 'two at once, the last alone, each with its own TMPDIR' $?
[ "$(awk '/passed .* s$/ { printf "%s ", $1 }' "$T/out")" = 'test_x a.sh b.sh d.sh c.sh ' ] && grep -qx '    skip x: because' "$T/out"; check 'a line for each, in order' $?
CUPEL_TEST_JOBS=1; rm "$T"/beside/*; sed -i 's/{1..200}/1/' "$T"/t/cli/[ab].sh; run
[ $rc = 0 ] && [ "$(tail -n 1 "$T/out")" = '5 passed, 0 failed, 1 skipped' ]; check 'one after another, where a and b miss each other' $?
CUPEL_TEST_JOBS=2; rm "$T"/t/cli/[abcd].sh
script "$T/t/cli/e.sh" 'echo "not ok what it is about"'
script "$T/t/cli/f.sh" 'echo "ok f"; exit 3'
script "$T/t/cli/g.sh" 'sleep 30; echo "ok g"'
begin=$SECONDS; CUPEL_TEST_TIMEOUT=1 run
[ $rc = 1 ] && [ $((SECONDS - begin)) -lt 20 ] && grep -qx 'failed: e.sh f.sh g.sh' "$T/out" && grep -qx '    not ok what it is about' "$T/out" && [ "$(tail -n 1 "$T/out")" = '2 passed, 3 failed, 0 skipped' ]
check 'a failure, an exit code and a time that is over are failures' $?
exit $bad
