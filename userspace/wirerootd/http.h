/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP side of wirerootd: artefacts below a directory, and the nodes as JSON below /v1/.
 *
 * Runs in the caller's thread: poll http_descriptor() for at most http_timeout_ms(), then call
 * http_run(). Sockets never block, so that a slow client keeps nobody else waiting.
 */
#ifndef WIREROOT_HTTP_H
#define WIREROOT_HTTP_H

#include "userspace/lib/log.h"
#include "userspace/wirerootd/gate.h"
#include "userspace/wirerootd/served.h"
#include "userspace/wirerootd/states.h"

struct MHD_Daemon;

struct http {
	const struct served *served; /* may become another one between two calls of http_run() */
	struct gate *gate; /* NULL: everybody may have everything */
	struct states states;
	const struct log *log;
	struct MHD_Daemon *daemon;
};

/*
 * Serve on the listening socket @tcp, which belongs to @http from now on, to at most @connections
 * at a time. The other members of @http are filled in by the caller and stay where they are. 0 or
 * -errno with @fault filled in.
 */
int http_start(struct http *http, int tcp, unsigned int connections, struct fault *fault);

int http_descriptor(const struct http *http);

/* Milliseconds until http_run() has something to do by itself, or -1: nothing. */
int http_timeout_ms(const struct http *http);

void http_run(struct http *http);

/* Cut off what is under way and end. */
void http_stop(struct http *http);

#endif
