#!/usr/bin/env bash
# The page of a design: what is asked as a number has its mark in the plots, axes have units, a surrogate of few structures colours nothing beyond them.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
cat >"$T/d.yaml" <<Y
demand: a test
scale: microstructure
phases:
  - {name: a, k: 1 W/(m K)}
  - {name: b, k: 100 W/(m K)}
grid: 12
seed: 1
require:
  - {property: conductivity, invariant: mean, min: 9 W/(m K), max: 9.1 W/(m K)}
  - {property: conductivity, component: 11, goal: maximise}
  - {property: volume fraction, phase: b, max: 0.3}
Y
"$CUPEL" design "$T/d.yaml" -o "$T/D" --budget 45solves >"$T/out" 2>"$T/err"; rc=$?
[ $rc = 0 ] || [ $rc = 5 ] && [ -s "$T/D/report.html" ] && ok 'a design' || no 'a design'
tr '\n' ' ' <"$T/D/report.html" | sed 's/<svg /\n&/g; s/<\/svg>/&\n/g' >"$T/page"
plot() { grep "^<svg .*aria-label=\"$1\"" "$T/page"; }
[ "$(plot 'mean conductivity over volume fraction of b' | grep -o 'class="demanded"' | wc -l)" = 3 ] && ok 'a window of the mean and the end of the fraction are marked' || { plot 'mean.*'; no 'a window of the mean and the end of the fraction are marked'; }
plot 'conductivity 11 over volume fraction of b' | grep -q 'class="goal halo".*more is better' && ok 'a goal says which end is better' || no 'a goal says which end is better'
[ "$(grep '^<svg .*conductivity over' "$T/page" | grep -c 'class="label">[^<]*conductivity \[W/(m K)\]</text>')" -ge 2 ] && ok 'axes have units' || no 'axes have units'
[ "$(grep -c '^<svg viewBox' "$T/page")" = "$(grep -c '^<svg .*class="title">[a-zA-Z]' "$T/page")" ] && ok 'every plot has a title' || no 'every plot has a title'
grep -q 'class=dash' "$T/page" && ! grep -q 'the tensor asked for' "$T/page" && ok 'the key names the marks that there are' || no 'the key names the marks that there are'
{ grep -q 'class=triad' "$T/page" && grep -q 'across axis 1:<br>2 →, 3 ↑' "$T/page"; } && ok 'pictures show their axes' || no 'pictures show their axes'
"$CUPEL" design "$T/d.yaml" -o "$T/E" --budget 0.01s >"$T/out" 2>"$T/err"
{ grep -q 'was not verified' "$T/out" && grep -q 'the best trial, without bars' "$T/E/report.html" && grep -q 'the best trial, not verified' "$T/E/report.html" && ! grep -q '±–\|on its grid' "$T/E/report.html"; } &&
  ok 'a trial has no bars' || no 'a trial has no bars'
exit $bad
