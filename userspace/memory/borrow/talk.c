// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the borrower and the broker say to each other: reports, the held call, and asking for
 * grants. A broker that is away is asked again later, and nothing else comes of it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "initramfs/backoff.h"
#include "initramfs/value.h"
#include "userspace/memory/borrow/borrower.h"
#include "userspace/memory/lib/own_address.h"

/* Asking may take as long as a lender's export. */
#define ASK_TIMEOUT_MS 45000
#define AGAIN_MS       5000
/* The broker takes no more. */
#define APART_MAX 8

/* --- reports ---------------------------------------------------------------------------------- */

static const char *state_of(const struct loan *loan)
{
	if (loan->state == LOAN_DETACHED)
		return "detached";
	if (loan->broken)
		return "broken";
	return loan->state == LOAN_DETACHING || loan->wanted_back ? "detaching" : "attached";
}

/* Of what is to be at two lenders. */
static bool is_only_copy(const struct borrower *borrower)
{
	unsigned int copies = 0;

	for (unsigned int i = 0; i < borrower->count; i++)
		copies += borrower->loans[i].state == LOAN_ATTACHED &&
			  !borrower->loans[i].wanted_back && !borrower->loans[i].broken;
	return borrower->options->mirror == BORROW_MIRROR_LENDER && copies < 2;
}

static const char *detail_of(const struct borrower *borrower, const struct loan *loan)
{
	if (loan->detail[0])
		return loan->detail;
	return is_only_copy(borrower) ? "there is no second copy so far" : "";
}

static json_t *describe(const struct borrower *borrower, const struct loan *loan)
{
	struct swap_usage usage = { 0 };

	/* A volume that several grants are below of may hold more than this one. */
	if (swap_usage_of(borrower->stats.swaps, loan->grant.swap, &usage) &&
	    usage.used_bytes > loan->grant.bytes)
		usage.used_bytes = loan->grant.bytes;
	return json_pack("{s:s, s:I, s:s, s:I, s:I, s:s, s:s}", "id", loan->grant.id, "generation",
			 (json_int_t)loan->grant.generation, "state", state_of(loan), "bytes",
			 (json_int_t)loan->grant.bytes, "used_bytes", (json_int_t)usage.used_bytes,
			 "device", loan->grant.swap[0] ? loan->grant.swap : loan->grant.mapping,
			 "detail", detail_of(borrower, loan));
}

/* What is only being attached is not told of yet: the broker keeps it as granted. */
static json_t *make_report(const struct borrower *borrower)
{
	const struct borrow_options *options = borrower->options;
	json_t *grants = json_array();

	for (unsigned int i = 0; i < borrower->count; i++)
		if (borrower->loans[i].state != LOAN_ATTACHING)
			json_array_append_new(grants, describe(borrower, &borrower->loans[i]));
	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:I, s:I, s:f, s:o}", "instance",
			 borrower->instance, "address", borrower->address, "interval_s",
			 REPORT_INTERVAL_S, "mode", options->mode, "mirror",
			 borrow_mirror_name(options->mirror), "total_bytes",
			 (json_int_t)borrower->stats.total_bytes, "available_bytes",
			 (json_int_t)borrower->stats.available_bytes, "pressure",
			 borrower->stats.pressure, "grants", grants);
}

/* The same trouble is told once. */
static void tell_trouble(struct borrower *borrower, const struct fault *fault)
{
	if (!borrower->refused)
		log_fault(borrower->log, fault);
	borrower->refused = true;
}

static void take_reply(struct borrower *borrower, const struct broker_reply *reply)
{
	struct borrow_answer answer;
	struct fault fault = reply->fault;

	if (reply->error || borrow_answer_read(reply->body, &answer, &fault) < 0) {
		tell_trouble(borrower, &fault);
		return;
	}
	if (borrower->refused)
		log_line(borrower->log, LOG_LEVEL_NOTICE, "the broker answers again");
	borrower->refused = false;
	borrower_take_answer(borrower, &answer);
}

/* What was told as detached, the broker knows of now. */
static void forget_detached(struct borrower *borrower)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < borrower->count; i++)
		if (borrower->loans[i].state != LOAN_DETACHED || !borrower->loans[i].told ||
		    borrower->loans[i].mender)
			borrower->loans[kept++] = borrower->loans[i];
	borrower->count = kept;
}

static void mark_told(struct borrower *borrower, bool told)
{
	for (unsigned int i = 0; i < borrower->count; i++)
		if (borrower->loans[i].state == LOAN_DETACHED)
			borrower->loans[i].told = told;
}

static void reported(void *context, const struct broker_reply *reply)
{
	struct borrower *borrower = context;

	borrower->reporting = false;
	if (reply->error)
		mark_told(borrower, false);
	else
		forget_detached(borrower);
	borrower->report_ms = borrower_now_ms() + REPORT_INTERVAL_S * 1000ll;
	take_reply(borrower, reply);
}

static void report(struct borrower *borrower)
{
	char path[128];
	json_t *body;
	struct broker_request request = { .method = "PUT", .path = path };
	struct fault fault;
	uint32_t address;

	if (!borrower->address[0] &&
	    !own_address(borrower->options->member.broker, &address, &fault))
		value_ipv4_text(address, borrower->address);
	body = make_report(borrower);
	request.body = body;
	snprintf(path, sizeof(path), "/v1/memory/borrowers/%s", borrower->options->member.name);
	borrower->report_due = false;
	mark_told(borrower, true);
	borrower->reporting =
		borrower->address[0] && body &&
		broker_send(borrower->broker, &request, reported, borrower, NULL, &fault) == 0;
	if (!borrower->reporting)
		borrower->report_ms = borrower_now_ms() + AGAIN_MS;
	json_decref(body);
}

/* --- the held call ---------------------------------------------------------------------------- */

static void watched(void *context, const struct broker_reply *reply)
{
	struct borrower *borrower = context;

	borrower->watching = false;
	if (reply->error)
		borrower->watch_ms = borrower_now_ms() + AGAIN_MS;
	take_reply(borrower, reply);
}

static void watch(struct borrower *borrower)
{
	char path[160];
	const struct broker_request request = { .method = "GET",
						.path = path,
						.timeout_ms = BROKER_HELD_TIMEOUT_MS };
	struct fault fault;

	snprintf(path, sizeof(path), "/v1/memory/borrowers/%s/wanted?after=%llu",
		 borrower->options->member.name, (unsigned long long)borrower->sequence);
	borrower->watching =
		broker_send(borrower->broker, &request, watched, borrower, NULL, &fault) == 0;
	if (!borrower->watching)
		borrower->watch_ms = borrower_now_ms() + AGAIN_MS;
}

/* --- asking for grants ------------------------------------------------------------------------ */

/* How much there is to be had when nobody has all of it. */
static uint64_t largest_of(const struct broker_reply *reply)
{
	const json_t *value = json_object_get(reply->body, "largest_bytes");

	return reply->error == -ENOSPC && json_is_integer(value) && json_integer_value(value) > 0
		       ? (uint64_t)json_integer_value(value)
		       : 0;
}

/* A lender that is silent, or short, for a moment is no reason to drop what somebody asked for. */
static bool still_stands(const struct asking *asked, int error)
{
	return borrower_now_ms() < asked->until_ms && (error == -ENOSPC || error == -ETIME);
}

/* What is missing is asked for again and again, and may be refused for the same reason for long. */
static void tell_refusal(struct borrower *borrower, const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	if (!strcmp(fault_line(fault, line), borrower->refusal))
		return;
	memcpy(borrower->refusal, line, sizeof(line));
	log_fault(borrower->log, fault);
}

static void refused(struct borrower *borrower, const struct broker_reply *reply)
{
	uint64_t largest = largest_of(reply);
	struct asking asked = borrower->asking;

	borrower->asking.bytes = 0;
	if (largest && largest < asked.bytes && !asked.exactly) {
		/* What always is to be there is made up for when this is. */
		borrower->wish = asked;
		borrower->wish.bytes = largest;
		borrower->ask_ms = 0;
		return;
	}
	tell_refusal(borrower, &reply->fault);
	if (still_stands(&asked, reply->error)) {
		borrower->wish = asked;
		borrower->ask_ms = borrower_now_ms() + AGAIN_MS;
		return;
	}
	borrower->ask_ms = borrower_now_ms() +
			   backoff_delay_ms(borrower->failures < 6 ? borrower->failures : 6, 0);
	borrower->failures++;
}

static void asked(void *context, const struct broker_reply *reply)
{
	struct borrower *borrower = context;
	struct fault fault = reply->fault;
	struct grant grant;

	if (reply->error) {
		refused(borrower, reply);
		return;
	}
	if (borrow_grant_read(reply->body, &grant, &fault) < 0) {
		borrower->asking.bytes = 0;
		borrower->ask_ms = borrower_now_ms() + AGAIN_MS;
		tell_refusal(borrower, &fault);
		return;
	}
	borrower->failures = 0;
	borrower->refusal[0] = '\0';
	borrower_take_grant(borrower, &grant);
}

/* Who wants memory back is not the one to ask for more, and a copy is for another lender. */
static json_t *list_apart(const struct borrower *borrower)
{
	bool copies = borrower->options->mirror == BORROW_MIRROR_LENDER;
	json_t *ids = json_array();

	for (unsigned int i = 0; i < borrower->count && json_array_size(ids) < APART_MAX; i++)
		if (borrower->loans[i].state != LOAN_DETACHED &&
		    (borrower->loans[i].wanted_back || copies))
			json_array_append_new(ids, json_string(borrower->loans[i].grant.id));
	return ids;
}

static json_t *make_question(const struct borrower *borrower, const struct asking *asking)
{
	char initiator[GRANT_NAME_BYTES];
	json_t *body;

	grant_initiator(borrower->options->member.name, initiator);
	body = json_pack("{s:s, s:I, s:s, s:s, s:o}", "borrower", borrower->options->member.name,
			 "bytes", (json_int_t)asking->bytes, "initiator", initiator, "address",
			 borrower->address, "apart_from", list_apart(borrower));
	if (asking->request[0])
		json_object_set_new(body, "request", json_string(asking->request));
	return body;
}

static void ask(struct borrower *borrower)
{
	json_t *body = make_question(borrower, &borrower->wish);
	const struct broker_request request = { .method = "POST",
						.path = "/v1/memory/grants",
						.body = body,
						.timeout_ms = ASK_TIMEOUT_MS };
	struct fault fault;

	borrower->asking = borrower->wish;
	borrower->wish = (struct asking){ 0 };
	if (!body || broker_send(borrower->broker, &request, asked, borrower, NULL, &fault) < 0) {
		borrower->asking.bytes = 0;
		borrower->ask_ms = borrower_now_ms() + AGAIN_MS;
	}
	json_decref(body);
}

void talk_to_broker(struct borrower *borrower, int64_t now_ms)
{
	if (!borrower->reporting && (borrower->report_due || now_ms >= borrower->report_ms))
		report(borrower);
	if (!borrower->watching && borrower->heard && now_ms >= borrower->watch_ms)
		watch(borrower);
	if (!borrower->asking.bytes && borrower->wish.bytes && borrower->address[0] &&
	    now_ms >= borrower->ask_ms)
		ask(borrower);
}
