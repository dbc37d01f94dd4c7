/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line protocol (line.h) on a port of its own, when memory.json has a line_port.
 *
 * Who asks is told by the peer's address, which a member has in memory.json; there is no token in
 * the line, so it is for networks where addresses can be relied on, and off by default. The CHAP
 * secrets come from the member's token. LINE_CLIENTS_MAX connections at a time, each for
 * LINE_CLIENT_MS at most.
 */
#ifndef WIREROOT_MEMORY_LINE_SERVER_H
#define WIREROOT_MEMORY_LINE_SERVER_H

#include "userspace/wirerootd/listen.h"
#include "userspace/wirerootd/memory/line.h"
#include "userspace/wirerootd/memory/memory.h"

#define LINE_CLIENTS_MAX 32
#define LINE_CLIENT_MS	 25000

struct line_client {
	int fd; /* -1: none */
	int64_t until_ms;
	char peer[ADDRESS_TEXT_BYTES];
	char line[LINE_BYTES_MAX + 2];
	size_t used;
	struct memory_try try; /* ->id: the grant that it waits for */
};

struct line_server {
	struct memory *memory;
	const char *address; /* to listen on; NULL: all */
	int epoll; /* readable when line_server_run() has something to do */
	int socket; /* -1: the protocol is off */
	uint16_t port; /* of ->socket */
	bool has_moved; /* a grant: somebody may have waited for it */
	struct line_client clients[LINE_CLIENTS_MAX];
};

/* @memory tells @server of grants from now on. 0 or -errno with @fault. */
int line_server_open(struct line_server *server, struct memory *memory, const char *address,
		     struct fault *fault);
void line_server_close(struct line_server *server);

/* Listen on the port that memory.json says by now. 0 or -errno with @fault, and then it is off. */
int line_server_listen(struct line_server *server, struct fault *fault);

void line_server_run(struct line_server *server);

#endif
