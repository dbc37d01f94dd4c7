/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that tell the second stage what the init has set up, as text. Pure.
 *
 * Each function adds one file's contents to @text, which begins as { .length = 0 }.
 */
#ifndef WIREROOT_HANDOFF_TEXT_H
#define WIREROOT_HANDOFF_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "handoff.h"

/* The largest of the files: the lease with every route and name at its longest. */
#define HANDOFF_TEXT_BYTES 8192

struct handoff_text {
	char bytes[HANDOFF_TEXT_BYTES]; /* ends with a NUL; what does not fit is cut */
	size_t length;
};

/* /run/wireroot/lease: everything known, in names of our own. */
void handoff_lease(const struct handoff *handoff, struct handoff_text *text);

/* /run/net-IFACE.conf: klibc ipconfig's names, which initramfs-tools' users and cloud-init read. */
void handoff_net_conf(const struct handoff *handoff, uint64_t now_us, struct handoff_text *text);

void handoff_resolv_conf(const struct lease *lease, struct handoff_text *text);

/* The boot link for systemd-networkd. */
void handoff_network_file(const struct handoff *handoff, struct handoff_text *text);

/* The same for what carries the boot VLAN: it must stay up, and needs no address. */
void handoff_parent_file(const struct link *parent, struct handoff_text *text);

/*
 * For udev. From 6.2 on the kernel lets it rename a link that is up, before that it does not: keep
 * the name that the other files were written for, and let the predictable one be a second name.
 */
void handoff_link_file(const struct link *link, struct handoff_text *text);

#endif
