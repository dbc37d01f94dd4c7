# SPDX-License-Identifier: GPL-2.0-only
# The programs that keep running: wirerootd.

WIREROOTD_SOURCES := $(wildcard userspace/wirerootd/*.c userspace/wirerootd/memory/*.c) \
	$(addprefix userspace/lib/,fs.c log.c machine.c notify.c signals.c text.c timeline_json.c) \
	$(addprefix initramfs/,fault.c timeline.c value.c)
WIREROOTD_OBJECTS := $(WIREROOTD_SOURCES:%.c=$(B)/objects/wirerootd/%.o)
WIREROOTD_PACKAGES := libmicrohttpd jansson sqlite3 libsodium

ALL += $(B)/wirerootd

$(B)/wirerootd: $(WIREROOTD_OBJECTS)
	@$(call say,CC)
	$(Q)$(CC) $(HOSTCFLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs $(WIREROOTD_PACKAGES))

$(B)/objects/wirerootd/%.o: %.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(HOSTCFLAGS) $(shell pkg-config --cflags $(WIREROOTD_PACKAGES)) -c -o $@ $<

# The same daemon with sanitizers, for tests/integration/wirerootd_test.sh.
TEST_PROGRAMS += $(B)/wirerootd-asan

$(B)/wirerootd-asan: $(WIREROOTD_SOURCES) $(wildcard userspace/*/*.h userspace/*/*/*.h initramfs/*.h)
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(HOSTCFLAGS) -fsanitize=address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^) \
		$(shell pkg-config --cflags --libs $(WIREROOTD_PACKAGES))

install:: $(B)/wirerootd
	install -D -m 755 $(B)/wirerootd $(DESTDIR)$(PREFIX)/sbin/wirerootd
	install -D -m 644 userspace/wirerootd/wireroot.sysusers \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d/wireroot.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/sbin|$(PREFIX)/sbin|' userspace/wirerootd/wirerootd.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/wirerootd.service

include userspace/memory/build.mk
