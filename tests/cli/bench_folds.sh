#!/usr/bin/env bash
# benchmarks/files_auto keeps what it measures fold by fold and goes on at the next one: with a quick model in place of the automatic one.
set -u
C=${CUPEL:-build/cupel}; R=${CUPEL_ROOT:-.}; T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; sed 's/^/    | /' "$T/out"; fi; }
mkdir -p "$T/data/matbench-official"
awk -F, 'NR == 1 { print "composition,target,fold" } NR > 1 && NR % 4 == 0 { print $1 "," $2 "," NR / 4 % 5 }' "$R/datasets/examples/steels.csv" \
  >"$T/data/matbench-official/matbench_steels.csv"
cat >"$T/quick" <<END
#!/usr/bin/env bash
echo "\$*" >>"$T/asked"; [ -z "\${STOP:-}" ] || [ "\$(wc -l <"$T/asked")" -lt "\$STOP" ] || exit 1
arg=(); while [ \$# -gt 0 ]; do case \$1 in --budget) shift ;; auto) arg+=(ridge) ;; *) arg+=("\$1") ;; esac; shift; done
exec "$C" "\${arg[@]}"
END
chmod +x "$T/quick"
bench() { CUPEL=$T/quick CUPEL_SHARED=$T KEEP=$T/keep BUILD=this BUDGET=effort=1 TASKS=steels SEEDS=1 THREADS=1 "$@" "$R/benchmarks/files_auto" >"$T/out" 2>&1; }
kept() { cut -f 5 "$T/keep" | tail -n +2 | paste -sd' '; }

bench env STOP=3; [ "$(kept)" = '0 1' ]; check 'what a run that was ended had measured is kept, fold by fold' $?
: >"$T/asked"; bench env; [ "$(kept)" = '0 1 2 3 4' ] && [ "$(wc -l <"$T/asked")" = 3 ]; check 'and the next goes on at the next fold' $?
cp "$T/keep" "$T/before"; bench env; cmp -s "$T/keep" "$T/before"; check 'nothing is measured twice' $?
"$C" evaluate "$T/data/matbench-official/matbench_steels.csv" --formula composition --target target --folds fold --model ridge --threads 1 >"$T/all" 2>"$T/out"
awk -F'\t' -v all="$(awk '$1 == "mae" { print $2 }' "$T/all")" 'NR > 1 { s += $9 / 5 } END { exit !(all > 0 && (s - all) ^ 2 < 0.01) }' "$T/keep"
check 'the mean of folds measured one by one is that of all together' $?
bench env SEEDS=2 FOLDS='1 3'; grep -q 'over 2 seeds, standard' "$T/out" && [ "$(kept)" = '0 1 2 3 4 1 3' ]; check 'FOLDS chooses' $?
rm "$T/keep"; bench env FOLDS=4; grep -q 'over 1 seed, 1 of 5 folds' "$T/out"; check 'and that it is not all is said' $?
exit $bad
