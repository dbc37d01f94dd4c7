/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of DNS (RFC 1035) as far as a node needs them to find its server: names, a question for
 * an A record, and the answer to it. Pure: no system calls, no state.
 */
#ifndef WIREROOT_DNS_PACKET_H
#define WIREROOT_DNS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define DNS_PORT 53

/* The longest name as text, without a final dot, with its NUL (RFC 1035, 3.1: 255 on the wire). */
#define DNS_NAME_BYTES 254

/* Header, question name, type and class. */
#define DNS_QUERY_BYTES (12 + 255 + 4)

/* What a server may send over UDP without EDNS (RFC 1035, 2.3.4), which we don't offer. */
#define DNS_ANSWER_BYTES 512

#define DNS_ADDRESSES_MAX 8

/* A question under way. */
struct dns_query {
	uint16_t id; /* hard to guess: it is all that tells a true answer from a forged one */
	const char *name;
	uint32_t server; /* host byte order; for the text of faults alone */
};

struct dns_answer {
	uint32_t addresses[DNS_ADDRESSES_MAX]; /* host byte order, as the server sorted them */
	unsigned int address_count;
	uint8_t rcode; /* RFC 1035, 4.1.1; 0: no error, 2: server failure, 3: no such name */
	bool truncated; /* TC: the server had more to say than UDP carries */
};

/*
 * Whether @name is a host name: labels of 1 to 63 letters, digits, '-' and '_', none with '-' at an
 * end, parted by dots, one dot at the end allowed, 253 bytes at most without it.
 */
bool dns_name_is_valid(const char *name);

/*
 * Read the name at *@offset in @message, where pointers (RFC 1035, 4.1.4) lead to earlier places
 * only, so that none can loop. *@offset moves behind the name. The root is the empty string.
 * Returns 0, or -EBADMSG when it runs past the end, loops or is not a name in the sense above.
 */
int dns_name_read(const uint8_t *message, size_t length, size_t *offset,
		  char name[static DNS_NAME_BYTES]);

/* Write the question to @packet. Returns its length, or -EINVAL when the name is not valid. */
int dns_query_build(const struct dns_query *query, uint8_t packet[static DNS_QUERY_BYTES]);

/*
 * Read the answer to @query. Except for 0 and -ENOMSG, @fault says what is wrong.
 *
 *	0	    at least one address, also when the answer was truncated behind it
 *	-ENOMSG	    answers another question (id, name or type differ): go on waiting
 *	-EBADMSG    malformed
 *	-ENOENT	    the name does not exist
 *	-ENODATA    the name exists but has no IPv4 address
 *	-EMSGSIZE   truncated before the first address
 *	-EREMOTEIO  the server could not or would not answer: see rcode
 */
int dns_answer_parse(const uint8_t *message, size_t length, const struct dns_query *query,
		     struct dns_answer *answer, struct fault *fault);

#endif
