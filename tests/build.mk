# SPDX-License-Identifier: GPL-2.0-only
# Unit tests, fuzz targets and what `make check`, `make fuzz` and `make bench` run.
#
# A test program tests/unit/NAME_test.c or tests/fuzz/NAME_fuzz.c says in its first lines what it
# is linked with: `links: FILE.c ...` and `libraries: PKG ...` (names for pkg-config). `FOLDER/` in
# `links:` stands for all .c files in it.

SANITIZE    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/*_test.c))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

HEADERS      := $(wildcard initramfs/*.h initramfs/*/*.h userspace/*/*.h userspace/*/*/*.h tools/*/*.h tests/*/*.h)

named_in     = $(shell sed -n '1,12s/.*$(1): *\(.*[^ ]\) *\*\/.*/\1/p' $(2))
linked       = $(foreach file,$(call named_in,links,$(1)),$(if $(filter %/,$(file)),$(wildcard $(file)*.c),$(file)))
pkg_flags    = $(if $(strip $(1)),$(shell pkg-config --cflags --libs $(1)))

.SECONDEXPANSION:
$(B)/tests/unit/%: tests/unit/%.c $$(call linked,tests/unit/$$*.c) $(HEADERS)
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) -std=c11 $(WARNINGS) $(filter-out -MMD -MP,$(CPPFLAGS)) $(SANITIZE) -o $@ $(filter %.c,$^) \
		$(call pkg_flags,cmocka $(call named_in,libraries,$<))

$(B)/tests/fuzz/%: tests/fuzz/%.c $$(call linked,tests/fuzz/$$*.c) $(HEADERS)
	@mkdir -p $(@D)
	@$(call say,CLANG)
	$(Q)clang -std=c11 $(WARNINGS) $(filter-out -MMD -MP,$(CPPFLAGS)) -O1 -g \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $(filter %.c,$^) \
		$(call pkg_flags,$(call named_in,libraries,$<))

.PHONY: unit-tests fuzz-targets
unit-tests: $(UNIT_TESTS)
fuzz-targets: $(FUZZ_TARGETS)

# For tests of targets, also within a guest; see its first lines.
TEST_PROGRAMS += $(B)/target-offer
TARGET_OFFER_SOURCES := tests/fixtures/target_offer.c \
	$(addprefix tools/target/,configfs.c configfs_look.c lio.c lio_file.c lio_text.c target.c) \
	$(addprefix tools/target/,tgt.c tgt_request.c tgt_socket.c tgt_text.c) \
	$(addprefix userspace/lib/,fs.c iscsi_portal.c log.c text.c) $(addprefix initramfs/,fault.c value.c)

$(B)/target-offer: $(TARGET_OFFER_SOURCES) $(HEADERS)
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -static -o $@ $(filter %.c,$^) \
		-ljansson

# For tests of lent memory: fills memory and looks at it again.
TEST_PROGRAMS += $(B)/memory-use

$(B)/memory-use: tests/fixtures/memory_use.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(HOSTCFLAGS) -D_GNU_SOURCE -static -o $@ $<

# The memory broker in every order of messages; optimised, as it is about how many it sees.
TEST_PROGRAMS += $(B)/memory-model
MEMORY_MODEL_SOURCES := tests/model/memory_model.c \
	$(addprefix userspace/wirerootd/memory/,brokerage.c brokerage_change.c brokerage_place.c \
	brokerage_report.c grant.c id_set.c placement.c) $(addprefix initramfs/,fault.c value.c)

$(B)/memory-model: $(MEMORY_MODEL_SOURCES) $(HEADERS)
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -o $@ $(filter %.c,$^)

# For tests that lay commands of LVM in the way of `wireroot storage`; found by its directory's name.
TEST_PROGRAMS += $(B)/lvm-by-path/liblvm2cmd.so.2.03

$(B)/lvm-by-path/liblvm2cmd.so.2.03: tests/fixtures/lvm2cmd.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -fPIC -shared -o $@ $<

# Members by the thousand, for tests/bench/memory_broker.sh.
TEST_PROGRAMS += $(B)/memory-broker-bench

$(B)/memory-broker-bench: tests/bench/memory_broker.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -o $@ $< $(call pkg_flags,jansson)

# --- what is run ------------------------------------------------------------------------------

BOOT_TESTS      = $(sort $(wildcard tests/boot/*.sh))
BOOT_TESTS_FULL = $(sort $(wildcard tests/boot/full/*.sh))
OTHER_TESTS     = $(sort $(wildcard tests/integration/*_test.sh)) tests/fuzz/smoke.sh
# Sourced by the tests, not tests themselves.
NO_TESTS        = tests/boot/lib.sh
JOBS           ?= $(shell nproc)
FUZZ_SECONDS   ?= 60

.PHONY: test-programs fixtures check-unit
test-programs: unit-tests fuzz-targets $(TEST_PROGRAMS)

# What boot tests need from outside, with its progress in sight, before the tests begin.
fixtures: deps
	@tests/fixtures/kernels.sh >/dev/null
	@tests/fixtures/debian_root.sh --archive >/dev/null
	@tests/fixtures/debian_iscsi_root.sh --archive >/dev/null

check: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@$(MAKE) --no-print-directory fixtures
	@tests/run -j $(JOBS) $(filter-out $(NO_TESTS),$(BOOT_TESTS)) $(UNIT_TESTS) $(OTHER_TESTS)

# apply is killed at each of its steps there, which takes its time.
check-full: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@$(MAKE) --no-print-directory fixtures
	@KILL_STRIDE=1 MEMORY_MODEL=--full WIREROOT_TEST_TIMEOUT=$${WIREROOT_TEST_TIMEOUT:-3600} tests/run \
		-j $(JOBS) $(filter-out $(NO_TESTS),$(BOOT_TESTS_FULL) $(BOOT_TESTS)) \
		$(UNIT_TESTS) $(OTHER_TESTS)

# Without QEMU, in a minute: for the time while one writes code.
check-unit: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@tests/run -j $(JOBS) $(UNIT_TESTS) $(OTHER_TESTS)

fuzz: deps
	@$(MAKE) --no-print-directory -j$(JOBS) fuzz-targets
	@tests/fuzz/smoke.sh $(FUZZ_SECONDS) 0

bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all $(B)/memory-broker-bench
	@tests/bench/boot.sh
	@tests/bench/iscsi.sh
	@tests/bench/generate.sh
	@tests/bench/memory_broker.sh
	@tests/bench/memory.sh

C_FILES      = $(shell git ls-files '*.c' '*.h')
SHELL_FILES  = $(shell git ls-files '*.sh') initramfs/iscsi/second_stage/hand-over .ci/run tests/run
HOST_C_FILES = $(shell git ls-files 'tools/*.c' 'userspace/*.c')

TIDY_CFLAGS = $(shell pkg-config --cflags libkmod libarchive libmicrohttpd jansson libcurl yaml-0.1 libsodium sqlite3)

lint: deps
	clang-format --dry-run -Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
		--library=.cppcheck.cfg --suppress=missingIncludeSystem -D__x86_64__ -I. initramfs userspace tools
	# One by one: with several files, clang-tidy 14 takes each va_list for an uninitialised one.
	printf '%s\n' $(HOST_C_FILES) | xargs -P $(JOBS) -I FILE clang-tidy --quiet FILE -- -std=c11 \
		$(filter-out -MMD -MP,$(CPPFLAGS)) $(TIDY_CFLAGS)
	shellcheck $(SHELL_FILES)
	mandoc -T lint -W warning $(wildcard Documentation/man/*.[0-9])
