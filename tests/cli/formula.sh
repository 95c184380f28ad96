#!/usr/bin/env bash
# cupel formula: readings, refusals with a caret, formats, stdin, exit codes, time.
set -u
C=${CUPEL:-build/cupel}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
ms=0; . "$(dirname "$0")/cpu.inc"
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; fi; }
run() { "$C" formula "$@" >"$T/out" 2>"$T/err"; rc=$?; }

run 'CuSO4·5H2O' --format json
tr -d ' \n' <"$T/out" >"$T/flat"
{ [ $rc = 0 ] && grep -q '"amounts":{"Cu":1,"S":1,"O":9,"H":10}' "$T/flat" && grep -q '"n_atoms":21,' "$T/flat" && grep -q '"chemical_system":"Cu-H-O-S"' "$T/flat"; }
check 'one formula is one object' $?
run H2O D2O --format json
{ [ $rc = 0 ] && [ "$(head -c 1 "$T/out")" = '[' ] && [ "$(grep -c '"input"' "$T/out")" = 2 ] && grep -q '"deuterium": 2' "$T/out"; }
check 'several are an array' $?
run KBiS2
grep -qx '  oxidation states K+1 Bi+3 S-2' "$T/out"; check 'oxidation states' $?
run Fe3O4 'SO4^2-' KBi2SeS4 --format csv
grep -q '^Fe3O4,.*,,$' "$T/out" && grep -q '^SO4^2-,.*,S+6 O-2,$' "$T/out" && grep -q '^KBi2SeS4,.*,K+1 Bi+3 Se+1 S-2 (rare),$' "$T/out"
check 'oxidation states: none, of a charge, rare' $?
run 'Xx2O3'
{ [ $rc = 3 ] && [ ! -s "$T/out" ] && grep -q "no element 'Xx'" "$T/err" && grep -qx '  Xx2O3' "$T/err" && grep -qx '  ^' "$T/err"; }
check 'a bad formula: exit 3, reason, caret' $?
run 'Fe₂Xy'
{ [ $rc = 3 ] && grep -qx '     ^' "$T/err"; }; check 'the caret counts characters, not bytes' $?
run 'Fe2O3.5H2O'
{ [ $rc = 3 ] && grep -q 'ambiguous' "$T/err" && grep -q -- '--dot' "$T/err"; }; check 'two readings are refused' $?
run 'Fe2O3.5H2O' --dot hydrate --format csv
{ [ $rc = 0 ] && grep -q 'Fe2 O8 H10' "$T/out"; }; check '--dot hydrate' $?
run 'Fe2O3.5H2O' --dot decimal --format csv
{ [ $rc = 0 ] && grep -q 'Fe2 O4.5 H2' "$T/out"; }; check '--dot decimal' $?
run NaN
{ [ $rc = 3 ] && grep -q 'missing' "$T/err"; }; check 'NaN is missing, not Na + N' $?
printf 'H2O\nKCl\r\n\nQz\n' | "$C" formula - --format csv >"$T/out" 2>"$T/err"; rc=$?
{ [ $rc = 3 ] && [ "$(wc -l <"$T/out")" = 4 ] && grep -q '^KCl,KCl,K1 Cl1,Cl-K,2,2,' "$T/out" && grep -q '^Qz,.*bad_formula$' "$T/out" && grep -q '1 of 3' "$T/err"; }
check 'stdin, a row for each line, bad ones named' $?
run Fe --format yaml; { [ $rc = 2 ] && grep -q 'table' "$T/err"; }; check 'unknown format is a usage error' $?
run; [ $rc = 2 ]; check 'no formula is a usage error' $?
run "$(printf 'H%.0s' {1..5000})"; { [ $rc = 3 ] && grep -q '4,096' "$T/err"; }; check 'a very long text is refused' $?
run --help; { [ $rc = 0 ] && grep -q 'CuSO4' "$T/out"; }; check 'help' $?
if [ -z "${CUPEL_SANITIZED:-}" ]; then
  least_cpu 7 19 "$C" formula 'CuSO4·5H2O' >"$T/out"
  [ "$ms" -lt 20 ]; check "answers within 20 ms ($ms ms)" $?
fi
exit $bad
