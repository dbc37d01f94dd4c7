/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked below /v1/memory and what the answer is; knows nothing of connections.
 *
 * A call may have to wait: for news for a member, or for a grant. It is then asked again, with the
 * same struct, when there is something new, and with ->is_last when it has waited long enough.
 */
#ifndef WIREROOT_MEMORY_API_H
#define WIREROOT_MEMORY_API_H

#include "userspace/wirerootd/memory/memory.h"

#define API_PREFIX "/v1/memory"

struct api_call {
	const char *method;
	const char *target; /* a path, without a query */
	const char *after, *limit; /* of the query; NULL: not there */
	const char *token; /* of the header Authorization; NULL: none */
	bool wants_lines; /* Accept: text/plain */
	const char *body;
	size_t length;
	bool is_last;
	struct memory_try try;
};

enum api_kind { API_ANSWER, API_WAIT_FOR_MEMBER, API_WAIT_FOR_GRANT };

struct api_answer {
	enum api_kind kind;
	unsigned int status;
	json_t *json; /* NULL: the lines */
	struct text lines;
	bool is_problem;
	const char *allow; /* methods, for status 405 */
	bool is_quiet; /* nothing for the log */
	struct member *member; /* to wait for */
};

/* @answer is all new; its ->json and ->lines are the caller's. */
void api_answer(struct memory *memory, struct api_call *call, struct api_answer *answer);

/* Nobody waits for @call's grant any more, or could not be sent it: it is given up. */
void api_abandon(struct memory *memory, struct api_call *call);

/* A problem (RFC 9457). */
void api_problem(struct api_answer *answer, unsigned int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
