/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find a server's IPv4 address by its DNS name, with the name servers and domains of the lease, and
 * our own address on the way there.
 */
#ifndef WIREROOT_RESOLVE_H
#define WIREROOT_RESOLVE_H

#include <stdint.h>

#include "fault.h"
#include "lease.h"

/*
 * Resolve @name, an address in text or a DNS name, to *@address (host byte order). Blocks, for 18 s
 * at most for each form of the name. A name without a dot is tried with the search list and the
 * domain first. Returns 0, or a negative errno with @fault.
 */
int resolve(const char *name, const struct lease *lease, uint32_t *address, struct fault *fault);

/*
 * The address that the kernel speaks to @server from; nothing is sent to find out. 0: unknown. Both
 * are in host byte order.
 */
uint32_t source_address(uint32_t server);

#endif
