GENERATED_SRC += $(GENERATED)/magpie_table.c

$(GENERATED)/magpie_table.c: descriptors/composition/magpie.tsv descriptors/composition/magpie.awk
	@mkdir -p $(@D)
	$(Q)LC_ALL=C awk -f descriptors/composition/magpie.awk $< > $@.tmp && mv $@.tmp $@
