/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP side of wirerootd: artefacts below a directory, the nodes as JSON below /v1/, and the
 * reports of unknown machines, which are held until there is news for the machine, or for
 * HTTP_HOLD_MS.
 *
 * Runs in the caller's thread: poll http_descriptor() for at most http_timeout_ms(), then call
 * http_run(). Sockets never block, so that a slow client keeps nobody else waiting.
 */
#ifndef WIREROOT_HTTP_H
#define WIREROOT_HTTP_H

#include "userspace/lib/log.h"
#include "userspace/wirerootd/control.h"
#include "userspace/wirerootd/discovery.h"
#include "userspace/wirerootd/gate.h"
#include "userspace/wirerootd/memory/memory.h"
#include "userspace/wirerootd/served.h"
#include "userspace/wirerootd/states.h"

struct MHD_Daemon;
struct request;

#define HTTP_HOLD_MS 20000

TAILQ_HEAD(request_queue, request);

struct http {
	const struct served *served; /* may become another one between two calls of http_run() */
	struct gate *gate; /* NULL: everybody may have everything */
	struct states states;
	struct discovery *discovery; /* NULL: reports are not taken */
	struct control *control; /* is told of arrivals */
	struct memory *memory; /* what is below /v1/memory, and /metrics */
	const struct log *log;
	struct MHD_Daemon *daemon;
	struct request_queue held; /* in the order of their ends */
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

/* Look again at the reports that are held: there may be news for a machine. */
void http_look_again(struct http *http);

/* Cut off what is under way and end. */
void http_stop(struct http *http);

#endif
