// SPDX-License-Identifier: GPL-2.0-only
/* Where an iSCSI target is to be had; see iscsi_portal.h. */
#include "userspace/lib/iscsi_portal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"

bool iscsi_portal_parse(const char *text, struct iscsi_portal *portal)
{
	size_t length = strcspn(text, ":");
	uint32_t address, port = ISCSI_PORTAL_PORT;
	char head[IPV4_TEXT_BYTES];

	if (!value_copy(head, sizeof(head), text, length) || !value_ipv4(head, &address))
		return false;
	/* A port that begins with a zero is more likely a slip than meant. */
	if (text[length] && (text[length + 1] == '0' ||
			     !value_number(text + length + 1, UINT16_MAX, &port) || !port))
		return false;
	*portal = (struct iscsi_portal){ address, (uint16_t)port };
	return true;
}

char *iscsi_portal_text(const struct iscsi_portal *portal,
			char text[static ISCSI_PORTAL_TEXT_BYTES])
{
	char address[IPV4_TEXT_BYTES];

	snprintf(text, ISCSI_PORTAL_TEXT_BYTES, "%s:%u", value_ipv4_text(portal->address, address),
		 portal->port);
	return text;
}

bool iscsi_portal_is_among(const struct iscsi_portal *portal, const struct iscsi_portal *list,
			   size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].address == portal->address && list[i].port == portal->port)
			return true;
	return false;
}

/* What is wrong with the line of @length bytes, or NULL. */
static const char *take_line(const char *line, size_t length, struct iscsi_portals *portals)
{
	struct iscsi_portal portal;
	char text[ISCSI_PORTAL_TEXT_BYTES];

	if (!length || *line == '#')
		return NULL;
	if (memchr(line, '\0', length) || !value_copy(text, sizeof(text), line, length) ||
	    !iscsi_portal_parse(text, &portal) || !portal.address)
		return "a portal is an IPv4 address and a port, as 10.0.0.1:3260";
	if (iscsi_portal_is_among(&portal, portals->list, portals->count))
		return "the portal is there twice";
	if (portals->count == ISCSI_PORTALS_MAX)
		return "there are more than 8 portals";
	portals->list[portals->count++] = portal;
	return NULL;
}

int iscsi_portals_parse(const char *text, size_t length, const char *name,
			struct iscsi_portals *portals, struct fault *fault)
{
	const char *end = text + length;
	unsigned int number = 0;
	char hint[sizeof(fault->hint)];

	portals->count = 0;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *why = take_line(text, (size_t)((stop ? stop : end) - text), portals);

		number++;
		if (why) {
			snprintf(hint, sizeof(hint), "line %u: %s", number, why);
			return fault_set(fault, EINVAL, "read iSCSI portals", name, hint);
		}
		text = stop ? stop + 1 : end;
	}
	return 0;
}
