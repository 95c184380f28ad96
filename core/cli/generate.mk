# What `cupel version --build` says of the compile flags and the libraries built against.
CUPEL_FACTS = -DBUILD_FLAGS='"$(filter-out -W%,$(CFLAGS_ALL))"' \
  -DBUILD_LIBRARIES='"$(foreach p,$(PKGS),$(p) $(shell pkg-config --modversion $(p) 2>/dev/null),)$\
  libsvm $(shell sed -n 's/^.define LIBSVM_VERSION //p' /usr/include/libsvm/svm.h 2>/dev/null),$\
  d3 $(shell sed -n 's/.*d3js.org v\([0-9.]*\).*/\1/p;1q' /usr/share/nodejs/d3/dist/d3.min.js 2>/dev/null)"'
$(BUILD)/core/cli/cmd_version.o: DEFS = $(CUPEL_FACTS)
