# SPDX-License-Identifier: GPL-2.0-only
# How everything is built. Each folder's build.mk says what it adds; Kbuild is for the kernel module.

VERSION := 0.1
PREFIX  ?= /usr/local
DESTDIR ?=
B       := build

CC       ?= gcc
KLCC     ?= klcc
WARNINGS := -Wall -Wextra -Werror
CPPFLAGS += -D_GNU_SOURCE -DWIREROOT_VERSION='"$(VERSION)"' -DWIREROOT_PREFIX='"$(PREFIX)"' -I. -MMD -MP
CFLAGS   ?= -O2 -g
HOSTCFLAGS = -std=c11 $(WARNINGS) $(CFLAGS)

# One short line for each file; `make V=1` shows the commands.
Q    := $(if $(V),,@)
say   = $(if $(V),:,printf '  %-6s %s\n' '$(1)' '$@')

.PHONY: all deps demo check check-full bench fuzz lint install clean
all:

include initramfs/build.mk
include userspace/build.mk
include tools/build.mk
include tests/build.mk
include Documentation/build.mk

all: $(ALL)

# Installs what building, testing and the demo need; quick when nothing is missing.
deps:
	@tools/deps.sh

demo: deps
	@$(MAKE) --no-print-directory all
	@tests/demo.sh

clean:
	rm -rf $(B)

# Only where objects are: whole root file systems may be below $(B), with files such as invoke-rc.d.
-include $(shell find $(B)/host $(B)/initramfs $(B)/objects -type f -name '*.d' 2>/dev/null)
