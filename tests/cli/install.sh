#!/usr/bin/env bash
# make install: what a packager and a C user get. A program is built against the installed header and libraries through pkg-config.
set -u
fail=0
check() { if "${@:2}" >"$T/log" 2>&1; then echo "ok $1"; else echo "not ok $1"; tail -n 5 "$T/log"; fail=1; fi; }
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
[ -z "${CUPEL_SANITIZED:-}" ] || { echo "skip install: a sanitizer build is not installed"; exit 0; }
check "make install with DESTDIR and PREFIX" make -s -C "$CUPEL_ROOT" install BUILD="$CUPEL_BUILD" DESTDIR="$T/root" PREFIX=/opt/cupel
R=$T/root/opt/cupel
check "the installed program answers" "$R/bin/cupel" version
cat >"$T/use.c" <<'C'
#include <cupel.h>
#include <stdio.h>
#include <math.h>
int main(void)
{
    double amount[119];
    cupel_err err;
    if (cupel_formula_amounts("CuSO4\302\2675H2O", amount, &err) != CUPEL_OK || amount[8] != 9) return 1;
    if (cupel_formula_amounts("Xx2", amount, &err) != CUPEL_BAD_INPUT) return 2;
    cupel_describer *d;
    if (cupel_describer_new("magpie", &d, &err) != CUPEL_OK || cupel_describer_columns(d) != 132) return 3;
    const char *formula[2] = {"Fe2O3", "nonsense"};
    double x[2 * 132];
    unsigned char reason[2];
    if (cupel_describer_compute(d, formula, 2, 1, x, reason, &err) != CUPEL_OK || x[0] != 8 || reason[0] || !reason[1] || !isnan(x[132])) return 4;
    printf("%s: %s\n", cupel_describer_name(d, 0), cupel_reason_text(reason[1]));
    cupel_describer_free(d);
    return 0;
}
C
export PKG_CONFIG_SYSROOT_DIR=$T/root PKG_CONFIG_PATH=$R/lib/pkgconfig
flags=$(pkg-config --cflags --libs cupel) || fail=1
check "a program builds against the shared library" sh -c "cc -Wall -Werror '$T/use.c' -o '$T/use' $flags"
check "and runs" env LD_LIBRARY_PATH="$R/lib" "$T/use"
static=$(pkg-config --cflags --static --libs cupel) || fail=1
# The sysroot of this test is for cupel alone: the Debian libraries lie where they always do.
static=$(sed "s#$T/root/usr#/usr#g; s#-lcupel#-l:libcupel.a#" <<<"$static")
check "a program builds against the static library" sh -c "cc -Wall -Werror '$T/use.c' -o '$T/use-static' $static"
check "which is all of cupel that it needs" sh -c "'$T/use-static' && ! ldd '$T/use-static' | grep -q cupel"
leaked=$(nm -D --defined-only "$R/lib/libcupel.so" | awk '$3 !~ /^cupel_/ {print $3}')
check "the shared library exports nothing but cupel_" test -z "$leaked"
check "make uninstall" make -s -C "$CUPEL_ROOT" uninstall BUILD="$CUPEL_BUILD" DESTDIR="$T/root" PREFIX=/opt/cupel
check "leaves no file" test -z "$(find "$R" -type f -o -type l)"
exit $fail
