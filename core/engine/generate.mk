# The report's style, script and figures library as bytes in the program. D3 is Debian's (node-d3), with its licence.
D3 := /usr/share/nodejs/d3/dist/d3.min.js
D3_LICENCE := /usr/share/doc/node-d3/copyright
GENERATED_HDR += $(GENERATED)/report_assets.h
GENERATED_SRC += $(GENERATED)/report_assets.c

$(D3) $(D3_LICENCE):
	@echo "node-d3 is missing: run 'make deps'" >&2; exit 1

$(GENERATED)/report_assets.h: core/engine/generate.mk
	@mkdir -p $(@D)
	@{ echo '/* Made by core/engine/generate.mk. */'; \
	   printf '#ifndef CUPEL_GENERATED_REPORT_ASSETS_H\n#define CUPEL_GENERATED_REPORT_ASSETS_H\n#include <stddef.h>\n'; \
	   printf 'extern const unsigned char cupel_report_%s[];\nextern const size_t cupel_report_%s_size;\n' css css js js d3 d3 d3_licence d3_licence; \
	   echo '#endif'; } > $@

# The licence text alone, without what would end a comment.
$(GENERATED)/report_assets.c: core/engine/report.css core/engine/report.js $(D3) $(D3_LICENCE) core/engine/generate.mk
	@mkdir -p $(@D)
	@bytes() { echo "const unsigned char cupel_report_$$1[] = {"; od -An -v -tu1 | sed 's/  */,/g; s/^,//; s/$$/,/'; echo "};"; \
	           echo "const size_t cupel_report_$$1_size = sizeof cupel_report_$$1;"; }; \
	 { printf '/* Made by core/engine/generate.mk. */\n#include "core/generated/report_assets.h"\n'; \
	   bytes css < core/engine/report.css; bytes js < core/engine/report.js; bytes d3 < $(D3); \
	   awk '/^Copyright: .*Bostock/ { print "D3, https://d3js.org"; print } /^ Redistribution/ { on = 1 } on { print } /SUCH DAMAGE/ { exit }' \
	     $(D3_LICENCE) | sed 's/\*\///g' | bytes d3_licence; } > $@.tmp && mv $@.tmp $@
