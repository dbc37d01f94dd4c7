// SPDX-License-Identifier: GPL-2.0-only
/* New grants, taking back, and what time brings. See brokerage.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "userspace/wirerootd/memory/brokerage_change.h"

bool brokerage_is_silent(const struct brokerage *brokerage, const struct member *lender,
			 int64_t now_ms)
{
	return !lender->lender.was_heard || now_ms - lender->lender.heard_ms > brokerage->lease_ms;
}

uint64_t brokerage_room(const struct brokerage *brokerage, const struct member *member,
			int64_t now_ms)
{
	const struct lender *lender = &member->lender;
	uint64_t room = lender->spare_bytes, under_ceiling;

	if (!member->is_member || !member->rules.may_lend || lender->state != LENDER_LENDING ||
	    lender->wanted_back_bytes || brokerage_is_silent(brokerage, member, now_ms) ||
	    lender->grant_count >= BROKERAGE_GRANTS_MAX || member->borrower.grant_count)
		return 0;
	/* What its report could not know of yet. */
	room = room > lender->unnamed_bytes ? room - lender->unnamed_bytes : 0;
	if (!lender->has_ceiling)
		return room;
	under_ceiling = lender->ceiling_bytes > lender->lent_bytes
				? lender->ceiling_bytes - lender->lent_bytes
				: 0;
	return room < under_ceiling ? room : under_ceiling;
}

/* --- offering --------------------------------------------------------------------------------- */

struct search {
	const struct brokerage *brokerage;
	const struct member *borrower;
	const struct member *apart[BROKERAGE_APART_MAX]; /* lenders of the other copies */
	size_t apart_count;
	struct member *const *tried;
	size_t tried_count;
	int64_t now_ms;
};

static bool is_out(const struct search *search, const struct member *lender)
{
	if (lender == search->borrower)
		return true;
	for (size_t i = 0; i < search->apart_count; i++)
		if (lender == search->apart[i])
			return true;
	for (size_t i = 0; i < search->tried_count; i++)
		if (lender == search->tried[i])
			return true;
	return false;
}

static bool is_near(const struct search *search, const struct member *lender)
{
	for (size_t i = 0; i < search->apart_count; i++)
		if (*lender->rules.rack &&
		    !strcmp(lender->rules.rack, search->apart[i]->rules.rack))
			return true;
	return false;
}

static bool is_out_of_reach(const struct search *search, const struct member *lender)
{
	const struct out_of_reach *known = search->borrower->borrower.out_of_reach;

	for (size_t i = 0; i < BROKERAGE_OUT_OF_REACH_MAX; i++)
		if (known[i].until_ms > search->now_ms &&
		    !strcmp(known[i].lender, lender->rules.name))
			return true;
	return false;
}

static struct placement_lender look(const void *context, size_t number)
{
	const struct search *search = context;
	const struct member *member = search->brokerage->members[number];

	return (struct placement_lender){
		.room = brokerage_room(search->brokerage, member, search->now_ms),
		.lent = member->lender.lent_bytes,
		.is_out = is_out(search, member),
		.is_second = is_near(search, member) || is_out_of_reach(search, member),
	};
}

static void find_apart(struct search *search, const struct brokerage_ask *ask)
{
	for (size_t i = 0; i < ask->apart_count; i++) {
		const struct grant *grant =
			brokerage_find_grant(search->brokerage, ask->apart_from[i]);

		/* A copy that is over keeps nobody away. */
		if (grant)
			search->apart[search->apart_count++] = grant->lender;
	}
}

static int may_borrow(const struct member *borrower, uint64_t bytes)
{
	uint64_t limit = borrower->rules.borrow_bytes_max;

	if (borrower->lender.grant_count)
		return -EBUSY;
	if (limit && (borrower->borrower.bytes > limit || bytes > limit - borrower->borrower.bytes))
		return -EDQUOT;
	return 0;
}

static void fill_in(struct grant *grant, const struct brokerage_ask *ask)
{
	memcpy(grant->initiator, ask->initiator, sizeof(grant->initiator));
	memcpy(grant->address, ask->address, sizeof(grant->address));
	grant->by_line = ask->by_line;
	if (!ask->by_line)
		return;
	memcpy(grant->secret, ask->secret, sizeof(grant->secret));
	memcpy(grant->secret_in, ask->secret_in, sizeof(grant->secret_in));
}

static void drop_wish(struct brokerage *brokerage, const struct member *borrower, uint64_t id)
{
	for (size_t i = 0; id && i < BROKERAGE_REQUESTS_MAX; i++)
		if (brokerage->wishes[i].id == id && brokerage->wishes[i].borrower == borrower)
			brokerage->wishes[i] = (struct wish){ 0 };
}

int brokerage_offer(struct brokerage *brokerage, struct member *borrower,
		    const struct brokerage_ask *ask, struct member *const *tried,
		    size_t tried_count, int64_t now_ms, struct grant **offered, uint64_t *largest)
{
	struct search search = { .brokerage = brokerage,
				 .borrower = borrower,
				 .tried = tried,
				 .tried_count = tried_count,
				 .now_ms = now_ms };
	int error = may_borrow(borrower, ask->bytes);
	struct grant *grant;
	long found;

	*largest = 0;
	if (error)
		return error;
	find_apart(&search, ask);
	found = placement_choose(look, &search, brokerage->member_count, ask->bytes,
				 brokerage->random, brokerage->source, largest);
	if (found < 0)
		return -ENOSPC;
	grant = change_new(brokerage, 0, brokerage->members[found], borrower, ask->bytes,
			   GRANT_OFFERED, now_ms);
	if (!grant)
		return -ENOMEM;
	grant->generation = 1;
	grant->until_ms = now_ms + BROKERAGE_OFFER_MS;
	fill_in(grant, ask);
	drop_wish(brokerage, borrower, ask->request);
	change_tell_new(brokerage, grant, "offered", NULL);
	*offered = grant;
	return 0;
}

/* --- taking back ------------------------------------------------------------------------------ */

void brokerage_give_up(struct brokerage *brokerage, struct grant *grant, int64_t now_ms)
{
	change_apply(brokerage, grant, GRANT_GIVEN_UP, NULL, now_ms);
}

void brokerage_ask_back(struct brokerage *brokerage, struct grant *grant, unsigned int deadline_s,
			const char *why, int64_t now_ms)
{
	if (grant->state != GRANT_REVOKING) {
		grant->deadline_s = deadline_s;
		grant->deadline_ms = now_ms + (int64_t)deadline_s * 1000;
	}
	change_apply(brokerage, grant, GRANT_RETURN_ASKED, why, now_ms);
}

/* What is on its way back to @lender already. */
static uint64_t coming_back(const struct member *lender)
{
	const struct grant *grant;
	uint64_t bytes = 0;

	LIST_FOREACH(grant, &lender->lender.grants, of_lender)
	if (grant->state == GRANT_REVOKING || grant->state == GRANT_RETURNED ||
	    grant->state == GRANT_LOST)
		bytes += grant->bytes;
	return bytes;
}

/* One grant is to suffice for @bytes if it can, the smallest such; else the largest. */
static struct grant *choose_to_revoke(const struct member *lender, uint64_t bytes)
{
	struct grant *best = NULL, *grant = LIST_FIRST(&lender->lender.grants);

	for (; grant; grant = LIST_NEXT(grant, of_lender)) {
		if (grant->state != GRANT_GRANTED && grant->state != GRANT_ATTACHED)
			continue;
		if (!best || (best->bytes < bytes && grant->bytes > best->bytes) ||
		    (grant->bytes >= bytes && grant->bytes < best->bytes))
			best = grant;
	}
	return best;
}

void change_take_back(struct brokerage *brokerage, struct member *lender, int64_t now_ms)
{
	uint64_t wanted = lender->lender.wanted_back_bytes, coming;
	struct grant *grant, *next;

	if (!wanted)
		return;
	for (grant = LIST_FIRST(&lender->lender.grants); grant; grant = next) {
		next = LIST_NEXT(grant, of_lender);
		if (grant->state == GRANT_OFFERED)
			brokerage_ask_back(brokerage, grant, brokerage->deadline_s,
					   "its lender is short of memory", now_ms);
	}
	while ((coming = coming_back(lender)) < wanted) {
		grant = choose_to_revoke(lender, wanted - coming);
		if (!grant)
			return;
		brokerage_ask_back(brokerage, grant, brokerage->deadline_s,
				   "its lender wants its memory back", now_ms);
	}
}

void brokerage_set_ceiling(struct brokerage *brokerage, struct member *lender,
			   const uint64_t *bytes)
{
	lender->lender.has_ceiling = bytes != NULL;
	lender->lender.ceiling_bytes = bytes ? *bytes : 0;
	brokerage->watch.lender(brokerage->watch.context, lender);
}

uint64_t brokerage_wish(struct brokerage *brokerage, struct member *borrower, uint64_t bytes,
			int64_t now_ms)
{
	for (size_t i = 0; i < BROKERAGE_REQUESTS_MAX; i++) {
		struct wish *wish = &brokerage->wishes[i];

		if (wish->id)
			continue;
		while (!wish->id)
			for (int digit = 0; digit < 16; digit++)
				wish->id = wish->id << 4 | brokerage->random(brokerage->source, 16);
		wish->borrower = borrower;
		wish->bytes = bytes;
		wish->until_ms = now_ms + BROKERAGE_REQUEST_MS;
		change_tell_borrower(brokerage, borrower);
		return wish->id;
	}
	return 0;
}

/* --- time ------------------------------------------------------------------------------------- */

static void tick_revoking(struct brokerage *brokerage, struct grant *grant, int64_t now_ms)
{
	const struct brokerage_watch *watch = &brokerage->watch;

	if (grant->is_overdue || grant->deadline_ms > now_ms)
		return;
	grant->is_overdue = true;
	watch->event(watch->context, "overdue", grant->borrower, grant,
		     "not given back by its deadline");
	change_tell_borrower(brokerage, grant->borrower);
}

static void tick_grant(struct brokerage *brokerage, struct grant *grant, int64_t now_ms)
{
	if (grant->state == GRANT_REVOKING)
		tick_revoking(brokerage, grant, now_ms);
	if (grant->state == GRANT_OFFERED && grant->until_ms <= now_ms)
		change_apply(brokerage, grant, GRANT_OFFER_OVER, NULL, now_ms);
	else if (grant_is_lent(grant->state) && grant->until_ms <= now_ms)
		change_end_lease(brokerage, grant, now_ms);
	/* Who is no member any more cannot say that it has cleared it, and lends nothing. */
	else if (!grant_is_lent(grant->state) && !grant->lender->is_member &&
		 brokerage_is_silent(brokerage, grant->lender, now_ms))
		change_apply(brokerage, grant, GRANT_VANISHED, NULL, now_ms);
}

void brokerage_tick(struct brokerage *brokerage, int64_t now_ms)
{
	struct grant *grant = TAILQ_FIRST(&brokerage->grants), *next;

	for (; grant; grant = next) {
		next = TAILQ_NEXT(grant, next);
		tick_grant(brokerage, grant, now_ms);
	}
	for (size_t i = 0; i < BROKERAGE_REQUESTS_MAX; i++)
		if (brokerage->wishes[i].id && brokerage->wishes[i].until_ms <= now_ms)
			brokerage->wishes[i] = (struct wish){ 0 };
}
