// SPDX-License-Identifier: GPL-2.0-only
/* Writes MAC addresses. See mac.h. */
#include "userspace/lib/mac.h"

#include <stdio.h>

char *mac_text(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES])
{
	snprintf(text, MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}
