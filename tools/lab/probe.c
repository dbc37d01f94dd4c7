// SPDX-License-Identifier: GPL-2.0-only
/* One question to each kind of server; see probe.h. */
#include "tools/lab/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tools/lab/layout.h"

/* The server said that it is ready; a longer silence is a fault. */
#define ANSWER_TIMEOUT_S 10

#define PROGRAM_PORTMAP 100000
#define PROGRAM_NFS	100003

struct question {
	const char *doing;
	int type; /* SOCK_STREAM or SOCK_DGRAM */
	uint16_t port;
	const void *bytes;
	size_t length;
	/* What the answer must have at this offset. */
	size_t answer_offset;
	const void *answer;
	size_t answer_length;
};

static int open_connection(const char *address, const struct question *question)
{
	struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(question->port) };
	int fd = socket(AF_INET, question->type | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, address, &server.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

/* Read until the answer's first bytes are there; a datagram comes in one piece. */
static ssize_t receive(int fd, char *buffer, size_t wanted)
{
	size_t have = 0;

	while (have < wanted) {
		ssize_t got = recv(fd, buffer + have, 512 - have, 0);

		if (got < 0)
			return -errno;
		if (got == 0)
			return -ECONNRESET;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static int ask(const struct lab_network *network, const struct question *question,
	       struct fault *fault)
{
	char buffer[512], peer[64];
	int fd = open_connection(network->address, question);
	ssize_t got = fd;

	snprintf(peer, sizeof(peer), "%s:%u", network->address, question->port);
	if (fd >= 0) {
		if (send(fd, question->bytes, question->length, MSG_NOSIGNAL) < 0)
			got = -errno;
		else
			got = receive(fd, buffer,
				      question->answer_offset + question->answer_length);
		close(fd);
	}
	if (got >= 0 && memcmp(buffer + question->answer_offset, question->answer,
			       question->answer_length) != 0)
		got = -EPROTO;
	return got < 0 ? fault_set(fault, (int)got, question->doing, peer, NULL) : 0;
}

int probe_dns(const struct lab_network *network, struct fault *fault)
{
	/* Id 0x5752, recursion desired, one question: server.lab, type A, class IN (RFC 1035, 4.1)
	 */
	static const char bytes[] = "WR\x01\0\0\1\0\0\0\0\0\0\x06server\x03lab\0\0\1\0\1";
	const struct question question = { .doing = "ask dnsmasq for an address",
					   .type = SOCK_DGRAM,
					   .port = 53,
					   .bytes = bytes,
					   .length = sizeof(bytes) - 1,
					   .answer = "WR",
					   .answer_length = 2 };

	return ask(network, &question, fault);
}

int probe_http(const struct lab_network *network, struct fault *fault)
{
	static const char bytes[] = "HEAD /boot.ipxe HTTP/1.0\r\n\r\n";
	const struct question question = { .doing = "ask wirerootd for boot.ipxe",
					   .type = SOCK_STREAM,
					   .port = network->http_port,
					   .bytes = bytes,
					   .length = sizeof(bytes) - 1,
					   .answer = "HTTP/1.",
					   .answer_length = 7 };

	return ask(network, &question, fault);
}

/*
 * RFC 5531: a record mark, transaction id, CALL, RPC version 2, program, version, procedure 0, and
 * empty credentials and verifier. The answer has its mark, the same id, and REPLY; other versions
 * than ours may be on offer, so what follows is not looked at.
 */
static int probe_rpc(const struct lab_network *network, const char *doing, uint16_t port,
		     uint32_t program, uint32_t version, struct fault *fault)
{
	const uint32_t call[11] = { htonl(0x80000000u | 40), htonl(0x5752), htonl(0), htonl(2),
				    htonl(program),	     htonl(version) };
	const struct question question = { .doing = doing,
					   .type = SOCK_STREAM,
					   .port = port,
					   .bytes = call,
					   .length = sizeof(call),
					   .answer_offset = 4,
					   .answer = "\0\0WR\0\0\0\1",
					   .answer_length = 8 };

	return ask(network, &question, fault);
}

int probe_portmap(const struct lab_network *network, struct fault *fault)
{
	return probe_rpc(network, "ask rpcbind", 111, PROGRAM_PORTMAP, 2, fault);
}

int probe_nfs(const struct lab_network *network, struct fault *fault)
{
	return probe_rpc(network, "ask NFS-Ganesha", LAB_NFS_PORT, PROGRAM_NFS, 4, fault);
}
