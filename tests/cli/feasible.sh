#!/usr/bin/env bash
# Requests that cannot be met are refused at once and say why; requests on the edge of what can be get an answer.
set -u
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
bad=0
ms=0; . "$(dirname "$0")/cpu.inc"
ok() { echo "ok $1"; }
no() { echo "not ok $1"; bad=1; [ -s "$T/err" ] && tail -n 3 "$T/err" | sed 's/^/    /'; }
head='demand: a test
scale: microstructure
phases:
  - {name: a, k: 1, E: 1, nu: 0.3, density: 1, price: 2}
  - {name: b, k: 10, E: 20, nu: 0.2, density: 3, price: 10}
grid: 24
require:'
diag() { echo "  - {property: conductivity, target: [[$1, 0, 0], [0, $2, 0], [0, 0, $3]], within: $4}"; }

refused() { # refused NAME CODE WORDS REQUIRE: in less than 0.1 s of processor time
  printf '%s\n%s\n' "$head" "$4" >"$T/x.yaml"
  least_cpu 5 99 "$CUPEL" design "$T/x.yaml" -o "$T/N" >"$T/out" 2>"$T/err"
  [ $rc = "$2" ] && grep -q -- "$3" "$T/err" && [ ! -e "$T/N" ] && { [ -n "${CUPEL_SANITIZED:-}" ] || [ "$ms" -lt 100 ]; } && ok "$1" ||
    { echo "    exit $rc, $ms ms"; no "$1"; }
}
refused 'more than the arithmetic mean' 5 '20 > 10, the arithmetic mean' "$(diag 20 5 5 '4 %')"
refused 'less than the harmonic mean' 5 '0.5 < 1, the harmonic mean' "$(diag 0.5 0.9 0.9 '1 %')"
refused 'beyond a trace bound' 5 'sum 1/(k2 - l_i) = .* > ' "$(diag 2.9 2.9 2.9 '0.5 %')
  - {property: volume fraction, phase: b, max: 0.24}"
refused 'an isotropic stiffness beyond Hashin and Shtrikman' 5 'its shear modulus 2 > 1.8402' "  - {property: stiffness, convention: voigt, within: 1 %, target: [[5.5, 1.5, 1.5, 0, 0, 0],
    [1.5, 5.5, 1.5, 0, 0, 0], [1.5, 1.5, 5.5, 0, 0, 0], [0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 2, 0], [0, 0, 0, 0, 0, 2]]}
  - {property: volume fraction, phase: b, max: 0.3}"
refused 'a bulk modulus beyond Hashin and Shtrikman' 5 'mean) let it be at most' '  - {property: bulk modulus, min: 3.2}
  - {property: anisotropy, max: 0.01}
  - {property: volume fraction, phase: b, max: 0.3}'
refused 'too stiff for its mass' 5 'bounds of Voigt and Reuss (arithmetic mean) let it be at most 5.77' '  - {property: young modulus, direction: [1, 1, 1], min: 12}
  - {property: density, max: 1.5}'
solid=$head; head=$(sed 's/E: 1, nu: 0.3, density: 1,/E: 0, nu: 0.3, density: 0,/' <<<"$head") # all of a void, which no bound could refuse
refused 'stiffer than the mass of a solid beside a void without stiffness' 5 'bounds of Voigt and Reuss (arithmetic mean) let it be at most 10' '  - {property: young modulus, direction: softest, min: 12}
  - {property: density, max: 1.5}'
refused 'and in its shear modulus' 5 'let it be at most' '  - {property: shear modulus, component: 12, min: 6}
  - {property: density, max: 1.5}'
head=$solid
refused 'a modulus without a direction says what is meant' 5 "without a direction is that of the mean (Hill)" '  - {property: young modulus, min: 30}'
refused 'a Poisson ratio' 5 'let it be at least' '  - {property: poisson ratio, max: -0.9}'
refused 'density against fraction' 5 'exclude each other' '  - {property: density, max: 1.5}
  - {property: volume fraction, phase: b, min: 0.5}'
refused 'price against fraction' 5 'exclude each other' '  - {property: price, max: 3}
  - {property: volume fraction, phase: b, min: 0.5}'
refused 'fractions that add up to more than 1' 5 'exclude each other' '  - {property: volume fraction, phase: a, min: 0.6}
  - {property: volume fraction, phase: b, min: 0.6}'
refused 'each alone, not together' 5 'no fraction allows them together' '  - {property: conductivity, component: 11, min: 8}
  - {property: young modulus, direction: [1, 0, 0], max: 3}'
refused 'a zero eigenvalue' 5 'zero eigenvalue' "$(diag 0 2 2 '1 %')"
refused 'a window upside down' 5 'min 3 is above max 2' '  - {property: bulk modulus, min: 3, max: 2}'
# Properties of a phase: what no material has is exit 3, as on the command line of homogenize; what is no number exit 2.
phase_refused() { # phase_refused NAME CODE WORDS PROPERTIES
  printf 'demand: a\nscale: microstructure\nphases:\n  - {name: a, %s}\n  - {name: b, E: 2, nu: 0.3, density: 3}\nrequire:\n  - {property: bulk modulus, min: 1}\n' "$4" >"$T/x.yaml"
  "$CUPEL" demand check "$T/x.yaml" >"$T/out" 2>"$T/err"; rc=$?
  [ $rc = "$2" ] && grep -q -- "$3" "$T/err" && ok "$1" || { echo "    exit $rc"; no "$1"; }
}
"$CUPEL" help demand | tr -s '\n ' ' ' | grep -q 'without direction or component: of the isotropic mean (Hill)' && ok 'as help demand does' || no 'as help demand does'
phase_refused 'nu of no material' 3 'nu is 0.6' 'E: 1, nu: 0.6'
phase_refused 'E below 0' 3 'negative' 'E: -1, nu: 0.3'
phase_refused 'a density below 0' 3 'density is -3; expected 0 or more' 'E: 1, nu: 0.3, density: -3'
phase_refused 'E that is no number' 2 "'abc': expected a number" 'E: abc, nu: 0.3'
phase_refused 'E alone' 2 'expected two of E' 'E: 1'
refused 'a negative eigenvalue' 3 'negative eigenvalue' "$(diag -2 2 2 '1 %')"
refused 'not symmetric' 3 'not symmetric' '  - {property: conductivity, target: [[2, 1, 0], [0, 2, 0], [0, 0, 2]], within: 1 %}'

"$CUPEL" demand check "$T/x.yaml" >"$T/out" 2>"$T/err"; [ $? = 3 ] && ok 'demand check: bad input' || no 'demand check: bad input'
printf '%s\n%s\n' "$head" "$(diag 20 5 5 '4 %')" >"$T/x.yaml"
"$CUPEL" demand check "$T/x.yaml" >"$T/out" 2>"$T/err"; [ $? = 5 ] && grep -q 'the arithmetic mean' "$T/err" && ok 'demand check: impossible' || no 'demand check: impossible'
printf '%s\n%s\n' "$head" "$(diag 3 3 2 '1 %')" >"$T/x.yaml"
"$CUPEL" demand check "$T/x.yaml" >"$T/out" 2>"$T/err" && grep -q 'attainable: a rank-[23] laminate' "$T/out" && ok 'demand check: possible' || no 'demand check: possible'

answered() { # answered NAME CODE WORDS REQUIRE [HEAD]
  printf '%s\n%s\n' "${5:-$head}" "$4" >"$T/x.yaml"; rm -rf "$T/D"
  "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget 60solves --threads 2 >"$T/out" 2>"$T/err"; rc=$?
  whole=yes
  for f in designs.csv design-1.json design-1.npy run.json demand.yaml; do [ -s "$T/D/$f" ] || whole=no; done
  meets=$(sed -n '2s/^1,\(yes\|no\),.*/\1/p' "$T/D/designs.csv")
  [ $rc = "$2" ] && [ $whole = yes ] && [ "$meets" = "$([ "$2" = 0 ] && echo yes || echo no)" ] && grep -q -- "$3" "$T/out" && ok "$1" ||
    { echo "    exit $rc, folder whole: $whole, meets: $meets"; no "$1"; }
}
answered 'an exact laminate' 0 'a rank-1 laminate has it' "$(diag 1.8181818 5.5 5.5 '0.5 %')"
answered 'the same across a diagonal' 0 'normal1=1,normal2=1' '  - {property: conductivity, target: [[3.6590909, -1.8409091, 0], [-1.8409091, 3.6590909, 0], [0, 0, 5.5]], within: 0.5 %}'
answered 'a phase by itself' 0 "phase 'b' alone has it" "$(diag 10 10 10 '0 %')"
answered 'zero tolerance, met by layers' 0 'known in closed form' "$(diag 1.8181818181818181 5.5 5.5 '0 %')"
[ "$(sed -n '2s/^1,yes,[^,]*,\([^,]*\),.*/\1/p' "$T/D/designs.csv")" = 0 ] && grep -q 'plane layers have it exactly' "$T/err" && tr -d '\n ' <"$T/D/run.json" | grep -q '"closedform":true' && ok 'without a bar' || no 'without a bar'
answered 'a stiffness of layers' 0 'known in closed form' '  - {property: young modulus, direction: [0, 0, 1], target: 5, within: 0 %}'
answered 'a modulus of one phase' 0 "phase 'b' alone has it" '  - {property: young modulus, direction: [0, 0, 1], target: 20, within: 0 %}'
answered 'zero tolerance, met by nothing that can be built' 5 'does not meet' "$(diag 3 3 2 '0 %')"
grep -q "neither one phase alone nor plane layers have it exactly: what is computed has a bar above 0, so that nothing passes" "$T/err" && ok 'which is said first' || no 'which is said first'
# A space of layers: they are judged without a bar, so that what they have exactly has an answer. Where they do not have it: the nearest, no error.
in_layers() { # in_layers NAME CODE WORDS SPACE REQUIRE
  printf '%s\n%s\nspace: {generator: laminate, %s}\n' "$head" "$5" "$4" >"$T/x.yaml"; rm -rf "$T/D"
  "$CUPEL" design "$T/x.yaml" -o "$T/D" --budget 300solves --threads 2 >"$T/out" 2>"$T/err"; rc=$?
  [ $rc = "$2" ] && [ -s "$T/D/run.json" ] && grep -q -- "$3" "$T/out" && ok "$1" || { echo "    exit $rc"; cat "$T/out"; no "$1"; }
}
in_layers 'a space of layers, zero tolerance' 0 'bar 0 %, asked within 0 %' 'fraction: 0.1..0.6' "$(diag 1.36986301369863 3.7 3.7 '0 %')"
grep -q 'the layers of the space are judged in closed form' "$T/err" && ! grep -q 'nothing passes' "$T/err" && ok 'which is not said to be impossible' || no 'which is not said to be impossible'
in_layers 'the end of a space of layers' 0 'on its limit itself' 'fraction: 0.1..0.6' '  - {property: conductivity, component: 22, min: 6.4, max: 6.4}'
in_layers 'what layers have exactly is found without a search' 0 'loads solved in all: verification 18' 'fraction: 0.1..0.6' '  - {property: young modulus, direction: [1, 0, 0], target: 1.5, within: 0 %}'
in_layers 'layers the other way' 5 'does not meet' 'fraction: 0.1..0.6, normal3: 1' "$(diag 1.36986301369863 3.7 3.7 '0 %')"
answered 'on a trace bound' 5 'a rank-3 laminate has it' "$(diag 2.28571428571 2.28571428571 2.28571428571 '0.001 %')
  - {property: volume fraction, phase: b, min: 0.4}"
one='demand: a test
scale: microstructure
phases:
  - {name: a, k: 1, E: 1, nu: 0.3}
grid: 24
require:'
answered 'one phase' 0 'uniform' "$(diag 1 1 1 '0.1 %')
  - {property: young modulus, min: 0.9}" "$one"
refused 'what one phase has not' 5 'cannot be met' "$(diag 1 1 12 '0.1 %')"
equal='demand: a test
scale: microstructure
phases:
  - {name: a, k: 1, E: 1, nu: 0.3}
  - {name: b, k: 1, E: 1, nu: 0.3}
grid: 24
require:'
answered 'equal phases' 0 'pass' "$(diag 1 1 1 '0.1 %')
  - {property: volume fraction, phase: b, min: 0.3, max: 0.4}" "$equal"
answered 'equal phases, numbers only' 0 'pass' '  - {property: young modulus, min: 0.99, max: 1.01}' "$equal"
cat >"$T/word.yaml" <<'Y'
demand: a test
scale: microstructure
phases:
  - {name: a, k: 1}
  - {name: b, k: 10}
require:
  - {property: conductivity, component: 11, min: 2, max: 3}
Y
echo x >"$T/file"; "$CUPEL" design "$T/word.yaml" -o "$T/file" >/dev/null 2>"$T/err"; rc=$?
[ $rc = 2 ] && grep -q 'is a file, expected a folder' "$T/err" && ok 'a file in place of a folder' || { echo "    exit $rc"; no 'a file in place of a folder'; }
for other in "poisson ratio, direction: [1, 0, 0]|takes two axes, as in component: 12" "young modulus, direction: z|a vector, as in \[0, 0, 1\]"; do
  sed "s/property: conductivity, component: 11/property: ${other%%|*}/" "$T/word.yaml" >"$T/other.yaml"
  "$CUPEL" demand check "$T/other.yaml" >/dev/null 2>"$T/err"
  [ $? = 2 ] && grep -q "${other#*|}" "$T/err" && ok "${other%%,*} with a direction: what to ask instead" || no "${other%%,*}"
done
for word in tortuosity:conductivity porosity:'volume fraction'; do
  sed "s/property: conductivity, component: 11/property: ${word%%:*}/" "$T/word.yaml" >"$T/other.yaml"
  "$CUPEL" demand check "$T/other.yaml" >/dev/null 2>"$T/err"
  [ $? = 2 ] && grep -q "ask for ${word#*:}" "$T/err" && ok "${word%%:*}: what to ask instead" || no "${word%%:*}: what to ask instead"
done
exit $bad
