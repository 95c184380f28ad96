# cupel. `make demo` and `make test` install what is missing (Debian packages), build and run. `make help` lists the rest.
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# V=1 shows the commands.
Q := $(if $(V),,@)

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
VERSION := $(shell sed -n 's/^\#define CUPEL_VERSION "\(.*\)"/\1/p' core/cupel.h)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

# For `mpirun cupel screen`: a plug-in beside the program, made where Open MPI is installed. MPI=0 does without.
MPI_PACKAGES := $(if $(filter 0,$(MPI)),,libopenmpi-dev openmpi-bin)

# Debian packages. What the program links, and what tests and checks need besides.
PACKAGES := gcc libc6-dev make pkg-config gawk libopenblas-dev liblapacke-dev libsvm-dev libhdf5-dev libjansson-dev libyaml-dev \
            libxxhash-dev libssl-dev zlib1g-dev libfftw3-dev libtiff-dev libpng-dev libexpat1-dev libxgboost-dev libcmocka-dev node-d3 $(MPI_PACKAGES)
WITH_MPI = $(if $(filter 0,$(MPI)),,$(if $(filter 1,$(MPI)),1,$(shell pkg-config --exists ompi-c 2>/dev/null && echo 1)))
LINT_PACKAGES := clang clang-tidy cppcheck gcc-aarch64-linux-gnu libc6-dev-arm64-cross
FUZZ_PACKAGES := clang libclang-rt-14-dev

WARN := -pedantic -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
OPT ?= -O2 -g
EXTRA ?=
PKGS := hdf5-serial openblas yaml-0.1 libxxhash libcrypto zlib fftw3 fftw3f libtiff-4 libpng expat
# Not expanded before `make deps` has run (the targets that people call start a second make).
CPPFLAGS_ALL = -I. -D_POSIX_C_SOURCE=200809L $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g') $(CPPFLAGS)
CFLAGS_ALL = -std=c11 $(WARN) $(OPT) -ffp-contract=off -fno-math-errno -fno-trapping-math -fPIC -fvisibility=hidden $(EXTRA) $(CFLAGS)
LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -llapacke -lsvm -lm -lpthread
# The program links HDF5 and LAPACKE statically where the archives are there: their shared libraries load thirty others (curl, Kerberos, LDAP,
# a second LAPACK) that nothing here calls, and double the time in which `cupel version` answers.
archive = $(if $(findstring /,$(shell $(CC) -print-file-name=lib$(2).a)),-l:lib$(2).a $(3),-l$(1))
PROGRAM_LIBS = $(patsubst -llapacke,$(call archive,lapacke,lapacke),$(patsubst -lhdf5,$(call archive,hdf5,hdf5_serial,-lsz -ldl),$(LIBS)))
LDFLAGS_ALL = $(EXTRA) -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

GENERATED := core/generated
TABLES := $(wildcard datasets/elements/*.tsv)
include $(wildcard core/*/generate.mk datasets/*/generate.mk descriptors/*/generate.mk)

LIB_SRC := $(sort $(wildcard core/cupel.c core/base/*.c core/sys/*.c core/math/*.c core/math/kernels/*.c core/io/*.c core/matter/*.c \
             core/engine/*.c core/engine/micro/*.c datasets/*.c datasets/formats/*.c datasets/spaces/*.c datasets/spaces/micro/*.c descriptors/composition/*.c \
             descriptors/composition/kernels/*.c descriptors/microstructure/*.c descriptors/microstructure/kernels/*.c models/learn/*.c \
             models/learn/kernels/*.c models/learn/auto/*.c models/homogenize/*.c models/homogenize/kernels/*.c models/reconstruct/*.c models/reconstruct/kernels/*.c models/search/*.c) $(GENERATED_SRC))
LIB_SRC := $(filter-out core/sys/comm_mpi.c,$(LIB_SRC))
CLI_SRC := $(sort $(wildcard core/cli/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
TEST_SRC := $(sort $(wildcard tests/test_*.c))
TEST_BIN := $(TEST_SRC:tests/%.c=$(BUILD)/tests/%)
BENCH_SRC := $(sort $(wildcard benchmarks/bench_*.c))
BENCH_BIN := $(BENCH_SRC:benchmarks/%.c=$(BUILD)/benchmarks/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all deps demo test run-tests accept bench check-layers lint asan ubsan tsan fuzz install uninstall clean help format
.DEFAULT_GOAL := all

all: $(BUILD)/cupel $(BUILD)/libcupel.so.$(VERSION) $(if $(WITH_MPI),$(BUILD)/cupel-mpi.so) ## the program and the library (make alone does this)
	@echo "  $(BUILD)/cupel is ready"

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

deps: ## install what is missing (Debian packages)
	@tests/deps $(PACKAGES)

demo: deps ## build and run the main jobs: a solar absorber and a heat spreader from demand files
	@$(MAKE) all
	@tests/demo $(BUILD)/cupel

test: deps ## build and run every test
	@$(MAKE) all tests-built
	@tests/run $(BUILD)

.PHONY: tests-built
tests-built: $(TEST_BIN)

bench: deps ## the figures of the README, both sides in one run
	@$(MAKE) all $(BENCH_BIN)
	@benchmarks/run $(BUILD)

check-layers: ## the include rule (core/README.md)
	@awk -f tests/check-layers $$(git ls-files '*.c' '*.h')

lint: ## gcc and clang warnings, the arm64 sources, clang-tidy, cppcheck
	@tests/deps $(PACKAGES) $(LINT_PACKAGES)
	@$(MAKE) BUILD=build-clang CC=clang all
	@tests/lint

# gcc's sanitizers see changes of sign where there is none: the plain builds hold that warning.
QUIET := -Wno-sign-conversion -Wno-conversion

asan: ## tests under the address and undefined-behaviour sanitizers
	@tests/deps $(PACKAGES)
	@$(MAKE) BUILD=build-asan OPT="-O1 -g" EXTRA="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DCUPEL_FAULTS $(QUIET)" all tests-built
	@CUPEL_SANITIZED=1 tests/run build-asan

ubsan: ## tests under the undefined-behaviour sanitizer alone
	@tests/deps $(PACKAGES)
	@$(MAKE) BUILD=build-ubsan OPT="-O1 -g" EXTRA="-fsanitize=undefined -fno-sanitize-recover=all -DCUPEL_FAULTS $(QUIET)" all tests-built
	@CUPEL_SANITIZED=1 tests/run build-ubsan

tsan: ## tests under the thread sanitizer (single-thread BLAS)
	@tests/deps $(PACKAGES)
	@$(MAKE) BUILD=build-tsan OPT="-O1 -g" EXTRA="-fsanitize=thread -DCUPEL_FAULTS $(QUIET)" all tests-built
	@CUPEL_SANITIZED=1 OPENBLAS_NUM_THREADS=1 TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tsan.supp halt_on_error=1" tests/run build-tsan

fuzz: ## a minute on each fuzz target
	@tests/deps $(PACKAGES) $(FUZZ_PACKAGES)
	@$(MAKE) BUILD=build-fuzz CC=clang OPT="-O1 -g" EXTRA="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all" fuzz-built
	@tests/fuzz/run build-fuzz

FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/tests/fuzz/%)
.PHONY: fuzz-built
fuzz-built: $(FUZZ_BIN)

install: all ## DESTDIR and PREFIX are honoured
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 755 $(BUILD)/cupel $(DESTDIR)$(PREFIX)/bin/cupel
	install -m 644 core/cupel.h $(DESTDIR)$(PREFIX)/include/cupel.h
	install -m 644 $(BUILD)/libcupel.a $(DESTDIR)$(PREFIX)/lib/libcupel.a
	install -m 755 $(BUILD)/libcupel.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libcupel.so.$(VERSION)
	if [ -e $(BUILD)/cupel-mpi.so ]; then install -m 755 $(BUILD)/cupel-mpi.so $(DESTDIR)$(PREFIX)/lib/cupel-mpi.so; fi
	ln -sf libcupel.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libcupel.so.$(SOVERSION)
	ln -sf libcupel.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/libcupel.so
	printf 'prefix=%s\nlibdir=$${prefix}/lib\nincludedir=$${prefix}/include\n\nName: cupel\nDescription: materials-genome screening engine\nVersion: %s\nCflags: -I$${includedir}\nLibs: -L$${libdir} -lcupel\nLibs.private: %s\n' \
	  '$(PREFIX)' '$(VERSION)' '$(strip $(LIBS))' > $(DESTDIR)$(PREFIX)/lib/pkgconfig/cupel.pc

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/cupel include/cupel.h lib/libcupel.a lib/libcupel.so lib/libcupel.so.$(SOVERSION) \
	  lib/libcupel.so.$(VERSION) lib/cupel-mpi.so lib/pkgconfig/cupel.pc)

clean: ## remove what the build made
	rm -rf build build-asan build-ubsan build-tsan build-fuzz build-clang core/generated

# Kernels are compiled for their instruction set; which one runs is chosen at run time (core/sys/cpu.h). -O3: their loops are short and fixed.
$(BUILD)/%_ref.o: ISA = -O3
$(BUILD)/%_avx2.o: ISA = -mavx2 -mfma -O3
$(BUILD)/%_avx512.o: ISA = -mavx512f -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512 -O3
ifeq ($(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),)
$(BUILD)/%_avx2.o $(BUILD)/%_avx512.o: ISA =
endif

# One line per folder at work: the first of its objects makes the mark.
SAID := $(BUILD)/.said
$(shell rm -rf $(SAID))
say = @mkdir -p $(SAID) && { mkdir $(SAID)/$(subst /,.,$(1)) 2>/dev/null && echo "  compiling $(1)"; true; }

$(LIB_OBJ) $(CLI_OBJ): | $(GENERATED_HDR)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,$(patsubst %/,%,$(dir $<)))
	$(Q)$(CC) $(CPPFLAGS_ALL) $(DEFS) $(CFLAGS_ALL) $(ISA) -MMD -MP -c $< -o $@

$(BUILD)/libcupel.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/libcupel.so.$(VERSION): $(LIB_OBJ)
	$(Q)$(CC) -shared -Wl,-soname,libcupel.so.$(SOVERSION) $(LDFLAGS_ALL) $^ $(LIBS) -o $@

$(BUILD)/cupel: $(CLI_OBJ) $(BUILD)/libcupel.a
	@echo "  linking $@"
	$(Q)$(CC) $(LDFLAGS_ALL) $^ $(PROGRAM_LIBS) -o $@

$(BUILD)/cupel-mpi.so: core/sys/comm_mpi.c core/sys/comm_driver.h Makefile
	@mkdir -p $(@D)
	@pkg-config --exists ompi-c || tests/deps $(MPI_PACKAGES)
	@echo "  linking $@"
	$(Q)$(CC) -shared -I. $$(pkg-config --cflags ompi-c | sed 's/-I/-isystem /g') $(CFLAGS_ALL) $< $(LDFLAGS_ALL) $$(pkg-config --libs ompi-c) -o $@

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/libcupel.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fsanitize=fuzzer -MMD -MP $< $(BUILD)/libcupel.a $(LDFLAGS_ALL) $(LIBS) -o $@

$(BUILD)/tests/%: tests/%.c $(BUILD)/libcupel.a | $(GENERATED_HDR)
	@mkdir -p $(@D)
	$(call say,tests)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $< $(BUILD)/libcupel.a $(LDFLAGS_ALL) $(LIBS) -lcmocka -ljansson -o $@

$(BUILD)/benchmarks/%: benchmarks/%.c $(BUILD)/libcupel.a | $(GENERATED_HDR)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $< $(BUILD)/libcupel.a $(LDFLAGS_ALL) $(LIBS) -o $@

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(wildcard $(BUILD)/tests/*.d $(BUILD)/benchmarks/*.d)
