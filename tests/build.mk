# SPDX-License-Identifier: GPL-2.0-only
# Unit tests, fuzz targets and what `make check`, `make fuzz` and `make bench` run.
#
# A test program tests/unit/NAME_test.c or tests/fuzz/NAME_fuzz.c says in its first lines what it
# is linked with: `links: FILE.c ...` and `libraries: PKG ...` (names for pkg-config).

SANITIZE    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

named_in     = $(shell sed -n '1,12s/.*$(1): *\(.*[^ ]\) *\*\/.*/\1/p' $(2))
pkg_flags    = $(if $(strip $(1)),$(shell pkg-config --cflags --libs $(1)))

.SECONDEXPANSION:
$(B)/tests/unit/%: tests/unit/%.c $$(call named_in,links,tests/unit/$$*.c)
	@mkdir -p $(@D)
	$(CC) -std=c11 $(WARNINGS) $(filter-out -MMD -MP,$(CPPFLAGS)) $(SANITIZE) -o $@ $(filter %.c,$^) \
		$(call pkg_flags,cmocka $(call named_in,libraries,$<))

$(B)/tests/fuzz/%: tests/fuzz/%.c $$(call named_in,links,tests/fuzz/$$*.c)
	@mkdir -p $(@D)
	clang -std=c11 $(WARNINGS) $(filter-out -MMD -MP,$(CPPFLAGS)) -O1 -g \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $(filter %.c,$^) \
		$(call pkg_flags,$(call named_in,libraries,$<))

.PHONY: unit-tests fuzz-targets
unit-tests: $(UNIT_TESTS)
fuzz-targets: $(FUZZ_TARGETS)
