// SPDX-License-Identifier: GPL-2.0-only
/* What reports mean for grants. See brokerage.h, and brokerage_change.h for how they change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/memory/brokerage_change.h"

/* --- lenders ---------------------------------------------------------------------------------- */

static bool was_instance(const struct lender *lender, uint64_t instance)
{
	for (int i = 0; i < FORMER_INSTANCES; i++)
		if (lender->former[i] == instance)
			return true;
	return false;
}

static int check_lender_report(const struct brokerage *brokerage, const struct member *member,
			       const struct lender_report *report)
{
	if (was_instance(&member->lender, report->instance))
		return -ESTALE;
	for (size_t i = 0; i < report->grant_count; i++) {
		const struct grant *grant = brokerage_find_grant(brokerage, report->grants[i].id);

		if (grant && grant->lender != member)
			return -EPERM;
	}
	return 0;
}

static int keep_guests(struct lender *lender, const struct lender_report *report)
{
	struct lender_guest *guests = NULL;

	if (report->guest_count) {
		guests = malloc(report->guest_count * sizeof(*guests));
		if (!guests)
			return -ENOMEM;
		memcpy(guests, report->guests, report->guest_count * sizeof(*guests));
	}
	free(lender->guests);
	lender->guests = guests;
	lender->guest_count = report->guest_count;
	return 0;
}

static void keep_lender_report(struct lender *lender, const struct lender_report *report,
			       int64_t now_ms)
{
	lender->was_heard = true;
	lender->heard_ms = now_ms;
	lender->report = report->report;
	memcpy(lender->address, report->address, sizeof(lender->address));
	lender->port = report->port;
	lender->interval_s = report->interval_s;
	lender->state = report->state;
	lender->spare_bytes = report->spare_bytes;
	lender->total_bytes = report->total_bytes;
	lender->available_bytes = report->available_bytes;
	lender->wanted_back_bytes = report->wanted_back_bytes;
	lender->pressure = report->pressure;
}

static void begin_instance(struct brokerage *brokerage, struct member *member, uint64_t instance)
{
	struct lender *lender = &member->lender;

	memmove(lender->former + 1, lender->former,
		(FORMER_INSTANCES - 1) * sizeof(*lender->former));
	lender->former[0] = lender->instance;
	lender->instance = instance;
	brokerage->watch.lender(brokerage->watch.context, member);
}

static void look_at_session(struct brokerage *brokerage, struct grant *grant,
			    const struct lender_held *held, int64_t now_ms)
{
	grant->is_connected = held->connected;
	grant->allocated_bytes = held->allocated_bytes;
	/* Of one by the line protocol the session is the lease. */
	if (grant->by_line && held->connected) {
		change_apply(brokerage, grant, GRANT_BORROWER_HAS, NULL, now_ms);
		change_renew(brokerage, grant, now_ms);
	}
}

static void take_held(struct brokerage *brokerage, struct grant *grant,
		      const struct lender_held *held, int64_t now_ms)
{
	change_named(grant, true);
	/* Our notes are older than what the lender has been told: an old copy of the database. */
	if (held->generation > grant->generation)
		grant->generation = held->generation;
	switch (held->state) {
	case HELD_EXPORTED:
		change_apply(brokerage, grant, GRANT_EXPORTED, NULL, now_ms);
		look_at_session(brokerage, grant, held, now_ms);
		break;
	case HELD_FAILED:
		grant->is_connected = false;
		change_apply(brokerage, grant, GRANT_FAILED, held->detail, now_ms);
		break;
	default:
		change_apply(brokerage, grant, GRANT_CLEARED, NULL, now_ms);
		break;
	}
}

/*
 * The lender has one that nobody here knows: the notes were lost. With a session it is in use;
 * without, its borrower may be about to log in, or long gone, as its lease will show.
 */
static void adopt(struct brokerage *brokerage, struct member *member,
		  const struct lender_held *held, int64_t now_ms)
{
	enum grant_state state = held->connected ? GRANT_ATTACHED : GRANT_GRANTED;
	struct member *borrower;
	struct grant *grant;

	/* What failed before anybody had it: nobody is to be told, and nothing to be kept. */
	if (!held->borrower[0])
		return;
	borrower = change_member(brokerage, held->borrower);
	if (held->state == HELD_FAILED)
		state = GRANT_LOST;
	/* It said before that it had cleared it, so no borrower can have it. */
	else if (brokerage_is_over(brokerage, held->id))
		state = GRANT_RETURNED;
	/* Without memory: the next report names it again. */
	if (!borrower)
		return;
	grant = change_new(brokerage, held->id, member, borrower, held->bytes, state, now_ms);
	if (!grant)
		return;
	grant->generation = held->generation + 1;
	grant->is_adopted = true;
	grant->was_attached = state == GRANT_ATTACHED;
	grant->is_connected = held->connected;
	grant->allocated_bytes = held->allocated_bytes;
	change_named(grant, true);
	change_renew(brokerage, grant, now_ms);
	change_tell_new(brokerage, grant, "adopted", "known by its lender's report alone");
	if (!borrower->is_member)
		brokerage_ask_back(brokerage, grant, brokerage->deadline_s,
				   "its borrower is no member", now_ms);
}

static void take_all_held(struct brokerage *brokerage, struct member *member,
			  const struct lender_report *report, int64_t now_ms)
{
	for (size_t i = 0; i < report->grant_count; i++) {
		const struct lender_held *held = &report->grants[i];
		struct grant *grant = brokerage_find_grant(brokerage, held->id);

		if (grant)
			take_held(brokerage, grant, held, now_ms);
		else if (held->state != HELD_CLEARED)
			adopt(brokerage, member, held, now_ms);
	}
}

static bool names(const struct lender_report *report, uint64_t id)
{
	for (size_t i = 0; i < report->grant_count; i++)
		if (report->grants[i].id == id)
			return true;
	return false;
}

/*
 * Is a grant that the report does not name gone from the lender? It is if another instance reports,
 * and if an earlier report named it. One that was never named is, if the lender knew what to do
 * about it, unless that is to export it: that may be under way.
 */
static bool is_gone(const struct grant *grant, uint64_t sequence, bool is_anew)
{
	if (is_anew || grant->is_named)
		return true;
	return grant->state != GRANT_OFFERED && sequence >= grant->told_sequence;
}

static void miss_grants(struct brokerage *brokerage, struct member *member,
			const struct lender_report *report, uint64_t sequence, bool is_anew,
			int64_t now_ms)
{
	struct grant *grant = LIST_FIRST(&member->lender.grants), *next;

	for (; grant; grant = next) {
		next = LIST_NEXT(grant, of_lender);
		if (!names(report, grant->id) && is_gone(grant, sequence, is_anew))
			change_apply(brokerage, grant, GRANT_VANISHED, NULL, now_ms);
	}
}

/* Leases that are over, and the lender has looked after that: nobody has a session. */
static void end_leases(struct brokerage *brokerage, struct member *member, uint64_t sequence,
		       int64_t now_ms)
{
	struct grant *grant = LIST_FIRST(&member->lender.grants), *next;

	for (; grant; grant = next) {
		enum grant_event event =
			grant->was_attached ? GRANT_BORROWER_LOST : GRANT_LEASE_OVER;

		next = LIST_NEXT(grant, of_lender);
		if (!grant->over_sequence || !grant->is_named || grant->is_connected ||
		    sequence < grant->over_sequence)
			continue;
		/* It has no other way to say that it gives it back. */
		if (grant->by_line)
			event = GRANT_GIVEN_UP;
		change_apply(brokerage, grant, event, NULL, now_ms);
	}
}

int brokerage_lender_report(struct brokerage *brokerage, struct member *member,
			    const struct lender_report *report, int64_t now_ms)
{
	struct lender *lender = &member->lender;
	bool is_anew = report->instance != lender->instance;
	uint64_t sequence = report->sequence;
	int error = check_lender_report(brokerage, member, report);

	if (error)
		return error;
	if (!is_anew && report->report <= lender->report)
		return 0;
	error = keep_guests(lender, report);
	if (error)
		return error;
	/* A sequence that is none of this life's says nothing. */
	if (sequence < brokerage->sequence_base || sequence > lender->sequence)
		sequence = 0;
	keep_lender_report(lender, report, now_ms);
	if (is_anew)
		begin_instance(brokerage, member, report->instance);
	miss_grants(brokerage, member, report, sequence, is_anew, now_ms);
	take_all_held(brokerage, member, report, now_ms);
	end_leases(brokerage, member, sequence, now_ms);
	change_take_back(brokerage, member, now_ms);
	return 0;
}

/* --- borrowers -------------------------------------------------------------------------------- */

static int check_borrower_report(const struct brokerage *brokerage, const struct member *member,
				 const struct borrower_report *report)
{
	for (size_t i = 0; i < report->grant_count; i++) {
		const struct grant *grant = brokerage_find_grant(brokerage, report->grants[i].id);

		if (grant && grant->borrower != member)
			return -EPERM;
	}
	return 0;
}

static void keep_borrower_report(struct borrower *borrower, const struct borrower_report *report,
				 int64_t now_ms)
{
	borrower->was_heard = true;
	borrower->heard_ms = now_ms;
	borrower->instance = report->instance;
	memcpy(borrower->address, report->address, sizeof(borrower->address));
	borrower->interval_s = report->interval_s;
	borrower->mode = report->mode;
	borrower->mirror = report->mirror;
	borrower->total_bytes = report->total_bytes;
	borrower->available_bytes = report->available_bytes;
	borrower->pressure = report->pressure;
}

static bool is_borrowed(const struct borrower_report *report, uint64_t id)
{
	for (size_t i = 0; i < report->grant_count; i++)
		if (report->grants[i].id == id)
			return true;
	return false;
}

/*
 * The node has started anew, or what reports for it has, and it does not know these: should the
 * lender see no session either, nobody has them.
 */
static void miss_borrowed(struct brokerage *brokerage, struct member *member,
			  const struct borrower_report *report, int64_t now_ms)
{
	struct grant *grant;

	LIST_FOREACH(grant, &member->borrower.grants, of_borrower)
	if (grant->was_attached && !grant->by_line && !is_borrowed(report, grant->id))
		change_end_lease(brokerage, grant, now_ms);
}

/*
 * The borrower gives back what it never had, or what broke: it does not reach the lender, which
 * may well be there for all others.
 */
static void note_out_of_reach(const struct grant *grant, enum borrowed_state before, int64_t now_ms)
{
	struct out_of_reach *known = grant->borrower->borrower.out_of_reach;
	const char *lender = grant->lender->rules.name;
	size_t place = 0;

	if (!grant_is_lent(grant->state) || (grant->was_attached && before != BORROWED_BROKEN))
		return;
	while (place < BROKERAGE_OUT_OF_REACH_MAX - 1 && strcmp(known[place].lender, lender) != 0)
		place++;
	memmove(known + 1, known, place * sizeof(*known));
	memcpy(known->lender, lender, sizeof(known->lender));
	known->until_ms = now_ms + BROKERAGE_OUT_OF_REACH_MS;
}

static void take_broken(struct brokerage *brokerage, struct grant *grant,
			const struct borrowed *borrowed, enum borrowed_state before, int64_t now_ms)
{
	const struct brokerage_watch *watch = &brokerage->watch;

	if (before != BORROWED_BROKEN)
		watch->event(watch->context, "broken at the borrower", grant->borrower, grant,
			     borrowed->detail);
	if (brokerage_is_silent(brokerage, grant->lender, now_ms))
		change_apply(brokerage, grant, GRANT_BROKEN, borrowed->detail, now_ms);
}

static void take_borrowed(struct brokerage *brokerage, struct grant *grant,
			  const struct borrowed *borrowed, int64_t now_ms)
{
	enum borrowed_state before = grant->said;

	if (borrowed->generation > grant->generation)
		grant->generation = borrowed->generation;
	grant->said = borrowed->state;
	grant->used_bytes = borrowed->used_bytes;
	memcpy(grant->device, borrowed->device, sizeof(grant->device));
	if (borrowed->state == BORROWED_DETACHED) {
		note_out_of_reach(grant, before, now_ms);
		change_apply(brokerage, grant, GRANT_GIVEN_UP, borrowed->detail, now_ms);
		return;
	}
	if (*borrowed->detail)
		memcpy(grant->detail, borrowed->detail, sizeof(grant->detail));
	/* Whatever it does with it just now: it has it. */
	change_apply(brokerage, grant, GRANT_BORROWER_HAS, NULL, now_ms);
	if (grant_is_lent(grant->state)) {
		grant->was_attached = true;
		change_renew(brokerage, grant, now_ms);
	}
	if (borrowed->state == BORROWED_BROKEN)
		take_broken(brokerage, grant, borrowed, before, now_ms);
}

int brokerage_borrower_report(struct brokerage *brokerage, struct member *member,
			      const struct borrower_report *report, int64_t now_ms)
{
	bool is_anew = report->instance != member->borrower.instance;
	int error = check_borrower_report(brokerage, member, report);

	if (error)
		return error;
	keep_borrower_report(&member->borrower, report, now_ms);
	if (is_anew)
		miss_borrowed(brokerage, member, report, now_ms);
	for (size_t i = 0; i < report->grant_count; i++) {
		struct grant *grant = brokerage_find_grant(brokerage, report->grants[i].id);

		if (grant)
			take_borrowed(brokerage, grant, &report->grants[i], now_ms);
	}
	return 0;
}
