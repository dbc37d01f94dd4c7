/* SPDX-License-Identifier: GPL-2.0-only */
/* The two sockets of wirerootd, TCP and UDP on one port, and addresses as text. */
#ifndef WIREROOT_LISTEN_H
#define WIREROOT_LISTEN_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "initramfs/fault.h"

/* An address as text: "10.0.0.5", also when it came in as ::ffff:10.0.0.5. With the NUL. */
#define ADDRESS_TEXT_BYTES INET6_ADDRSTRLEN

struct listen_sockets {
	int tcp; /* listening, non-blocking */
	int udp; /* bound, non-blocking */
};

/*
 * Bind both sockets to @address (a number, not a name; NULL: every address, IPv6 and IPv4) and
 * @port. The caller closes them. Returns 0 or -errno with @fault filled in and nothing left open.
 */
int listen_open(const char *address, uint16_t port, struct listen_sockets *sockets,
		struct fault *fault);

/* The same with a listening, non-blocking TCP socket alone, which is returned; @doing is for
 * faults: "listen for HTTP". */
int listen_tcp(const char *address, uint16_t port, const char *doing, struct fault *fault);

const char *address_text(const struct sockaddr *address, char text[static ADDRESS_TEXT_BYTES]);

#endif
