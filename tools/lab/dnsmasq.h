/* SPDX-License-Identifier: GPL-2.0-only */
/* dnsmasq in a lab: DHCP with what PXE needs, TFTP of the boot loaders, DNS for *.lab. */
#ifndef WIREROOT_LAB_DNSMASQ_H
#define WIREROOT_LAB_DNSMASQ_H

#include "initramfs/fault.h"
#include "tools/lab/servers.h"

/* Write its configuration and put the boot loaders into the TFTP directory. */
int dnsmasq_write(const struct server_options *options, struct fault *fault);

/*
 * Tell a running dnsmasq the name that belongs to @count MACs, given in @macs. Inside the lab.
 * -EEXIST when another node has one of them.
 */
int dnsmasq_add_node(const char *node, const char *const macs[], size_t count, struct fault *fault);

#endif
