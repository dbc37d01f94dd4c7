// SPDX-License-Identifier: GPL-2.0-only
/* Reads tcp, udp, rdma, proto= and port=; nfs_transport.h has the contract. */
#include "nfs_transport.h"

#include <stdlib.h>
#include <string.h>

static bool is_word(const char *option, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(option, word, length) == 0;
}

static void take_protocol(const char *name, size_t length, struct nfs_transport *transport)
{
	if (is_word(name, length, "tcp") || is_word(name, length, "tcp6"))
		transport->tcp = true;
	else if (is_word(name, length, "udp") || is_word(name, length, "udp6") ||
		 is_word(name, length, "rdma") || is_word(name, length, "rdma6"))
		transport->tcp = false;
}

void nfs_transport_read(const char *list, struct nfs_transport *transport)
{
	while (*list) {
		size_t length = strcspn(list, ",");

		if (strncmp(list, "port=", 5) == 0)
			transport->port = (uint32_t)strtoul(list + 5, NULL, 10);
		else if (strncmp(list, "proto=", 6) == 0)
			take_protocol(list + 6, length - 6, transport);
		else
			take_protocol(list, length, transport);
		list += length;
		list += *list == ',';
	}
}
