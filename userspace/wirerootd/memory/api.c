// SPDX-License-Identifier: GPL-2.0-only
/* Answers what is asked below /v1/memory. See api.h. */
#include "userspace/wirerootd/memory/api.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/wirerootd/memory/answer.h"
#include "userspace/wirerootd/memory/message.h"
#include "userspace/wirerootd/memory/metrics.h"

#define SEGMENT_BYTES	   80
#define SEGMENTS_MAX	   3
#define HISTORY_LIMIT	   100
#define HISTORY_LIMIT_MAX  10000
#define PROBLEM_TEXT_BYTES 400

enum {
	OK = 200,
	CREATED = 201,
	ACCEPTED = 202,
	BAD_REQUEST = 400,
	UNAUTHORIZED = 401,
	FORBIDDEN = 403,
	NOT_FOUND = 404,
	NOT_ALLOWED = 405,
	CONFLICT = 409,
	BROKEN = 500,
	UNAVAILABLE = 503,
	TIMEOUT = 504,
};

/* A call under way. */
struct ask {
	struct memory *memory;
	struct api_call *call;
	struct api_answer *answer;
	char segments[SEGMENTS_MAX][SEGMENT_BYTES]; /* behind /v1/memory */
	size_t count;
	int64_t now_ms;
};

/* --- answers ---------------------------------------------------------------------------------- */

static const char *title(unsigned int status)
{
	switch (status) {
	case BAD_REQUEST:
		return "The request makes no sense";
	case UNAUTHORIZED:
		return "A token is needed";
	case FORBIDDEN:
		return "This is not allowed to the token's owner";
	case NOT_FOUND:
		return "There is no such thing";
	case NOT_ALLOWED:
		return "This cannot be done here";
	case CONFLICT:
		return "The present state does not allow it";
	case 413:
		return "The request is too large";
	case UNAVAILABLE:
		return "It cannot be had now";
	case TIMEOUT:
		return "No lender answered in time";
	default:
		return "The broker has failed";
	}
}

void api_problem(struct api_answer *answer, unsigned int status, const char *format, ...)
{
	char detail[PROBLEM_TEXT_BYTES];
	va_list values;

	va_start(values, format);
	vsnprintf(detail, sizeof(detail), format, values);
	va_end(values);
	json_decref(answer->json);
	answer->status = status;
	answer->is_problem = true;
	answer->json = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
				 title(status), "status", (int)status, "detail", detail);
}

static void say(const struct ask *ask, unsigned int status, json_t *json)
{
	if (!json) {
		api_problem(ask->answer, UNAVAILABLE, "the broker is out of memory");
		return;
	}
	ask->answer->status = status;
	ask->answer->json = json;
}

static void malformed(const struct ask *ask, const struct fault *fault)
{
	ask->memory->refused[REFUSED_MALFORMED]++;
	api_problem(ask->answer, fault->error == ENOMEM ? UNAVAILABLE : BAD_REQUEST, "%s%s%s",
		    fault->peer, *fault->peer ? ": " : "", fault->hint);
}

/* --- who asks --------------------------------------------------------------------------------- */

/* Does the token speak for one of the members in @names, or for the administrator? */
static bool speaks_for(const struct ask *ask, const char *const *names, const char *whom)
{
	const struct tokens *tokens = &ask->memory->tokens;
	const char *token = ask->call->token;

	for (; token && *names; names++)
		if (tokens_is_member(tokens, token, *names))
			return true;
	if (token && tokens_is_admin(tokens, token))
		return true;
	ask->memory->refused[REFUSED_TOKEN]++;
	if (token)
		api_problem(ask->answer, FORBIDDEN, "the token is not that of %s", whom);
	else
		api_problem(
			ask->answer, UNAUTHORIZED,
			"the header `Authorization: Bearer TOKEN` is missing; the token is to be "
			"that of %s",
			whom);
	return false;
}

static bool is_admin(const struct ask *ask)
{
	static const char *const nobody[] = { NULL };

	return speaks_for(ask, nobody, "the administrator");
}

/* The member @name if the token speaks for it; else NULL with the answer. */
static struct member *member(const struct ask *ask, const char *name)
{
	const char *const names[] = { name, NULL };
	struct member *found;

	if (!speaks_for(ask, names, name))
		return NULL;
	found = brokerage_find_member(&ask->memory->brokerage, name);
	if (found && found->is_member)
		return found;
	api_problem(ask->answer, NOT_FOUND, "%s is no member: cluster.yaml says who is", name);
	return NULL;
}

static struct member *lender(const struct ask *ask, const char *name)
{
	struct member *found = member(ask, name);

	if (!found || found->rules.may_lend)
		return found;
	api_problem(ask->answer, FORBIDDEN, "%s may not lend: cluster.yaml says who may", name);
	return NULL;
}

static struct member *borrower(const struct ask *ask, const char *name)
{
	struct member *found = member(ask, name);

	if (!found || found->rules.may_borrow)
		return found;
	api_problem(ask->answer, FORBIDDEN, "%s may not borrow: cluster.yaml says who may", name);
	return NULL;
}

/* --- members ---------------------------------------------------------------------------------- */

static void say_report_error(const struct ask *ask, int error)
{
	if (error == -EPERM)
		api_problem(ask->answer, FORBIDDEN, "the report names a grant of another member");
	else if (error == -ESTALE)
		api_problem(ask->answer, CONFLICT,
			    "another instance has reported since: this one is over");
	else
		api_problem(ask->answer, UNAVAILABLE, "the broker is out of memory");
}

static void put_lender(const struct ask *ask)
{
	struct brokerage *brokerage = &ask->memory->brokerage;
	struct member *found = lender(ask, ask->segments[1]);
	struct lender_report *report;
	struct fault fault;
	int error;

	if (!found)
		return;
	report = malloc(sizeof(*report));
	if (!report) {
		say_report_error(ask, -ENOMEM);
		return;
	}
	if (message_lender_report(ask->call->body, ask->call->length, report, &fault)) {
		malformed(ask, &fault);
		free(report);
		return;
	}
	ask->memory->lender_reports++;
	error = brokerage_lender_report(brokerage, found, report, ask->now_ms);
	if (error)
		say_report_error(ask, error);
	else
		say(ask, OK, answer_lender(brokerage, found, report));
	free(report);
}

static void put_borrower(const struct ask *ask)
{
	struct brokerage *brokerage = &ask->memory->brokerage;
	struct member *found = borrower(ask, ask->segments[1]);
	struct borrower_report *report;
	struct fault fault;
	int error;

	if (!found)
		return;
	report = malloc(sizeof(*report));
	if (!report) {
		say_report_error(ask, -ENOMEM);
		return;
	}
	if (message_borrower_report(ask->call->body, ask->call->length, report, &fault)) {
		malformed(ask, &fault);
		free(report);
		return;
	}
	ask->memory->borrower_reports++;
	error = brokerage_borrower_report(brokerage, found, report, ask->now_ms);
	if (error)
		say_report_error(ask, error);
	else
		say(ask, OK, answer_borrower(brokerage, found, report));
	free(report);
}

/* 0 or a number, whole; what is none is one that no sequence has. */
static uint64_t read_sequence(const char *text)
{
	char *end;
	uint64_t number;

	if (!text || *text < '0' || *text > '9')
		return UINT64_MAX;
	number = strtoull(text, &end, 10);
	return *end ? UINT64_MAX : number;
}

static bool must_wait(const struct ask *ask, struct member *found, uint64_t sequence)
{
	if (ask->call->is_last || read_sequence(ask->call->after) != sequence)
		return false;
	ask->answer->kind = API_WAIT_FOR_MEMBER;
	ask->answer->member = found;
	return true;
}

static void get_lender_wanted(const struct ask *ask)
{
	struct member *found = lender(ask, ask->segments[1]);
	uint64_t after = read_sequence(ask->call->after);

	if (found && (!after || after == UINT64_MAX))
		api_problem(
			ask->answer, BAD_REQUEST,
			"after: the sequence of an answer is expected; a lender's first one is that "
			"to its report, since until then a former instance may be meant");
	else if (found && !must_wait(ask, found, found->lender.sequence))
		say(ask, OK, answer_lender(&ask->memory->brokerage, found, NULL));
}

static void get_borrower_wanted(const struct ask *ask)
{
	struct member *found = borrower(ask, ask->segments[1]);

	if (found && !must_wait(ask, found, found->borrower.sequence))
		say(ask, OK, answer_borrower(&ask->memory->brokerage, found, NULL));
}

static void put_offer(const struct ask *ask)
{
	struct member *found = lender(ask, ask->segments[1]);
	struct fault fault;
	uint64_t bytes;
	bool has;

	if (!found)
		return;
	if (message_ceiling(ask->call->body, ask->call->length, &has, &bytes, &fault)) {
		malformed(ask, &fault);
		return;
	}
	brokerage_set_ceiling(&ask->memory->brokerage, found, has ? &bytes : NULL);
	say(ask, OK,
	    json_pack("{s:s, s:o}", "name", found->rules.name, "bytes",
		      has ? json_integer((json_int_t)bytes) : json_null()));
}

/* --- grants ----------------------------------------------------------------------------------- */

static void say_grant(const struct ask *ask, const struct grant *grant)
{
	if (!ask->call->wants_lines) {
		say(ask, CREATED, answer_grant(&ask->memory->brokerage, grant));
		return;
	}
	answer_grant_lines(&ask->memory->brokerage, grant, &ask->answer->lines);
	ask->answer->status = CREATED;
}

static void say_no_room(const struct ask *ask, uint64_t largest)
{
	const struct memory_try *try = &ask->call->try;

	ask->memory->refused[REFUSED_ROOM]++;
	api_problem(ask->answer, UNAVAILABLE,
		    "no lender has %" PRIu64
		    " bytes to spare%s; the most that could be had is %" PRIu64,
		    try->ask.bytes, try->tried_count ? " but those that failed to export them" : "",
		    largest);
	if (ask->answer->json)
		json_object_set_new(ask->answer->json, "largest_bytes",
				    json_integer((json_int_t)largest));
}

static void say_no_offer(const struct ask *ask, int error, uint64_t largest)
{
	const struct memory_try *try = &ask->call->try;

	switch (-error) {
	case EBUSY:
		ask->memory->refused[REFUSED_LENDING]++;
		api_problem(ask->answer, CONFLICT, "%s lends memory itself", try->borrower);
		break;
	case EDQUOT:
		ask->memory->refused[REFUSED_LIMIT]++;
		api_problem(ask->answer, CONFLICT,
			    "%s would have more than its borrow_bytes_max with %" PRIu64
			    " bytes more",
			    try->borrower, try->ask.bytes);
		break;
	case ENOSPC:
		say_no_room(ask, largest);
		break;
	default:
		api_problem(ask->answer, UNAVAILABLE, "the broker is out of memory");
	}
}

static void note_time(struct memory *memory, const struct timespec *begin)
{
	struct timespec end;

	store_commit(&memory->store);
	clock_gettime(CLOCK_MONOTONIC, &end);
	metrics_note(&memory->times, (double)(end.tv_sec - begin->tv_sec) +
					     (double)(end.tv_nsec - begin->tv_nsec) / 1e9);
}

/* Ask a lender, another one than before. */
static void offer(const struct ask *ask, struct member *found)
{
	struct memory_try *try = &ask->call->try;
	struct timespec begin;
	struct grant *grant;
	uint64_t largest;
	int error;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	error = brokerage_offer(&ask->memory->brokerage, found, &try->ask, try->tried,
				try->tried_count, ask->now_ms, &grant, &largest);
	note_time(ask->memory, &begin);
	if (error) {
		say_no_offer(ask, error, largest);
		return;
	}
	try->id = grant->id;
	try->tried[try->tried_count++] = grant->lender;
	ask->answer->kind = API_WAIT_FOR_GRANT;
}

/* A grant was offered: is it there, is it to be waited for, or is another lender to be asked? */
static void look_at_offer(const struct ask *ask, struct member *found)
{
	struct memory_try *try = &ask->call->try;
	struct grant *grant = brokerage_find_grant(&ask->memory->brokerage, try->id);

	if (grant && grant_is_lent(grant->state)) {
		say_grant(ask, grant);
		return;
	}
	if (!ask->call->is_last && grant && grant->state == GRANT_OFFERED) {
		ask->answer->kind = API_WAIT_FOR_GRANT;
		return;
	}
	if (!ask->call->is_last && try->tried_count < MEMORY_TRIES_MAX) {
		offer(ask, found);
		return;
	}
	ask->memory->refused[REFUSED_LATE]++;
	api_abandon(ask->memory, ask->call);
	api_problem(ask->answer, TIMEOUT,
		    "%zu %s asked for %" PRIu64 " bytes, none exported them in time",
		    try->tried_count, try->tried_count == 1 ? "lender was" : "lenders were",
		    try->ask.bytes);
}

static void post_grant(const struct ask *ask)
{
	struct memory_try *try = &ask->call->try;
	struct member *found;
	struct fault fault;

	if (!try->id &&
	    message_ask(ask->call->body, ask->call->length, &try->ask, try->borrower, &fault)) {
		malformed(ask, &fault);
		return;
	}
	found = borrower(ask, try->borrower);
	if (!found)
		return;
	if (try->id)
		look_at_offer(ask, found);
	else
		offer(ask, found);
}

void api_abandon(struct memory *memory, struct api_call *call)
{
	struct grant *grant = NULL;

	if (call->try.id)
		grant = brokerage_find_grant(&memory->brokerage, call->try.id);
	call->try.id = 0;
	/* Once attached it is for its borrower to give back. */
	if (!grant || (grant->state != GRANT_OFFERED && grant->state != GRANT_GRANTED))
		return;
	brokerage_give_up(&memory->brokerage, grant, memory_now_ms());
	store_commit(&memory->store);
}

static struct grant *named_grant(const struct ask *ask)
{
	struct grant *grant = NULL;
	uint64_t id;

	if (message_id(ask->segments[1], &id))
		grant = brokerage_find_grant(&ask->memory->brokerage, id);
	return grant;
}

static void get_grant(const struct ask *ask)
{
	const struct grant *grant = named_grant(ask);

	if (grant)
		say(ask, OK, answer_one_grant(grant, ask->now_ms));
	else
		api_problem(ask->answer, NOT_FOUND,
			    "there is no grant %s, or none any more: see /v1/memory/history",
			    ask->segments[1]);
}

static void post_return(const struct ask *ask)
{
	struct brokerage *brokerage = &ask->memory->brokerage;
	unsigned int deadline_s = brokerage->deadline_s;
	struct grant *grant = named_grant(ask);
	const char *names[3] = { NULL };
	struct fault fault;

	if (grant) {
		names[0] = grant->borrower->rules.name;
		names[1] = grant->lender->rules.name;
	}
	if (!speaks_for(ask, names, "the grant's borrower, of its lender or of the administrator"))
		return;
	if (!grant) {
		get_grant(ask);
		return;
	}
	if (message_return(ask->call->body, ask->call->length, &deadline_s, &fault)) {
		malformed(ask, &fault);
		return;
	}
	brokerage_ask_back(brokerage, grant, deadline_s, "by a call", ask->now_ms);
	say(ask, ACCEPTED,
	    json_pack("{s:s, s:i}", "id", ask->segments[1], "deadline_s", deadline_s));
}

/* --- administrator and readers -----------------------------------------------------------------
 */

static void post_request(const struct ask *ask)
{
	char name[BROKERAGE_NAME_BYTES], id[17];
	struct fault fault;
	struct member *found;
	uint64_t bytes, wish;

	if (!is_admin(ask))
		return;
	if (message_wish(ask->call->body, ask->call->length, name, &bytes, &fault)) {
		malformed(ask, &fault);
		return;
	}
	found = borrower(ask, name);
	if (!found)
		return;
	wish = brokerage_wish(&ask->memory->brokerage, found, bytes, ask->now_ms);
	if (!wish) {
		api_problem(ask->answer, UNAVAILABLE, "%d requests are waiting already",
			    BROKERAGE_REQUESTS_MAX);
		return;
	}
	snprintf(id, sizeof(id), "%016" PRIx64, wish);
	say(ask, ACCEPTED, json_pack("{s:s}", "id", id));
}

static void get_all(const struct ask *ask)
{
	say(ask, OK, answer_all(&ask->memory->brokerage, ask->now_ms));
}

static void get_lenders(const struct ask *ask)
{
	say(ask, OK, answer_lenders(&ask->memory->brokerage, ask->now_ms));
}

static void get_borrowers(const struct ask *ask)
{
	say(ask, OK, answer_borrowers(&ask->memory->brokerage, ask->now_ms));
}

static void get_grants(const struct ask *ask)
{
	say(ask, OK, answer_grants(&ask->memory->brokerage, ask->now_ms));
}

static void get_history(const struct ask *ask)
{
	uint32_t limit = HISTORY_LIMIT;

	if (ask->call->limit &&
	    (!value_number(ask->call->limit, HISTORY_LIMIT_MAX, &limit) || !limit)) {
		api_problem(ask->answer, BAD_REQUEST, "limit: a number from 1 to %d is expected",
			    HISTORY_LIMIT_MAX);
		return;
	}
	say(ask, OK, store_history(&ask->memory->store, limit));
}

/* --- which is which --------------------------------------------------------------------------- */

static const struct route {
	const char *method;
	const char *segments[SEGMENTS_MAX]; /* "*": any */
	void (*answer)(const struct ask *ask);
	bool is_quiet; /* members do it all the time */
} routes[] = {
	{ "PUT", { "lenders", "*" }, put_lender, true },
	{ "GET", { "lenders", "*", "wanted" }, get_lender_wanted, true },
	{ "PUT", { "lenders", "*", "offer" }, put_offer, false },
	{ "PUT", { "borrowers", "*" }, put_borrower, true },
	{ "GET", { "borrowers", "*", "wanted" }, get_borrower_wanted, true },
	{ "POST", { "grants" }, post_grant, false },
	{ "POST", { "grants", "*", "return" }, post_return, false },
	{ "POST", { "requests" }, post_request, false },
	{ "GET", { NULL }, get_all, true },
	{ "GET", { "lenders" }, get_lenders, true },
	{ "GET", { "borrowers" }, get_borrowers, true },
	{ "GET", { "grants" }, get_grants, true },
	{ "GET", { "grants", "*" }, get_grant, true },
	{ "GET", { "history" }, get_history, true },
};

static bool split(struct ask *ask, const char *rest)
{
	while (*rest == '/' && rest[1]) {
		size_t length = strcspn(++rest, "/");

		if (ask->count == SEGMENTS_MAX || !length || length >= SEGMENT_BYTES)
			return false;
		memcpy(ask->segments[ask->count], rest, length);
		ask->segments[ask->count++][length] = '\0';
		rest += length;
	}
	return !*rest;
}

static bool is_route(const struct ask *ask, const struct route *route)
{
	size_t i;

	for (i = 0; i < ask->count; i++)
		if (!route->segments[i] || (strcmp(route->segments[i], "*") != 0 &&
					    strcmp(route->segments[i], ask->segments[i]) != 0))
			return false;
	return i == SEGMENTS_MAX || !route->segments[i];
}

static void answer_by_route(struct ask *ask)
{
	const char *method = !strcmp(ask->call->method, "HEAD") ? "GET" : ask->call->method;
	const char *allow = NULL;

	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (!is_route(ask, &routes[i]))
			continue;
		if (!strcmp(method, routes[i].method)) {
			routes[i].answer(ask);
			ask->answer->is_quiet = routes[i].is_quiet && ask->answer->status < 400;
			return;
		}
		/* Of one path that has two, GET and POST. */
		allow = allow ? "GET, HEAD, POST" : routes[i].method;
	}
	if (!allow) {
		api_problem(ask->answer, NOT_FOUND, "there is nothing called so below " API_PREFIX);
		return;
	}
	api_problem(ask->answer, NOT_ALLOWED, "only %s can be done here", allow);
	ask->answer->allow = allow;
}

void api_answer(struct memory *memory, struct api_call *call, struct api_answer *answer)
{
	struct ask ask = {
		.memory = memory, .call = call, .answer = answer, .now_ms = memory_now_ms()
	};

	*answer = (struct api_answer){ .kind = API_ANSWER };
	if (!memory->is_on)
		api_problem(
			answer, NOT_FOUND,
			"no memory is lent here: the generation has no memory.json, and there is "
			"no --memory-members");
	else if (!split(&ask, call->target + strlen(API_PREFIX)))
		api_problem(answer, NOT_FOUND, "there is nothing called so below " API_PREFIX);
	else
		answer_by_route(&ask);
	store_commit(&memory->store);
}
