#!/usr/bin/env bash
# run and report: a small demand from start to page, what the page must hold, and folders that are not those of a run.
set -u
C=${CUPEL:-build/cupel}; R=$(realpath "${CUPEL_ROOT:-.}"); T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; sed 's/^/    /' "$T/err" | head -n 5; fi; }
page() { grep -qF -- "$1" "$T/D/report.html"; }

{ echo formula; awk -F, 'NR > 1 && NR < 120 { print $1 }' "$R/datasets/examples/gaps-wide.csv"; echo 'Fe<script>alert(1)</script>'; } >"$T/candidates.csv"
cat >"$T/demand.yaml" <<Y
demand: a gap <b>for</b> "tests" & others
scale: composition
data: {file: $R/datasets/examples/gaps-solar.csv, formula: formula, target: band gap, property: band gap, unit: eV}
model: {name: ridge, features: magpie}
space: {list: candidates.csv, formula: formula}
require:
  - {property: band gap, min: 0.5 eV, max: 2.5 eV}
  - price: {max: 500 USD/kg}
keep: 40
seed: 1
Y
"$C" run "$T/demand.yaml" -o "$T/D" >"$T/out" 2>"$T/err"; [ $? = 0 ] && [ -s "$T/D/report.html" ]; check "run writes a report" $?; [ -s "$T/D/report.html" ] || exit 1
{ page 'a gap &lt;b&gt;for&lt;/b&gt; &quot;tests&quot; &amp; others' && ! page '<script>alert' && ! page '<b>for'; }; check 'text of files is escaped' $?
{ page 'id=shortlist' && page 'id=funnel' && page 'id=elements' && page 'id=trust' && page 'id=methods' && page 'id=lineage' && page 'id=tradeoff'; }; check 'all sections are there' $?
{ page 'mean absolute error' && page 'cupel cite' && page 'sha256:' && page 'formula cannot be read'; }; check 'figures, references, digests, rejections' $?
[ "$(grep -c '<tr><td class=num data-value=' "$T/D/report.html")" = "$(($(wc -l <"$T/D/ranking.csv") - 1))" ]; check 'one row for each of the ranking' $?
! grep -Eq '<(script|img|link|iframe|object|embed)[^>]*(src|href)=|@import|url\(' "$T/D/report.html"; check 'nothing is loaded' $?
{ page 'id=limits' && page 'What this does not say' && page '✓ passes; ✗ was measured outside'; }; check 'limits and symbols are said' $?
[ "$(wc -c <"$T/D/report.html")" -lt 1000000 ]; check 'below a megabyte' $?

cp "$T/D/report.html" "$T/first"; "$C" report "$T/D" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && [ ! -s "$T/out" ] && grep -q 'id=shortlist' "$T/D/report.html"; }; check 'report writes it again' $?
rm "$T/D/model.h5" "$T/D/run.json" "$T/D/demand.yaml"; "$C" report "$T/D" >"$T/out" 2>"$T/err"; { [ $? = 0 ] && page 'No model file is in this folder' && grep -q 'model.h5' "$T/err"; }; check 'without the model and run.json it says so' $?
awk -F, 'NR == 1 { print "formula,wide"; next } { print $1 "," ($2 > 2) }' "$R/datasets/examples/gaps-solar.csv" >"$T/class.csv"
sed -e "s|^data:.*|data: {file: class.csv, target: wide, property: wide gap}|" -e 's/min: 0.5 eV, max: 2.5 eV/min: 0.5/; s/band gap/wide gap/' "$T/demand.yaml" >"$T/class.yaml"
"$C" run "$T/class.yaml" -o "$T/K" >"$T/out" 2>"$T/err"; { grep -q '90 % set' "$T/K/report.html" && grep -q '<span class=range>{1}' "$T/K/report.html" && grep -q 'for the class .*wide gap' "$T/K/report.html"; }; check 'a class has its set of classes' $?
mkdir "$T/none"; "$C" report "$T/none" >"$T/out" 2>"$T/err"; { [ $? = 3 ] && grep -q 'result.h5' "$T/err"; }; check 'a folder without a result: exit 3' $?
mkdir "$T/cut"; head -c 5000 "$T/D/result.h5" >"$T/cut/result.h5"; "$C" report "$T/cut" >"$T/out" 2>"$T/err"; { [ $? = 4 ] && [ ! -e "$T/cut/report.html" ]; }; check 'a cut result: exit 4, no page' $?
mkdir "$T/other"; cp "$T/D/result.h5" "$T/other/"
"$C" train "$R/datasets/examples/gaps-wide.csv" --formula formula --target 'band gap' --property 'band gap' --unit eV --model ridge -o "$T/other/model.h5" >"$T/out" 2>"$T/err"
"$C" report "$T/other" >"$T/out" 2>"$T/err"; { [ $? = 4 ] && grep -q 'not the model of this ranking' "$T/err"; }; check 'a model of other data: exit 4' $?
echo '{"cupel": ' >"$T/D/run.json"; "$C" report "$T/D" >"$T/out" 2>"$T/err"; { [ $? = 3 ] && grep -q 'run.json' "$T/err"; }; check 'a damaged run.json: exit 3' $?

# The list is as long as it is and as wide as the page: in a browser of 1280 and of 420 pixels nothing in it scrolls, and long lists begin with 25 rows.
page 'class=scroll tabindex=0 role=region' && ! page 'max-height: 620'; check 'the shortlist is no box that scrolls' $?
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
for wide in 1280 420; do
  [ -n "$browser" ] || { echo "skip the page at $wide pixels: no browser"; continue; }
  cat >"$T/D/probe.html" <<HTML
<iframe id=f src=report.html style="width:${wide}px;height:900px;border:0"></iframe><p id=o></p><script>
var f = document.getElementById('f');
f.onload = function () { setTimeout(function () {
  var d = f.contentDocument, e = d.documentElement, s = d.querySelector('#shortlist .scroll');
  var shown = Array.prototype.filter.call(s.querySelectorAll('tbody tr'), function (r) { return r.offsetHeight > 0; }).length;
  document.getElementById('o').textContent = 'over ' + (e.scrollWidth - e.clientWidth) + ' ' + (s.scrollWidth - s.clientWidth) + ' ' + (s.scrollHeight - s.clientHeight) + ' rows ' + shown
    + ' empty ' + Array.prototype.filter.call(d.querySelectorAll('.plot'), function (p) { return !p.querySelector('svg'); }).length;
}, 300); };
</script>
HTML
  got=$(timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu --allow-file-access-from-files --user-data-dir="$T/profile" --window-size=1400,1000 \
    --virtual-time-budget=5000 --dump-dom "file://$T/D/probe.html" 2>/dev/null | grep -o 'over [0-9-]* [0-9-]* [0-9-]* rows [0-9]* empty [0-9]*')
  echo "# $wide pixels: $got"; [[ "$got" =~ ^over\ 0\ 0\ 0\ rows\ 25\ empty\ 0$ ]]; check "a page of $wide pixels scrolls one way, and all its plots are drawn" $?
done
exit $bad
