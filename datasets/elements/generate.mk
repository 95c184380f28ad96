# The tables of element facts, compiled in.
GENERATED_SRC += $(GENERATED)/facts.c
GENERATED_HDR += $(GENERATED)/facts.h

$(GENERATED)/facts.c $(GENERATED)/facts.h: $(GENERATED)/facts.%: datasets/elements/facts.awk $(TABLES)
	@mkdir -p $(@D)
	$(Q)awk -v want=$* -f datasets/elements/facts.awk $(TABLES) > $@.tmp && mv $@.tmp $@

# What descriptors of ions and atoms read.
ATOM_TABLES := $(wildcard datasets/elements/atoms/*.tsv)
GENERATED_SRC += $(GENERATED)/atoms.c

$(GENERATED)/atoms.c: datasets/elements/atoms/atoms.awk $(ATOM_TABLES)
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f datasets/elements/atoms/atoms.awk $(ATOM_TABLES) > $@.tmp && mv $@.tmp $@
