/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The broker's calls over libmicrohttpd: bodies, headers, and connections that are held until there
 * is news. http.c hands over whatever memory_http_is_target() says is the broker's.
 */
#ifndef WIREROOT_MEMORY_HTTP_H
#define WIREROOT_MEMORY_HTTP_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/wirerootd/memory/memory.h"

/* What http.c logs of a call. */
struct memory_http_result {
	unsigned int status; /* 0: not answered yet */
	uint64_t bytes;
	bool is_quiet;
};

bool memory_http_is_target(const char *target);

/*
 * As libmicrohttpd calls: with the headers, with each part of the body, for the answer, and again
 * when the connection was held. *@call, NULL at first, is for memory_http_end(). @target and
 * @method last as long as the request does.
 */
enum MHD_Result memory_http_answer(struct memory *memory, struct MHD_Connection *connection,
				   const char *target, const char *method, const char *upload,
				   size_t *upload_length, struct memory_call **call,
				   struct memory_http_result *result);

/* The request is over; @was_sent: its answer has gone out. @call may be NULL. */
void memory_http_end(struct memory *memory, struct memory_call *call, bool was_sent);

/* Calls that may have an answer now. */
void memory_http_wake_member(struct member *member);
void memory_http_wake_asking(struct memory *memory, uint64_t id);
void memory_http_wake_all(struct memory *memory);

/*
 * Those that were woken, and those that have waited long enough, are looked at when libmicrohttpd
 * runs next, which has to be at once: while it runs it does not notice.
 */
void memory_http_run(struct memory *memory, int64_t now_ms);

/* How long until memory_http_run() has somebody to tell; -1: nobody was woken. */
int memory_http_timeout_ms(const struct memory *memory, int64_t now_ms);

/* All of them at once, as libmicrohttpd wants it before it ends. */
void memory_http_resume_all(struct memory *memory);

#endif
