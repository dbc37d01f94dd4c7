// SPDX-License-Identifier: GPL-2.0-only
/* The broker's calls over libmicrohttpd. See memory_http.h. */
#include "userspace/wirerootd/memory/memory_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/wirerootd/memory/api.h"
#include "userspace/wirerootd/memory/message.h"
#include "userspace/wirerootd/memory/metrics.h"

#define METRICS_TARGET "/metrics"
#define BEARER	       "Bearer "

/*
 * libmicrohttpd goes through all that are held to find the one that was woken: 10,000 take it
 * several milliseconds where they are in no cache. With so many for each millisecond between two
 * times, that is a tenth of the processor at the most; and the first one after a pause never waits.
 */
#define HELD_PER_MS 125

struct memory_call {
	struct memory *memory;
	struct api_call api;
	struct text body;
	struct MHD_Connection *held; /* where its answer waits; NULL: it does not */
	bool is_ready; /* it is among those that are to be looked at again */
	bool is_asking; /* for a grant */
	int64_t until_ms; /* of its time; 0: it has not waited yet */
	LIST_ENTRY(memory_call) of_member;
	TAILQ_ENTRY(memory_call) next_held, next_asking;
};

bool memory_http_is_target(const char *target)
{
	size_t length = strlen(API_PREFIX);

	return !strcmp(target, METRICS_TARGET) ||
	       (!strncmp(target, API_PREFIX, length) &&
		(target[length] == '\0' || target[length] == '/'));
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void leave_queues(struct memory_call *call)
{
	TAILQ_REMOVE(&call->memory->held, call, next_held);
	call->memory->held_count--;
	if (call->is_asking)
		TAILQ_REMOVE(&call->memory->asking, call, next_asking);
	else
		LIST_REMOVE(call, of_member);
}

/* Take it out of what it waits in. */
static struct MHD_Connection *unhold(struct memory_call *call)
{
	struct MHD_Connection *connection = call->held;

	if (!connection)
		return NULL;
	call->held = NULL;
	if (call->is_ready) {
		TAILQ_REMOVE(&call->memory->ready, call, next_held);
		call->is_ready = false;
		return connection;
	}
	leave_queues(call);
	return connection;
}

/*
 * It is looked at by the next memory_http_run(), and not here: the library, when it is told of
 * one connection, walks all that are held.
 */
static void let_go(struct memory_call *call)
{
	if (!call->held || call->is_ready)
		return;
	leave_queues(call);
	TAILQ_INSERT_TAIL(&call->memory->ready, call, next_held);
	call->is_ready = true;
}

static enum MHD_Result hold(struct memory_call *call, struct MHD_Connection *connection,
			    const struct api_answer *answer)
{
	struct memory *memory = call->memory;
	struct memory_call *before = TAILQ_LAST(&memory->held, memory_calls);

	if (!call->until_ms)
		call->until_ms = memory_now_ms() + MEMORY_HOLD_MS;
	/* One that has been looked at again goes back among those of its time. */
	while (before && before->until_ms > call->until_ms)
		before = TAILQ_PREV(before, memory_calls, next_held);
	if (before)
		TAILQ_INSERT_AFTER(&memory->held, before, call, next_held);
	else
		TAILQ_INSERT_HEAD(&memory->held, call, next_held);
	memory->held_count++;
	call->is_asking = answer->kind == API_WAIT_FOR_GRANT;
	if (call->is_asking)
		TAILQ_INSERT_TAIL(&memory->asking, call, next_asking);
	else
		LIST_INSERT_HEAD(&answer->member->waiting, call, of_member);
	call->held = connection;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

void memory_http_wake_member(struct member *member)
{
	while (!LIST_EMPTY(&member->waiting))
		let_go(LIST_FIRST(&member->waiting));
}

void memory_http_wake_asking(struct memory *memory, uint64_t id)
{
	struct memory_call *call = TAILQ_FIRST(&memory->asking), *next;

	for (; call; call = next) {
		next = TAILQ_NEXT(call, next_asking);
		if (call->api.try.id == id)
			let_go(call);
	}
}

void memory_http_wake_all(struct memory *memory)
{
	while (!TAILQ_EMPTY(&memory->held))
		let_go(TAILQ_FIRST(&memory->held));
}

void memory_http_run(struct memory *memory, int64_t now_ms)
{
	struct memory_call *first;

	while ((first = TAILQ_FIRST(&memory->held)) && first->until_ms <= now_ms)
		let_go(first);
	if (TAILQ_EMPTY(&memory->ready) || memory_http_timeout_ms(memory, now_ms))
		return;
	memory->resumed_ms = now_ms;
	while ((first = TAILQ_FIRST(&memory->ready)))
		MHD_resume_connection(unhold(first));
}

int memory_http_timeout_ms(const struct memory *memory, int64_t now_ms)
{
	int64_t until_ms = memory->resumed_ms + (int64_t)memory->held_count / HELD_PER_MS;

	if (TAILQ_EMPTY(&memory->ready))
		return -1;
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

void memory_http_resume_all(struct memory *memory)
{
	memory_http_wake_all(memory);
	while (!TAILQ_EMPTY(&memory->ready))
		MHD_resume_connection(unhold(TAILQ_FIRST(&memory->ready)));
}

/* --- answering -------------------------------------------------------------------------------- */

/* Send @text, which is used up. */
static enum MHD_Result send_text(struct MHD_Connection *connection, char *text, const char *type,
				 const struct api_answer *answer, struct memory_http_result *result)
{
	struct MHD_Response *response = NULL;
	enum MHD_Result sent;

	if (text)
		response =
			MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (answer->status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	if (answer->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
	result->status = answer->status;
	result->bytes = strlen(text);
	sent = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return sent;
}

/* An error as a line, for small clients. */
static void problem_line(struct api_answer *answer)
{
	const char *detail = json_string_value(json_object_get(answer->json, "detail"));

	text_printf(&answer->lines, "%s\n", detail ? detail : "out of memory");
	json_decref(answer->json);
	answer->json = NULL;
}

static enum MHD_Result send_answer(const struct memory_call *call,
				   struct MHD_Connection *connection, struct api_answer *answer,
				   struct memory_http_result *result)
{
	char *text;

	result->is_quiet = answer->is_quiet;
	if (answer->is_problem && call->api.wants_lines)
		problem_line(answer);
	if (!answer->json)
		return send_text(connection, text_take(&answer->lines), "text/plain; charset=utf-8",
				 answer, result);
	/* Members' programs read what comes all the time, people the rest. */
	text = json_dumps(answer->json,
			  answer->is_quiet && call->api.token ? JSON_COMPACT : JSON_INDENT(1));
	json_decref(answer->json);
	return send_text(connection, text,
			 answer->is_problem ? "application/problem+json" : "application/json",
			 answer, result);
}

static enum MHD_Result answer_metrics(struct memory *memory, struct MHD_Connection *connection,
				      const char *method, struct memory_http_result *result)
{
	struct api_answer answer = { .status = MHD_HTTP_OK, .is_quiet = true };
	struct text text = { 0 };

	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		answer.allow = "GET, HEAD";
		text_add(&text, "only GET and HEAD are served\n");
	} else {
		metrics_write(memory, memory_now_ms(), time(NULL), &text);
	}
	result->is_quiet = answer.status == MHD_HTTP_OK;
	return send_text(connection, text_take(&text), "text/plain; version=0.0.4", &answer,
			 result);
}

static const char *argument(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static void read_headers(struct api_call *api, struct MHD_Connection *connection)
{
	const char *authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
	const char *accept = header(connection, MHD_HTTP_HEADER_ACCEPT);

	api->after = argument(connection, "after");
	api->limit = argument(connection, "limit");
	api->wants_lines = accept && !strncmp(accept, "text/plain", strlen("text/plain"));
	if (authorization && !strncmp(authorization, BEARER, strlen(BEARER)))
		api->token = authorization + strlen(BEARER);
}

static enum MHD_Result answer_call(struct memory_call *call, struct MHD_Connection *connection,
				   struct memory_http_result *result)
{
	struct api_answer answer;

	call->api.body = text_string(&call->body);
	call->api.length = call->body.length;
	call->api.is_last = call->until_ms && memory_now_ms() >= call->until_ms;
	if (call->body.length > MESSAGE_BYTES_MAX) {
		answer = (struct api_answer){ 0 };
		api_problem(&answer, MHD_HTTP_CONTENT_TOO_LARGE, "a body has 64 KiB at most");
	} else if (call->body.error) {
		answer = (struct api_answer){ 0 };
		api_problem(&answer, MHD_HTTP_SERVICE_UNAVAILABLE, "the broker is out of memory");
	} else {
		api_answer(call->memory, &call->api, &answer);
	}
	if (answer.kind != API_ANSWER)
		return hold(call, connection, &answer);
	return send_answer(call, connection, &answer, result);
}

static struct memory_call *begin(struct memory *memory, struct MHD_Connection *connection,
				 const char *target, const char *method)
{
	struct memory_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->memory = memory;
	call->api.target = target;
	call->api.method = method;
	read_headers(&call->api, connection);
	return call;
}

enum MHD_Result memory_http_answer(struct memory *memory, struct MHD_Connection *connection,
				   const char *target, const char *method, const char *upload,
				   size_t *upload_length, struct memory_call **call,
				   struct memory_http_result *result)
{
	size_t length = *upload_length;

	if (!*call) {
		*call = begin(memory, connection, target, method);
		return *call ? MHD_YES : MHD_NO;
	}
	*upload_length = 0;
	/* What is too much is read to its end all the same, or the client would not see why. */
	if (length && (*call)->body.length + length <= MESSAGE_BYTES_MAX + 1)
		text_add_bytes(&(*call)->body, upload, length);
	else if (length)
		(*call)->body.length = MESSAGE_BYTES_MAX + 1;
	if (length)
		return MHD_YES;
	if (!strcmp(target, METRICS_TARGET))
		return answer_metrics(memory, connection, method, result);
	return answer_call(*call, connection, result);
}

void memory_http_end(struct memory *memory, struct memory_call *call, bool was_sent)
{
	if (!call)
		return;
	unhold(call);
	if (!was_sent)
		api_abandon(memory, &call->api);
	text_free(&call->body);
	free(call);
}
