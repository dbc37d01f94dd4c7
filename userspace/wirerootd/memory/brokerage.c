// SPDX-License-Identifier: GPL-2.0-only
/* Members, look-ups, and what the notes bring back. See brokerage.h. */
#include "userspace/wirerootd/memory/brokerage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/wirerootd/memory/brokerage_change.h"

#define BUCKETS_FIRST 16

int brokerage_init(struct brokerage *brokerage)
{
	TAILQ_INIT(&brokerage->grants);
	brokerage->buckets = calloc(BUCKETS_FIRST, sizeof(*brokerage->buckets));
	if (!brokerage->buckets)
		return -ENOMEM;
	brokerage->bucket_count = BUCKETS_FIRST;
	return 0;
}

static void free_member(struct member *member)
{
	free(member->lender.guests);
	free(member);
}

void brokerage_free(struct brokerage *brokerage)
{
	struct grant *grant = TAILQ_FIRST(&brokerage->grants), *next;

	for (; grant; grant = next) {
		next = TAILQ_NEXT(grant, next);
		free(grant);
	}
	for (size_t i = 0; i < brokerage->member_count; i++)
		free_member(brokerage->members[i]);
	free(brokerage->members);
	free(brokerage->buckets);
	id_set_free(&brokerage->over);
}

/* --- members ---------------------------------------------------------------------------------- */

/* Where the member called @name is, or would be. */
static size_t member_place(const struct brokerage *brokerage, const char *name)
{
	size_t low = 0, high = brokerage->member_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(brokerage->members[middle]->rules.name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct member *brokerage_find_member(const struct brokerage *brokerage, const char *name)
{
	size_t place = member_place(brokerage, name);

	if (place == brokerage->member_count ||
	    strcmp(brokerage->members[place]->rules.name, name) != 0)
		return NULL;
	return brokerage->members[place];
}

static int reserve_member(struct brokerage *brokerage)
{
	size_t capacity = brokerage->member_capacity ? 2 * brokerage->member_capacity : 16;
	struct member **members;

	if (brokerage->member_count < brokerage->member_capacity)
		return 0;
	members = realloc(brokerage->members, capacity * sizeof(*members));
	if (!members)
		return -ENOMEM;
	brokerage->members = members;
	brokerage->member_capacity = capacity;
	return 0;
}

struct member *change_member(struct brokerage *brokerage, const char *name)
{
	size_t place = member_place(brokerage, name);
	struct member *member = brokerage_find_member(brokerage, name);

	if (member)
		return member;
	if (reserve_member(brokerage))
		return NULL;
	member = calloc(1, sizeof(*member));
	if (!member)
		return NULL;
	snprintf(member->rules.name, sizeof(member->rules.name), "%s", name);
	member->lender.sequence = brokerage->sequence_base;
	member->borrower.sequence = brokerage->sequence_base;
	memmove(brokerage->members + place + 1, brokerage->members + place,
		(brokerage->member_count - place) * sizeof(*brokerage->members));
	brokerage->members[place] = member;
	brokerage->member_count++;
	return member;
}

static bool has_grants(const struct member *member)
{
	return member->lender.grant_count || member->borrower.grant_count;
}

/* Who has left, and has no part in a grant any more. */
static void remove_strangers(struct brokerage *brokerage)
{
	size_t kept = 0;

	for (size_t i = 0; i < brokerage->member_count; i++) {
		struct member *member = brokerage->members[i];

		/* A request that waits still speaks of it. */
		if (member->is_member || has_grants(member) || !LIST_EMPTY(&member->waiting))
			brokerage->members[kept++] = member;
		else
			free_member(member);
	}
	brokerage->member_count = kept;
}

static void drop_wishes_of_strangers(struct brokerage *brokerage)
{
	for (size_t i = 0; i < BROKERAGE_REQUESTS_MAX; i++)
		if (brokerage->wishes[i].id && !brokerage->wishes[i].borrower->is_member)
			brokerage->wishes[i] = (struct wish){ 0 };
}

static void take_back_from_strangers(struct brokerage *brokerage, int64_t now_ms)
{
	struct grant *grant = TAILQ_FIRST(&brokerage->grants), *next;

	for (; grant; grant = next) {
		next = TAILQ_NEXT(grant, next);
		if (!grant->lender->is_member)
			brokerage_ask_back(brokerage, grant, brokerage->deadline_s,
					   "its lender is no member any more", now_ms);
		else if (!grant->borrower->is_member)
			brokerage_ask_back(brokerage, grant, brokerage->deadline_s,
					   "its borrower is no member any more", now_ms);
	}
}

int brokerage_set_members(struct brokerage *brokerage, const struct member_rules *rules,
			  size_t count, int64_t now_ms)
{
	for (size_t i = 0; i < count; i++)
		if (!change_member(brokerage, rules[i].name))
			return -ENOMEM;
	for (size_t i = 0; i < brokerage->member_count; i++)
		brokerage->members[i]->is_member = false;
	for (size_t i = 0; i < count; i++) {
		struct member *member = brokerage_find_member(brokerage, rules[i].name);

		member->rules = rules[i];
		member->is_member = true;
	}
	take_back_from_strangers(brokerage, now_ms);
	drop_wishes_of_strangers(brokerage);
	remove_strangers(brokerage);
	return 0;
}

/* --- grants ----------------------------------------------------------------------------------- */

struct grant *brokerage_find_grant(const struct brokerage *brokerage, uint64_t id)
{
	struct grant *grant;

	LIST_FOREACH(grant, &brokerage->buckets[id & (brokerage->bucket_count - 1)], of_bucket)
	if (grant->id == id)
		return grant;
	return NULL;
}

bool brokerage_is_over(const struct brokerage *brokerage, uint64_t id)
{
	return id_set_has(&brokerage->over, id);
}

int brokerage_restore_lender(struct brokerage *brokerage, const char *name, uint64_t instance,
			     const uint64_t former[static FORMER_INSTANCES],
			     const uint64_t *ceiling)
{
	struct member *member = change_member(brokerage, name);

	if (!member)
		return -ENOMEM;
	member->lender.instance = instance;
	memcpy(member->lender.former, former, sizeof(member->lender.former));
	member->lender.has_ceiling = ceiling != NULL;
	member->lender.ceiling_bytes = ceiling ? *ceiling : 0;
	return 0;
}

int brokerage_restore_grant(struct brokerage *brokerage, const struct grant *saved,
			    const char *lender, const char *borrower, int64_t now_ms)
{
	struct member *from = change_member(brokerage, lender);
	struct member *to = change_member(brokerage, borrower);
	struct grant *grant;

	if (!from || !to)
		return -ENOMEM;
	grant = change_new(brokerage, saved->id, from, to, saved->bytes, saved->state, now_ms);
	if (!grant)
		return -ENOMEM;
	grant->generation = saved->generation;
	memcpy(grant->initiator, saved->initiator, sizeof(grant->initiator));
	memcpy(grant->address, saved->address, sizeof(grant->address));
	memcpy(grant->username, saved->username, sizeof(grant->username));
	memcpy(grant->username_in, saved->username_in, sizeof(grant->username_in));
	memcpy(grant->secret, saved->secret, sizeof(grant->secret));
	memcpy(grant->secret_in, saved->secret_in, sizeof(grant->secret_in));
	grant->is_adopted = saved->is_adopted;
	grant->by_line = saved->by_line;
	grant->was_attached = saved->was_attached;
	grant->deadline_s = saved->deadline_s;
	grant->told_sequence = from->lender.sequence;
	/* Times of before mean nothing: leases begin anew, as the broker may have been away long.
	 */
	grant->deadline_ms = now_ms + (int64_t)saved->deadline_s * 1000;
	if (grant->state == GRANT_OFFERED)
		grant->until_ms = now_ms + BROKERAGE_OFFER_MS;
	else
		change_renew(brokerage, grant, now_ms);
	return 0;
}

/* --- what is told ----------------------------------------------------------------------------- */

enum lender_want brokerage_lender_want(const struct grant *grant)
{
	if (grant->state == GRANT_RETURNED || grant->state == GRANT_LOST)
		return WANT_WITHDRAW;
	/* What it holds and is not told of it keeps; its secrets are known to it alone. */
	return grant->is_adopted ? WANT_NOTHING : WANT_EXPORT;
}

enum borrower_want brokerage_borrower_want(const struct brokerage *brokerage,
					   const struct grant *grant, uint64_t id)
{
	/* One that nobody here has heard of may be of a lender that has not reported yet. */
	if (!grant)
		return brokerage_is_over(brokerage, id) ? WANT_GONE : WANT_KEEP;
	if (grant->state == GRANT_REVOKING)
		return WANT_RETURN;
	return grant_is_lent(grant->state) ? WANT_KEEP : WANT_GONE;
}

char *brokerage_iqn(const struct grant *grant, char text[static BROKERAGE_IQN_BYTES])
{
	char lender[HOST_NAME_LENGTH + 1];

	snprintf(text, BROKERAGE_IQN_BYTES, "iqn.2026-11.org.wireroot:memory.%s.%016llx",
		 value_iscsi_part(grant->lender->rules.name, lender),
		 (unsigned long long)grant->id);
	return text;
}
