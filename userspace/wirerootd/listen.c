/* SPDX-License-Identifier: GPL-2.0-only */
/* Binds the sockets of wirerootd. See listen.h for what is promised. */
#include "userspace/wirerootd/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* A rack that is powered on at once connects at once; the kernel caps it at net.core.somaxconn. */
#define BACKLOG 1024

static const char *bind_hint(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "another program has this port; see `ss -lntup`, or give another --port";
	case EADDRNOTAVAIL:
		return "no interface of this machine has the --listen address yet";
	case EACCES:
		return "ports below 1024 need CAP_NET_BIND_SERVICE";
	default:
		return NULL;
	}
}

static int open_one(const struct addrinfo *at, int type, const char *doing, struct fault *fault)
{
	char peer[ADDRESS_TEXT_BYTES + 16], text[ADDRESS_TEXT_BYTES];
	int fd = socket(at->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, off = 0, error;

	if (fd < 0)
		return fault_set(fault, errno, "open a socket", "", NULL);
	/* Without it a restart fails while old connections are in TIME-WAIT. */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    (type != SOCK_STREAM || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	close(fd);
	snprintf(peer, sizeof(peer), "%s port %u", address_text(at->ai_addr, text),
		 ntohs(((const struct sockaddr_in *)at->ai_addr)->sin_port));
	return fault_set(fault, error, doing, peer, bind_hint(error));
}

static int open_both(const struct addrinfo *at, struct listen_sockets *sockets, struct fault *fault)
{
	sockets->tcp = open_one(at, SOCK_STREAM, "listen for HTTP", fault);
	if (sockets->tcp < 0)
		return sockets->tcp;
	sockets->udp = open_one(at, SOCK_DGRAM, "listen for timelines", fault);
	if (sockets->udp < 0) {
		close(sockets->tcp);
		return sockets->udp;
	}
	return 0;
}

static int find_address(const char *address, uint16_t port, struct addrinfo **at,
			struct fault *fault)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
					.ai_socktype = SOCK_STREAM };
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address ? address : "::", service, &hints, at))
		return fault_set(fault, EINVAL, "read the --listen address", address,
				 "give an IPv4 or IPv6 address in numbers");
	return 0;
}

/* A kernel with IPv6 compiled out or disabled still has IPv4. */
static bool lacks_ipv6(const char *address, int error)
{
	return !address && (error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL);
}

int listen_open(const char *address, uint16_t port, struct listen_sockets *sockets,
		struct fault *fault)
{
	struct addrinfo *at;
	int error;

	if (find_address(address, port, &at, fault))
		return -fault->error;
	error = open_both(at, sockets, fault);
	freeaddrinfo(at);
	if (lacks_ipv6(address, error))
		return listen_open("0.0.0.0", port, sockets, fault);
	return error;
}

int listen_tcp(const char *address, uint16_t port, const char *doing, struct fault *fault)
{
	struct addrinfo *at;
	int fd;

	if (find_address(address, port, &at, fault))
		return -fault->error;
	fd = open_one(at, SOCK_STREAM, doing, fault);
	freeaddrinfo(at);
	if (lacks_ipv6(address, fd))
		return listen_tcp("0.0.0.0", port, doing, fault);
	return fd;
}

const char *address_text(const struct sockaddr *address, char text[static ADDRESS_TEXT_BYTES])
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	const void *bytes = &((const struct sockaddr_in *)address)->sin_addr;
	int family = address->sa_family;

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		family = AF_INET;
		bytes = &v6->sin6_addr.s6_addr[12];
	} else if (family == AF_INET6) {
		bytes = &v6->sin6_addr;
	}
	if (!inet_ntop(family, bytes, text, ADDRESS_TEXT_BYTES))
		snprintf(text, ADDRESS_TEXT_BYTES, "?");
	return text;
}
