// SPDX-License-Identifier: GPL-2.0-only
/* Which of a cluster's servers this host is; see this_host.h. */
#include "tools/generation/this_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

static bool has_address(const struct ifaddrs *addresses, uint32_t address)
{
	for (const struct ifaddrs *item = addresses; item; item = item->ifa_next) {
		struct sockaddr_in ipv4;

		if (!item->ifa_addr || item->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&ipv4, item->ifa_addr, sizeof(ipv4));
		if (ntohl(ipv4.sin_addr.s_addr) == address)
			return true;
	}
	return false;
}

static const struct cluster_server *find_by_address(const struct cluster *cluster)
{
	const struct cluster_server *found = NULL;
	struct ifaddrs *addresses = NULL;

	if (getifaddrs(&addresses) < 0)
		return NULL;
	for (size_t i = 0; !found && i < cluster->server_count; i++)
		if (has_address(addresses, cluster->servers[i].address))
			found = &cluster->servers[i];
	freeifaddrs(addresses);
	return found;
}

int this_host_find(const struct cluster *cluster, const char *name, bool any,
		   const struct cluster_server **server, struct fault *fault)
{
	if (name)
		*server = cluster_find_server(cluster, name);
	else if (cluster->server_count == 1)
		*server = &cluster->servers[0];
	else
		*server = find_by_address(cluster);
	if (*server || (any && !name))
		return 0;
	if (name)
		return fault_set(fault, ENOENT, "find server of the cluster", name,
				 "--server wants a name below servers: in the definition");
	return fault_set(fault, EINVAL, "find out which server of the cluster this host is", "",
			 "none of their addresses is here; name it with --server");
}

char *this_host_url(const struct cluster_server *server)
{
	char address[IPV4_TEXT_BYTES];
	char *url;

	if (!(server->roles & SERVER_BOOT))
		return strdup("");
	if (asprintf(&url, "http://%s:%u", value_ipv4_text(server->address, address),
		     (unsigned int)server->http_port) < 0)
		return NULL;
	return url;
}
