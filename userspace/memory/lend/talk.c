// SPDX-License-Identifier: GPL-2.0-only
/* Reporting to the broker, and hearing from it; see lender.h. */
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

#include "initramfs/backoff.h"
#include "userspace/memory/lend/lender.h"
#include "userspace/memory/lend/report.h"

/* A broker that has been away learns of us within this time, which is below its leases. */
#define RETRY_MAX_MS 10000

/* Held calls that end sooner, with nothing new, are not begun again before the next report. */
#define HELD_LEAST_MS 1000

#define GOODBYE_TIMEOUT_MS 3000

/* Longer than any member's name with what is around it. */
#define PATH_BYTES 160

static uint32_t random_word(void)
{
	uint32_t word = 0;

	return getrandom(&word, sizeof(word), GRND_NONBLOCK) == sizeof(word) ? word : 0;
}

/*
 * Reports are numbered by the clock since boot, so that those of a lender that goes on for a killed
 * one have higher numbers than the latter's.
 */
static json_t *make_report(struct lender *lender)
{
	uint64_t now = (uint64_t)lender_now_ms();
	struct report report = {
		.instance = lender->instance,
		.number = now > lender->report_number ? now : lender->report_number + 1,
		.sequence = lender->sequence,
		.address = lender->address,
		.port = lender->options.port,
		.interval_s = lender->options.interval_s,
		.machine = lender->machine,
		.spare = lender->spare,
		.grants = &lender->grants,
		.guests = &lender->guests,
		.now_ms = lender_now_ms(),
	};

	lender->report_number = report.number;
	return report_to_json(&report);
}

/*
 * Take over what the broker wants; the work is done by the next tick. An answer from before the
 * last one is late and passed over; but in answer to what was sent after that one was had, a lower
 * sequence tells of a broker that has begun anew.
 */
static int hear(struct lender *lender, const json_t *body, uint64_t sequence_when_asked,
		struct fault *fault)
{
	struct wanted_list list = { 0 };
	int error = wanted_read(body, lender->options.member.name, &list, fault);
	bool late = list.sequence < lender->sequence && lender->sequence != sequence_when_asked;

	if (!error && !late)
		error = grants_want(&lender->grants, &list, fault);
	if (!error && !late)
		lender->sequence = list.sequence;
	wanted_free(&list);
	return error;
}

static void note_failure(struct lender *lender, const struct fault *fault)
{
	uint32_t wait = backoff_delay_ms(lender->failures, random_word());

	/* Once, and not for as long as it lasts. */
	if (!lender->failures++)
		log_fault(&lender->log, fault);
	lender->has_told = false;
	lender->dirty = true;
	lender->next_report_ms = lender_now_ms() + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
}

static void reported(void *context, const struct broker_reply *reply)
{
	struct lender *lender = context;
	struct fault fault = reply->fault;

	lender->reporting = false;
	if (reply->error == -EBUSY && lender->failures == 0 && !lender_begin_anew(lender, &fault)) {
		lender->failures++;
		lender->next_report_ms = lender_now_ms();
		return;
	}
	if (reply->error || hear(lender, reply->body, lender->reported_sequence, &fault)) {
		note_failure(lender, &fault);
		return;
	}
	if (lender->failures)
		log_line(&lender->log, LOG_LEVEL_NOTICE, "the broker answers again");
	lender->failures = 0;
	lender->has_told = true;
}

static void report(struct lender *lender)
{
	char path[PATH_BYTES];
	struct broker_request request = { .method = "PUT", .path = path };
	struct fault fault = { 0 };
	json_t *json;

	/* The report says that it knows of the last answer: who is connected has to be newer. */
	if (grants_look(&lender->grants, &fault))
		log_fault(&lender->log, &fault);
	json = make_report(lender);
	snprintf(path, sizeof(path), "/v1/memory/lenders/%s", lender->options.member.name);
	request.body = json;
	lender->dirty = false;
	lender->reported_sequence = lender->sequence;
	lender->next_report_ms = lender_now_ms() + (int64_t)lender->options.interval_s * 1000;
	if (json && !broker_send(lender->broker, &request, reported, lender, NULL, &fault))
		lender->reporting = true;
	else
		note_failure(lender, &fault);
	json_decref(json);
}

static void held(void *context, const struct broker_reply *reply)
{
	struct lender *lender = context;
	struct fault fault = reply->fault;
	bool early = lender_now_ms() - lender->held_since_ms < HELD_LEAST_MS;

	lender->holding = false;
	/*
	 * A broker that is away is noticed, and told of, by the next report. News may have come by
	 * the answer to a report, too, and before this one.
	 */
	if (reply->error || hear(lender, reply->body, UINT64_MAX, &fault) ||
	    (early && lender->sequence == lender->held_after))
		lender->has_told = false;
}

static void hold(struct lender *lender)
{
	char path[PATH_BYTES];
	struct broker_request request = { .method = "GET",
					  .path = path,
					  .timeout_ms = BROKER_HELD_TIMEOUT_MS };
	struct fault fault;

	snprintf(path, sizeof(path), "/v1/memory/lenders/%s/wanted?after=%llu",
		 lender->options.member.name, (unsigned long long)lender->sequence);
	lender->held_since_ms = lender_now_ms();
	lender->held_after = lender->sequence;
	lender->holding = !broker_send(lender->broker, &request, held, lender, NULL, &fault);
}

static bool is_due(const struct lender *lender)
{
	/* While the broker is away, news wait for their turn, too. */
	return lender_now_ms() >= lender->next_report_ms || (lender->dirty && !lender->failures);
}

void talk(struct lender *lender)
{
	if (!lender->reporting && is_due(lender))
		report(lender);
	if (lender->has_told && !lender->holding)
		hold(lender);
}

int talk_wait_ms(const struct lender *lender)
{
	int64_t left = lender->next_report_ms - lender_now_ms();

	if (lender->reporting)
		return -1;
	if (is_due(lender))
		return 0;
	return (int)left;
}

void talk_goodbye(struct lender *lender)
{
	char path[PATH_BYTES];
	struct broker_request request = { .method = "PUT",
					  .path = path,
					  .timeout_ms = GOODBYE_TIMEOUT_MS };
	struct broker_reply reply;
	json_t *json = make_report(lender);

	snprintf(path, sizeof(path), "/v1/memory/lenders/%s", lender->options.member.name);
	request.body = json;
	if (json && broker_ask(lender->broker, &request, &reply))
		log_fault(&lender->log, &reply.fault);
	if (json)
		broker_reply_free(&reply);
	json_decref(json);
}
