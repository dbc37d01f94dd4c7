// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find a server's IPv4 address by its DNS name.
 *
 * A stub resolver (RFC 1035, 7): one question at a time over UDP to each of the lease's servers in
 * turn. An answer counts only when it comes from the server and port that was asked (the socket is
 * connected, its local port is the kernel's random one) and repeats the question and its random id.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns_packet.h"
#include "resolve.h"
#include "sys.h"
#include "value.h"

#define ROUNDS	  3
#define ANSWER_MS 1500

static int ask(int fd, const struct dns_query *query, struct dns_answer *answer,
	       struct fault *fault)
{
	uint8_t packet[DNS_QUERY_BYTES], message[DNS_ANSWER_BYTES];
	uint64_t deadline_us = monotonic_us() + ANSWER_MS * 1000ull;
	int length = dns_query_build(query, packet);
	uint64_t now_us;

	if (length < 0)
		return fault_set(fault, EINVAL, "look up the server's name", query->name,
				 "this is not a valid host name");
	if (send(fd, packet, (size_t)length, 0) < 0)
		return -errno;
	while ((now_us = monotonic_us()) < deadline_us) {
		struct pollfd poll_fd = { fd, POLLIN, 0 };
		ssize_t got;
		int result;

		if (poll(&poll_fd, 1, (int)((deadline_us - now_us) / 1000) + 1) <= 0)
			continue;
		got = recv(fd, message, sizeof(message), 0);
		if (got < 0)
			return -errno; /* ECONNREFUSED: nobody listens there */
		result = dns_answer_parse(message, (size_t)got, query, answer, fault);
		if (result != -ENOMSG)
			return result;
	}
	return -ETIMEDOUT;
}

static int ask_server(const char *name, uint32_t server, struct dns_answer *answer,
		      struct fault *fault)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(DNS_PORT),
				  .sin_addr.s_addr = htonl(server) };
	struct dns_query query = { .id = (uint16_t)random_word(), .name = name, .server = server };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char peer[sizeof(fault->peer)], address[IPV4_TEXT_BYTES];
	int result;

	if (fd < 0)
		return fault_set(fault, errno, "open a socket for DNS", "", NULL);
	memset(fault, 0, sizeof(*fault));
	result = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0
			 ? -errno
			 : ask(fd, &query, answer, fault);
	close(fd);
	if (result < 0 && !fault->error) {
		snprintf(peer, sizeof(peer), "%s at %s", name, value_ipv4_text(server, address));
		fault_set(fault, result, "look up the server's name", peer,
			  "check that the name server answers, or give an address");
	}
	return result;
}

/* One form of the name, at every server, in rounds. A definite 'no such name' ends it at once. */
static int resolve_form(const char *name, const struct lease *lease, struct dns_answer *answer,
			struct fault *fault)
{
	int result = -ENODATA;
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < LEASE_SERVERS_MAX && lease->dns[i]; i++) {
			result = ask_server(name, lease->dns[i], answer, fault);
			if (result == 0 || result == -ENOENT || result == -ENODATA ||
			    result == -EINVAL)
				return result;
		}
	}
	return result;
}

/* Words of @list, parted by blanks, in turn as suffix of @name. */
static int resolve_with_suffixes(const char *name, const char *list, const struct lease *lease,
				 struct dns_answer *answer, struct fault *fault)
{
	int result = -ENOENT;

	while (*list) {
		size_t length = strcspn(list, " ");
		char full[DNS_NAME_BYTES];

		if (length && (size_t)snprintf(full, sizeof(full), "%s.%.*s", name, (int)length,
					       list) < sizeof(full)) {
			result = resolve_form(full, lease, answer, fault);
			if (result != -ENOENT && result != -ENODATA)
				return result;
		}
		list += length;
		list += strspn(list, " ");
	}
	return result;
}

int resolve(const char *name, const struct lease *lease, uint32_t *address, struct fault *fault)
{
	struct fault with_suffix = { 0 };
	struct dns_answer answer;
	int result = -ENOENT;

	if (value_ipv4(name, address))
		return 0;
	if (!lease->dns[0])
		return fault_set(fault, EDESTADDRREQ, "look up the server's name", name,
				 "the lease names no DNS server: give nameserver= or an address");
	if (!strchr(name, '.')) {
		result = resolve_with_suffixes(name,
					       lease->search[0] ? lease->search : lease->domain,
					       lease, &answer, fault);
		if (result < 0 && result != -ENOENT && result != -ENODATA)
			return result;
		if (result < 0 && (lease->search[0] || lease->domain[0]))
			with_suffix = *fault;
	}
	if (result < 0)
		result = resolve_form(name, lease, &answer, fault);
	/* Many servers refuse a name without a dot: that it is not in its domain tells more. */
	if (result < 0 && with_suffix.error) {
		*fault = with_suffix;
		return -fault->error;
	}
	if (result == 0)
		*address = answer.addresses[0];
	return result;
}

uint32_t source_address(uint32_t server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(9), /* any but 0 */
				       .sin_addr.s_addr = htonl(server) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool known = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		     getsockname(fd, (struct sockaddr *)&address, &length) == 0;

	if (fd >= 0)
		close(fd);
	return known ? ntohl(address.sin_addr.s_addr) : 0;
}
