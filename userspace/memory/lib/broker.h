/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Talking to the broker: HTTP and JSON, with the member's token (Documentation/memory.md).
 *
 * A program has one loop around broker_poll(), which is poll(2) with the calls under way served
 * beside its own descriptors; what comes of a call is told to its `done` from within there.
 * broker_ask() is for those who cannot go on without the answer.
 *
 * There is no repetition here: a broker that is away is nothing that a page's life hangs on, and
 * who asks knows best when to ask again.
 */
#ifndef WIREROOT_BROKER_H
#define WIREROOT_BROKER_H

#include <jansson.h>
#include <poll.h>
#include <stddef.h>

#include "initramfs/fault.h"

#define BROKER_ANSWER_BYTES_MAX (1u << 20)

/* The broker holds a `wanted` call for 20 s. */
#define BROKER_HELD_TIMEOUT_MS 30000
#define BROKER_TIMEOUT_MS      10000

struct broker;

struct broker_request {
	const char *method; /* "GET", "PUT", "POST" */
	const char *path; /* "/v1/memory/grants" */
	const json_t *body; /* NULL: none */
	unsigned int timeout_ms; /* 0: BROKER_TIMEOUT_MS */
	size_t answer_bytes_max; /* 0: BROKER_ANSWER_BYTES_MAX */
};

/*
 * What came of a call. @error is 0 for an answer of 2xx, else -errno, and then @fault tells:
 * -ECONNREFUSED, -ETIMEDOUT and the like when there was none; by status -EINVAL (400, 413, 422),
 * -EACCES (401, 403), -ENOENT (404), -EBUSY (409), -ENOSPC (503), -ETIME (504), -EREMOTEIO
 * (others). A problem's title and detail are in the fault's hint.
 */
struct broker_reply {
	int error;
	long status; /* of HTTP; 0: no answer */
	const json_t *body; /* may be NULL; of a problem, too */
	struct fault fault;
};

typedef void (*broker_done)(void *context, const struct broker_reply *reply);

/* @url and @token are copied. 0 or -ENOMEM with @fault; broker_close() after success. */
int broker_open(const char *url, const char *token, struct broker **broker, struct fault *fault);

/* Calls under way end without their `done` being called. NULL is taken. */
void broker_close(struct broker *broker);

/*
 * Begin a call; @request is copied, its body turned into text. -ENOMEM with @fault when it could
 * not be begun, and `done` is not called then. *@call, if not NULL, is for broker_cancel().
 */
struct broker_call;
int broker_send(struct broker *broker, const struct broker_request *request, broker_done done,
		void *context, struct broker_call **call, struct fault *fault);

/* End a call under way without `done`. */
void broker_cancel(struct broker *broker, struct broker_call *call);

/*
 * Wait until one of @fds is ready or @timeout_ms are over (-1: no limit), and serve calls. As
 * poll(2): how many of @fds are ready, 0, or -errno (-EINTR when a signal came). It may return
 * earlier with 0.
 */
int broker_poll(struct broker *broker, struct pollfd *fds, size_t count, int timeout_ms);

/*
 * Call and wait for the answer; other calls under way wait, too. Returns @reply's error.
 * broker_reply_free() in any case.
 */
int broker_ask(struct broker *broker, const struct broker_request *request,
	       struct broker_reply *reply);
void broker_reply_free(struct broker_reply *reply);

#endif
