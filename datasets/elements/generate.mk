# The tables of element facts, compiled in.
GENERATED_SRC += $(GENERATED)/facts.c
GENERATED_HDR += $(GENERATED)/facts.h

$(GENERATED)/facts.c $(GENERATED)/facts.h: $(GENERATED)/facts.%: datasets/elements/facts.awk $(TABLES)
	@mkdir -p $(@D)
	$(Q)awk -v want=$* -f datasets/elements/facts.awk $(TABLES) > $@.tmp && mv $@.tmp $@
