# SPDX-License-Identifier: GPL-2.0-only
# The `wireroot` command: every .c file below tools/, what the user-space programs share, and the
# pure files of the init.

WIREROOT_LIBRARIES ?= libzstd liblzma zlib jansson yaml-0.1 libsodium
# Loaded when they are needed, by tools/late/.
WIREROOT_LATE      := libarchive libcurl libkmod
INITRAMFS_PURE     := arp_packet backoff dhcp_packet dns_packet fault ip_param \
		      iscsi/superblock module_list node_file params root_spec swap/swap_spec timeline \
		      value words
WIREROOT_SOURCES   := $(wildcard tools/*.c tools/*/*.c) $(wildcard userspace/lib/*.c) \
		      $(addprefix userspace/memory/lib/,broker.c broker_reply.c) \
		      $(wildcard $(INITRAMFS_PURE:%=initramfs/%.c))
WIREROOT_OBJECTS   := $(WIREROOT_SOURCES:%.c=$(B)/host/%.o)

ALL += $(B)/wireroot

# Immediate, so that pkg-config runs once and not for each object.
WIREROOT_CFLAGS := $(shell pkg-config --cflags $(WIREROOT_LIBRARIES) $(WIREROOT_LATE) 2>/dev/null)

$(B)/wireroot: $(WIREROOT_OBJECTS)
	@$(call say,CC)
	$(Q)$(CC) $(HOSTCFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(WIREROOT_LIBRARIES)) -lm

$(WIREROOT_OBJECTS): $(B)/host/%.o: %.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(HOSTCFLAGS) $(CPPFLAGS) $(WIREROOT_CFLAGS) -c -o $@ $<

# The assembler reads them; the compiler's dependency files do not know.
$(B)/host/tools/generate/ipxe_templates.o: ipxe/node.ipxe.in ipxe/boot.ipxe.in
$(B)/host/tools/generate/units.o: userspace/wirerootd/wirerootd.service

install:: $(B)/wireroot
	install -D -m 755 $(B)/wireroot $(DESTDIR)$(PREFIX)/bin/wireroot
	install -D -m 644 tools/completion/wireroot.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/wireroot
