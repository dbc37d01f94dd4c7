# SPDX-License-Identifier: GPL-2.0-only
# Installs the manual pages.

MAN_PAGES := $(wildcard Documentation/man/*.8) $(wildcard Documentation/man/*.5)

install::
	@for page in $(MAN_PAGES); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
