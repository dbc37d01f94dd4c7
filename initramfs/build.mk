# SPDX-License-Identifier: GPL-2.0-only
# The init, one static klibc binary, PID 1 on the node; wireroot-discover, which the init of the
# discovery image starts; wireroot-iscsi, its client for roots on iSCSI disks; and wireroot-swap, which
# attaches neighbours' memory.

INIT_SOURCES := $(wildcard initramfs/*.c)
INIT_OBJECTS := $(INIT_SOURCES:initramfs/%.c=$(B)/initramfs/%.o)

# klcc brings its own -Os and include paths. GNU C for inline assembly and statement attributes.
# snprintf() into the fixed fields of faults and timelines cuts long texts off on purpose.
INIT_CFLAGS := -std=gnu11 $(WARNINGS) -Wno-format-truncation -Os -ffunction-sections -fdata-sections \
	-DWIREROOT_VERSION='"$(VERSION)"'

DISCOVER_SOURCES := $(wildcard initramfs/discover/*.c) \
	$(addprefix initramfs/,backoff.c fault.c sys.c value.c)
DISCOVER_OBJECTS := $(DISCOVER_SOURCES:initramfs/%.c=$(B)/initramfs/%.o)

# Of the init it needs the words, the resolver, the times between tries and the search for the second
# stage's init.
ISCSI_SOURCES := $(wildcard initramfs/iscsi/*.c) \
	$(addprefix initramfs/,backoff.c dns_packet.c fault.c mount_flags.c node_file.c resolve.c second_stage.c sys.c \
		value.c words.c)
ISCSI_OBJECTS := $(ISCSI_SOURCES:initramfs/%.c=$(B)/initramfs/%.o)

# Of the iSCSI client it needs the login, the session and the disk; of the init how it tells people.
SWAP_SOURCES := $(wildcard initramfs/swap/*.c) \
	$(addprefix initramfs/iscsi/,chap.c disk.c iscsi_login.c iscsi_netlink.c iscsi_pdu.c iscsi_spec.c portals.c \
		record.c relogin.c superblock.c sysfs.c) \
	$(addprefix initramfs/,dns_packet.c fault.c node_file.c report.c resolve.c sys.c timeline.c value.c words.c)
SWAP_OBJECTS := $(SWAP_SOURCES:initramfs/%.c=$(B)/initramfs/%.o)

ALL += $(B)/init $(B)/wireroot-discover $(B)/wireroot-iscsi $(B)/wireroot-swap

$(B)/initramfs/%.o: initramfs/%.c
	@mkdir -p $(@D)
	@$(call say,KLCC)
	$(Q)$(KLCC) $(INIT_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/init: $(INIT_OBJECTS)
	@$(call say,KLCC)
	$(Q)$(KLCC) -static -Wl,--gc-sections -Wl,--build-id=none -o $@.unstripped $^
	$(Q)strip --strip-all -R .comment -R .note -o $@ $@.unstripped

$(B)/wireroot-discover: $(DISCOVER_OBJECTS)
	@$(call say,KLCC)
	$(Q)$(KLCC) -static -Wl,--gc-sections -Wl,--build-id=none -o $@.unstripped $^
	$(Q)strip --strip-all -R .comment -R .note -o $@ $@.unstripped

$(B)/initramfs/iscsi/hand_over.o: $(wildcard initramfs/iscsi/second_stage/*)

$(B)/wireroot-iscsi: $(ISCSI_OBJECTS)
	@$(call say,KLCC)
	$(Q)$(KLCC) -static -Wl,--gc-sections -Wl,--build-id=none -o $@.unstripped $^
	$(Q)strip --strip-all -R .comment -R .note -o $@ $@.unstripped

$(B)/wireroot-swap: $(SWAP_OBJECTS)
	@$(call say,KLCC)
	$(Q)$(KLCC) -static -Wl,--gc-sections -Wl,--build-id=none -o $@.unstripped $^
	$(Q)strip --strip-all -R .comment -R .note -o $@ $@.unstripped

install:: $(B)/init $(B)/wireroot-discover $(B)/wireroot-iscsi $(B)/wireroot-swap
	install -D -m 755 $(B)/init $(DESTDIR)$(PREFIX)/lib/wireroot/init
	install -D -m 755 $(B)/wireroot-discover $(DESTDIR)$(PREFIX)/lib/wireroot/wireroot-discover
	install -D -m 755 $(B)/wireroot-iscsi $(DESTDIR)$(PREFIX)/lib/wireroot/wireroot-iscsi
	install -D -m 755 $(B)/wireroot-swap $(DESTDIR)$(PREFIX)/lib/wireroot/wireroot-swap
