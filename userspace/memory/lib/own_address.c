// SPDX-License-Identifier: GPL-2.0-only
/* By which address this machine is seen from its broker; see own_address.h. */
#include "userspace/memory/lib/own_address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "userspace/memory/lib/member.h"

static int look_up(const char *broker, struct addrinfo **found, struct fault *fault)
{
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	const char *start = strstr(broker, "://");
	const char *colon = start ? strrchr(start + 3, ':') : NULL;
	char host[MEMBER_BROKER_BYTES];
	int error;

	if (!colon) {
		fault_set(fault, EINVAL, "find the broker", broker, NULL);
		return -EINVAL;
	}
	snprintf(host, sizeof(host), "%.*s", (int)(colon - start - 3), start + 3);
	error = getaddrinfo(host, colon + 1, &hints, found);
	if (!error)
		return 0;
	fault_set(fault, error == EAI_SYSTEM ? errno : EHOSTUNREACH, "find the broker", host,
		  gai_strerror(error));
	return -EHOSTUNREACH;
}

int own_address(const char *broker, uint32_t *address, struct fault *fault)
{
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof(own);
	struct addrinfo *found;
	int fd, error = look_up(broker, &found, fault);

	if (error)
		return error;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &size) < 0)
		error = fault_set(fault, errno, "find this machine's address", broker,
				  "say it by --address");
	if (fd >= 0)
		close(fd);
	freeaddrinfo(found);
	*address = ntohl(own.sin_addr.s_addr);
	return error;
}
