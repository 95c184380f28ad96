#!/usr/bin/env bash
# cupel predict --quantiles: columns that never cross, the same in a dialogue, and what is refused.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; tail -n 4 "$T/err" | sed 's/^/    /'; }
awk 'BEGIN { srand(5); print "a,b,strength [MPa],brittle"; for (i = 0; i < 120; i++) { a = rand(); b = rand(); print a "," b "," 100 + 50 * a + 20 * b * rand() "," (a > 0.5) } }' >"$T/t.csv"

"$CUPEL" train "$T/t.csv" --features none --columns a,b --target 'strength [MPa]' --model extra_trees --set trees=30,columns=1,leaf=3,median=1 -o "$T/m.h5" 2>"$T/err" &&
  "$CUPEL" predict "$T/m.h5" "$T/t.csv" --quantiles 0.1,0.5,0.9 -o "$T/p.csv" 2>"$T/err" &&
  head -n 1 "$T/p.csv" | grep -q 'strength quantile 0.1 \[MPa\],strength quantile 0.5 \[MPa\],strength quantile 0.9 \[MPa\]' &&
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /quantile/) c[++n] = i; next }
           { rows++; for (k = 2; k <= n; k++) if ($c[k] < $c[k - 1]) crossed++; wide += $c[3] - $c[1] }
           END { exit !(n == 3 && rows == 120 && !crossed && wide > 120) }' "$T/p.csv" && ok columns || no columns

line=$(sed -n 2p "$T/p.csv" | awk -F, '{ print $(NF - 4) "," $(NF - 3) "," $(NF - 2) }')
sed -n 2p "$T/t.csv" | awk -F, '{ printf "{\"a\": %s, \"b\": %s}\n", $1, $2 }' | "$CUPEL" predict "$T/m.h5" - -o - --format jsonl --quantiles 0.1,0.5,0.9 >"$T/a.jsonl" 2>"$T/err" &&
  [ "$(sed 's/.*quantile 0.1 \[MPa\]": *\([^,]*\), *"strength quantile 0.5 \[MPa\]": *\([^,]*\), *"strength quantile 0.9 \[MPa\]": *\([^,}]*\).*/\1,\2,\3/' "$T/a.jsonl")" = "$line" ] &&
  ok dialogue || no dialogue

refused() { # refused NAME CODE WORDS ARGUMENT...
  local name=$1 code=$2 words=$3 got=0; shift 3
  "$CUPEL" predict "$@" -o "$T/none.csv" >/dev/null 2>"$T/err" || got=$?
  [ "$got" = "$code" ] && grep -q "$words" "$T/err" && [ ! -e "$T/none.csv" ] && ok "$name" || no "$name"
}
refused order 2 'increasing order' "$T/m.h5" "$T/t.csv" --quantiles 0.9,0.1
refused range 2 'above 0 and below 1' "$T/m.h5" "$T/t.csv" --quantiles 1.5
"$CUPEL" train "$T/t.csv" --features none --columns a,b --target brittle --model ridge -o "$T/c.h5" 2>"$T/err" || "$CUPEL" train "$T/t.csv" --features none --columns a,b --target brittle \
  --model extra_trees --set trees=20,columns=1,leaf=3 -o "$T/c.h5" 2>"$T/err" || no 'a class is trained'
refused class 2 'classes have no quantiles' "$T/c.h5" "$T/t.csv" --quantiles 0.5
exit $bad
