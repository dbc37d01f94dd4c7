// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a machine is on the network at all; see presence.h.
 *
 * A connection to any port fails with EHOSTUNREACH when nobody answers ARP, or when the router in
 * between says so; a machine that is there refuses it, or drops it.
 */
#include "tools/storage/presence.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_PORT 9 /* RFC 863 */

/* An entry that was good a moment ago is believed for 5 s and asked for 3 more, then anew for 3. */
#define ANSWER_TIMEOUT_MS 15000

bool presence_is_gone(const char *address)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(DISCARD_PORT) };
	struct pollfd answer = { .events = POLLOUT };
	socklen_t length = sizeof(int);
	int error = 0;

	if (inet_pton(AF_INET, address, &peer.sin_addr) != 1)
		return false;
	answer.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (answer.fd < 0)
		return false;
	if (connect(answer.fd, (const struct sockaddr *)&peer, sizeof(peer)) < 0)
		error = errno;
	if (error == EINPROGRESS && poll(&answer, 1, ANSWER_TIMEOUT_MS) > 0)
		getsockopt(answer.fd, SOL_SOCKET, SO_ERROR, &error, &length);
	close(answer.fd);
	return error == EHOSTUNREACH;
}
