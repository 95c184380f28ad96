#!/usr/bin/env bash
# check-layers: the tree keeps the include rule, and each way to break it is found.
set -u
R=$(realpath "${CUPEL_ROOT:-.}"); T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; bad=0
check() { if [ "$2" = 0 ]; then echo "ok $1"; else echo "not ok $1"; bad=1; sed 's/^/    /' "$T/out"; fi; }

(cd "$R" && find core datasets descriptors models tests benchmarks -name '*.[ch]' ! -path 'core/generated/*' -exec awk -f tests/check-layers {} + >"$T/out" 2>&1)
check 'the tree keeps the rule' $?

breaks() { # breaks NAME FILE WORDS TEXT: that file with that text must be refused with those words
  mkdir -p "$T/tree/$(dirname "$2")"; printf '%b\n' "$4" >"$T/tree/$2"
  (cd "$T/tree" && awk -f "$R/tests/check-layers" "$2") >"$T/out" 2>&1; rc=$?
  [ $rc = 1 ] && grep -qF -- "$3" "$T/out"; check "$1" $?
}
keeps() {
  mkdir -p "$T/tree/$(dirname "$2")"; printf '%b\n' "$3" >"$T/tree/$2"
  (cd "$T/tree" && awk -f "$R/tests/check-layers" "$2") >"$T/out" 2>&1; check "$1" $?
}
breaks 'a lower layer includes a higher one' core/base/x.c 'layer 0 includes layer 5' '#include "core/engine/screen.h"'
breaks 'siblings include one another' models/learn/x.c 'siblings' '#include "datasets/source.h"'
breaks 'a path that is not from the root' core/io/x.c 'by the path from the root' '#include "../base/err.h"'
breaks 'a header beside the file' core/io/x.c 'by the path from the root' '#include "json.h"'
breaks 'a third-party header away from its home' core/engine/x.c 'at home in' '#include <hdf5.h>'
breaks 'BLAS beside la.c' models/learn/x.c 'at home in' '#  include <cblas.h>'
breaks 'threads outside par.c' core/engine/x.c 'at home in' '#include <pthread.h>'
breaks 'intrinsics outside kernels' models/learn/x.c 'at home in' '#include <immintrin.h>'
breaks 'a header nobody has named a home for' core/io/x.c 'has no home' '#include <curl/curl.h>'
breaks 'an include by macro' core/io/x.c 'by macro' '#include HEADER'
breaks 'a folder without a layer' extras/x.c 'no layer' 'int x;'
breaks 'the public header includes ours' core/cupel.h 'nothing of ours' '#include "core/base/err.h"'
breaks 'an include behind a comment' core/base/x.c 'layer 0 includes layer 2' '/* a\nb */ #include "core/io/json.h"'
breaks 'two structs of one name' core/engine/x.h 'is defined in core/engine/x.h too' 'typedef struct cupel_x {\nint a;\n} cupel_x;\nstruct cupel_x {\nint b;\n};'
keeps 'an include inside a comment is none' core/base/x.c '/* #include "core/engine/run.h"\n#include <hdf5.h> */\n#include "core/cupel.h"\n#include <string.h>'
keeps 'the engine may include everything below' core/engine/x.c '#include "models/learn/surrogate.h"\n#include "datasets/source.h"\n#include "core/base/err.h"'
keeps 'a kernel may use intrinsics' models/learn/kernels/x_avx2.c '#include <immintrin.h>'
exit $bad
