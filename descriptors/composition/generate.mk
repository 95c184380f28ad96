COMPOSITION := descriptors/composition
ELEMENT_TABLES := deml jarvis mat2vec matscholar megnet oliynyk pymatgen
GENERATED_SRC += $(GENERATED)/magpie_table.c $(ELEMENT_TABLES:%=$(GENERATED)/table_%.c)

$(GENERATED)/magpie_table.c: descriptors/composition/magpie.tsv descriptors/composition/magpie.awk
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f descriptors/composition/magpie.awk $< > $@.tmp && mv $@.tmp $@

$(ELEMENT_TABLES:%=$(GENERATED)/table_%.c): $(GENERATED)/table_%.c: $(COMPOSITION)/tables/%.tsv $(COMPOSITION)/tables.awk
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -v name=$* -f $(COMPOSITION)/tables.awk $< > $@.tmp && mv $@.tmp $@

GENERATED_SRC += $(GENERATED)/alloy_table.c

$(GENERATED)/alloy_table.c: descriptors/composition/alloy.awk descriptors/composition/alloy.tsv descriptors/composition/mixing_enthalpy.tsv
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f $^ > $@.tmp && mv $@.tmp $@
