#!/usr/bin/env bash
# cupel describe with sets of ions and atoms: reasons where there is no answer, and matminer's own values on demand.
set -u
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
bad=0
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1"; bad=1; }
check() { if "${@:2}"; then ok "$1"; else not_ok "$1"; fi; }
exits() { "${@:2}" >"$T/out" 2>"$T/err"; [ $? = "$1" ]; }
says() { grep -qF -- "$1" "$T/err"; }
row() { [ "$(sed -n "$1p" "$T/out")" = "$2" ]; }

printf 'formula\nFe3O4\nLiO\nLi0.3333O\nHeO\nN2\n' >"$T/in.csv"
D() { "$CUPEL" describe "$T/in.csv" --threads 1 -o - "$@"; }

check 'oxidation states' exits 0 D --set oxidation_states
check 'with the names of matminer' row 1 \
'formula,minimum oxidation state,maximum oxidation state,range oxidation state,std_dev oxidation state,reason'
check 'magnetite has two irons' row 2 'Fe3O4,-2,3,5,3.082207001484488,'
check 'what is not neutral says so' row 3 'LiO,,,,,not_neutral'
check 'and what has no whole numbers' row 4 'Li0.3333O,,,,,not_whole'
check 'and an element without states' row 5 'HeO,,,,,no_element_data'
check 'an element alone has state 0' row 6 'N2,0,0,0,0,'
check 'the first is explained' says "not_neutral: 'LiO': no value of 'minimum oxidation state'"

check 'as matminer' exits 0 D --set oxidation_states --compatible matminer
check 'it takes neutral atoms' row 3 'LiO,0,0,0,0,imputed'
check 'and finds N+3 N-3' row 6 'N2,-3,3,6,4.242640687119285,'

check 'all sets side by side' exits 0 D --set "ion_property,oxidation_states,cation_property,electronegativity_diff,electron_affinity,cohesive_energy,\
atomic_orbitals,band_center,charge_balance,stoichiometry_wide,formula_format"
check 'have 89 columns of different names' [ "$(head -n 1 "$T/out" | tr , '\n' | sort -u | wc -l)" = 91 ]
check 'imputing fills every cell' exits 0 D --missing impute --set ion_property,oxidation_states,cation_property,electronegativity_diff,charge_balance,ion_roles
check 'but what the reason says' [ "$(tail -n +2 "$T/out" | grep -c ',,')" = 0 ]
exit $bad
