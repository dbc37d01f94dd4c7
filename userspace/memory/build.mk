# SPDX-License-Identifier: GPL-2.0-only
# Lending and borrowing memory: wireroot-lend and wireroot-borrow. Each is all the .c files of its
# folder, those of lib/, and what it names here.

MEMORY_PACKAGES := libcurl jansson libsodium
MEMORY_SHARED   := $(wildcard userspace/memory/lib/*.c) $(wildcard userspace/lib/*.c) \
		   initramfs/backoff.c initramfs/fault.c initramfs/timeline.c initramfs/value.c

LEND_SOURCES    := $(wildcard userspace/memory/lend/*.c) $(MEMORY_SHARED) \
		   $(addprefix tools/target/,configfs.c configfs_look.c lio.c lio_text.c target.c) \
		   $(addprefix tools/target/,tgt.c tgt_request.c tgt_socket.c tgt_text.c)
BORROW_SOURCES  := $(wildcard userspace/memory/borrow/*.c) $(MEMORY_SHARED) \
		   $(addprefix initramfs/swap/,grant.c mapper.c mapper_text.c swap_header.c)

MEMORY_OBJECT    = $(1:%.c=$(B)/objects/memory/%.o)
MEMORY_CFLAGS   := $(shell pkg-config --cflags $(MEMORY_PACKAGES) 2>/dev/null)

# A program is built when its folder has something in it.
MEMORY_PROGRAMS := $(foreach name,lend borrow,$(if $(wildcard userspace/memory/$(name)/*.c),$(name)))
ALL             += $(MEMORY_PROGRAMS:%=$(B)/wireroot-%)

$(B)/wireroot-lend: $(call MEMORY_OBJECT,$(LEND_SOURCES))
$(B)/wireroot-borrow: $(call MEMORY_OBJECT,$(BORROW_SOURCES))
$(MEMORY_PROGRAMS:%=$(B)/wireroot-%):
	@$(call say,CC)
	$(Q)$(CC) $(HOSTCFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(MEMORY_PACKAGES))

$(B)/objects/memory/%.o: %.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(HOSTCFLAGS) $(MEMORY_CFLAGS) -c -o $@ $<

# The same lender with sanitizers, for tests/integration/memory_lend_test.sh.
TEST_PROGRAMS += $(B)/wireroot-lend-asan

$(B)/wireroot-lend-asan: $(LEND_SOURCES) $(wildcard userspace/*/*.h userspace/*/*/*.h tools/target/*.h initramfs/*.h)
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -fsanitize=address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^) \
		$(shell pkg-config --cflags --libs $(MEMORY_PACKAGES))

install:: $(MEMORY_PROGRAMS:%=$(B)/wireroot-%)
	@for name in $(MEMORY_PROGRAMS); do \
		install -D -m 755 $(B)/wireroot-$$name $(DESTDIR)$(PREFIX)/sbin/wireroot-$$name || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	@for unit in $(wildcard userspace/memory/*/*.service); do \
		sed 's|/usr/local/|$(PREFIX)/|' $$unit \
			> $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/} || exit 1; \
	done
