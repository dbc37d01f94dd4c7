/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an iSCSI target is to be had: portals, one by one as people write them ("10.0.0.1",
 * "10.0.0.1:3261"), and lists of them in files.
 *
 * IPv4 alone, as everything that a node does before its root is there. Pure.
 */
#ifndef WIREROOT_ISCSI_PORTAL_H
#define WIREROOT_ISCSI_PORTAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define ISCSI_PORTAL_PORT 3260 /* RFC 7143 section 13.4.1 */

/* Of one target. What the init takes, with all its targets (initramfs/iscsi/iscsi_spec.h). */
#define ISCSI_PORTALS_MAX 8

/* Room for "255.255.255.255:65535" and its NUL. */
#define ISCSI_PORTAL_TEXT_BYTES 22

struct iscsi_portal {
	uint32_t address; /* host byte order; 0: all of the server's */
	uint16_t port;
};

struct iscsi_portals {
	struct iscsi_portal list[ISCSI_PORTALS_MAX];
	size_t count;
};

/* ADDRESS[:PORT]. False, and @portal as it was, for anything else. */
bool iscsi_portal_parse(const char *text, struct iscsi_portal *portal);

/* Always with the port. Returns @text. */
char *iscsi_portal_text(const struct iscsi_portal *portal,
			char text[static ISCSI_PORTAL_TEXT_BYTES]);

/* Is @portal among the @count of @list? */
bool iscsi_portal_is_among(const struct iscsi_portal *portal, const struct iscsi_portal *list,
			   size_t count);

/*
 * Read a list as Wireroot writes it: a portal on each line, none twice; lines that begin with '#'
 * and empty ones are passed over. @name is the file's, for faults. 0, or -EINVAL with @fault.
 */
int iscsi_portals_parse(const char *text, size_t length, const char *name,
			struct iscsi_portals *portals, struct fault *fault);

#endif
