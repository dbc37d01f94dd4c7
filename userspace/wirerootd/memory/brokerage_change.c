// SPDX-License-Identifier: GPL-2.0-only
/* Grants in their lists, and what an event does to one. See brokerage_change.h. */
#include "userspace/wirerootd/memory/brokerage_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char secret_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void change_tell_lender(struct brokerage *brokerage, struct member *member)
{
	member->lender.sequence++;
	brokerage->watch.told(brokerage->watch.context, member);
}

void change_tell_borrower(struct brokerage *brokerage, struct member *member)
{
	member->borrower.sequence++;
	brokerage->watch.told(brokerage->watch.context, member);
}

void change_named(struct grant *grant, bool is_named)
{
	if (grant->is_named == is_named)
		return;
	grant->is_named = is_named;
	if (is_named)
		grant->lender->lender.unnamed_bytes -= grant->bytes;
	else
		grant->lender->lender.unnamed_bytes += grant->bytes;
}

/* --- lists ------------------------------------------------------------------------------------ */

static struct grant_list *bucket(const struct brokerage *brokerage, uint64_t id)
{
	return &brokerage->buckets[id & (brokerage->bucket_count - 1)];
}

/* Twice as many buckets; without memory they stay as they are, and are only slower. */
static void grow_buckets(struct brokerage *brokerage)
{
	size_t count = 2 * brokerage->bucket_count;
	struct grant_list *buckets = calloc(count, sizeof(*buckets));
	struct grant *grant;

	if (!buckets)
		return;
	free(brokerage->buckets);
	brokerage->buckets = buckets;
	brokerage->bucket_count = count;
	TAILQ_FOREACH(grant, &brokerage->grants, next)
	LIST_INSERT_HEAD(bucket(brokerage, grant->id), grant, of_bucket);
}

static uint64_t random_id(struct brokerage *brokerage)
{
	uint64_t id = 0;

	while (!id || brokerage_find_grant(brokerage, id) || brokerage_is_over(brokerage, id))
		for (int digit = 0; digit < 16; digit++)
			id = id << 4 | brokerage->random(brokerage->source, 16);
	return id;
}

static void make_secret(struct brokerage *brokerage, char secret[static BROKERAGE_SECRET_BYTES])
{
	for (int i = 0; i < BROKERAGE_SECRET_BYTES - 1; i++)
		secret[i] = secret_letters[brokerage->random(brokerage->source, 64)];
	secret[BROKERAGE_SECRET_BYTES - 1] = '\0';
}

struct grant *change_new(struct brokerage *brokerage, uint64_t id, struct member *lender,
			 struct member *borrower, uint64_t bytes, enum grant_state state,
			 int64_t now_ms)
{
	struct grant *grant = calloc(1, sizeof(*grant));

	if (!grant)
		return NULL;
	grant->id = id ? id : random_id(brokerage);
	grant->state = state;
	grant->bytes = bytes;
	grant->lender = lender;
	grant->borrower = borrower;
	grant->since_ms = now_ms;
	/* Names of its own: tgt knows a name once for all its targets. */
	snprintf(grant->username, sizeof(grant->username), "%016llx",
		 (unsigned long long)grant->id);
	snprintf(grant->username_in, sizeof(grant->username_in), "%016llx-in",
		 (unsigned long long)grant->id);
	make_secret(brokerage, grant->secret);
	make_secret(brokerage, grant->secret_in);
	if (brokerage->grant_count >= brokerage->bucket_count)
		grow_buckets(brokerage);
	LIST_INSERT_HEAD(bucket(brokerage, grant->id), grant, of_bucket);
	LIST_INSERT_HEAD(&lender->lender.grants, grant, of_lender);
	LIST_INSERT_HEAD(&borrower->borrower.grants, grant, of_borrower);
	TAILQ_INSERT_TAIL(&brokerage->grants, grant, next);
	brokerage->grant_count++;
	brokerage->state_counts[state]++;
	if (grant_is_lent(state))
		brokerage->bytes_lent += bytes;
	lender->lender.grant_count++;
	lender->lender.lent_bytes += bytes;
	lender->lender.unnamed_bytes += bytes;
	borrower->borrower.grant_count++;
	borrower->borrower.bytes += bytes;
	return grant;
}

static void drop(struct brokerage *brokerage, struct grant *grant)
{
	struct lender *lender = &grant->lender->lender;
	struct borrower *borrower = &grant->borrower->borrower;

	change_named(grant, true);
	LIST_REMOVE(grant, of_bucket);
	LIST_REMOVE(grant, of_lender);
	LIST_REMOVE(grant, of_borrower);
	TAILQ_REMOVE(&brokerage->grants, grant, next);
	brokerage->grant_count--;
	brokerage->state_counts[grant->state]--;
	lender->grant_count--;
	lender->lent_bytes -= grant->bytes;
	borrower->grant_count--;
	borrower->bytes -= grant->bytes;
	/* Without memory, who speaks of it later is told nothing instead of that it is over. */
	id_set_add(&brokerage->over, grant->id);
	free(grant);
}

/* --- changes ---------------------------------------------------------------------------------- */

void change_renew(const struct brokerage *brokerage, struct grant *grant, int64_t now_ms)
{
	grant->until_ms = now_ms + brokerage->lease_ms;
	grant->over_sequence = 0;
}

/*
 * The lender's next answer carries a new sequence: a report that was put together behind it looked
 * for a session after the lease was over.
 */
void change_end_lease(struct brokerage *brokerage, struct grant *grant, int64_t now_ms)
{
	if (grant->over_sequence || !grant_is_lent(grant->state))
		return;
	if (grant->until_ms > now_ms)
		grant->until_ms = now_ms;
	change_tell_lender(brokerage, grant->lender);
	grant->over_sequence = grant->lender->lender.sequence;
}

static void enter(struct brokerage *brokerage, struct grant *grant, enum grant_state state,
		  int64_t now_ms)
{
	if (grant_is_lent(grant->state))
		brokerage->bytes_lent -= grant->bytes;
	if (grant_is_lent(state))
		brokerage->bytes_lent += grant->bytes;
	brokerage->state_counts[grant->state]--;
	brokerage->state_counts[state]++;
	if (grant->state == GRANT_OFFERED && state == GRANT_GRANTED)
		change_renew(brokerage, grant, now_ms);
	if (state == GRANT_ATTACHED)
		grant->was_attached = true;
	grant->state = state;
	grant->generation++;
	grant->since_ms = now_ms;
}

static void tell(struct brokerage *brokerage, struct grant *grant, const struct grant_step *step)
{
	if (step->tell_lender) {
		change_tell_lender(brokerage, grant->lender);
		grant->told_sequence = grant->lender->lender.sequence;
	}
	if (step->tell_borrower)
		change_tell_borrower(brokerage, grant->borrower);
}

bool change_apply(struct brokerage *brokerage, struct grant *grant, enum grant_event event,
		  const char *detail, int64_t now_ms)
{
	const struct brokerage_watch *watch = &brokerage->watch;
	struct grant_step step = grant_next(grant->state, event);

	if (!step.is_change)
		return false;
	enter(brokerage, grant, step.to, now_ms);
	if (detail && *detail)
		snprintf(grant->detail, sizeof(grant->detail), "%s", detail);
	tell(brokerage, grant, &step);
	watch->grant(watch->context, grant, grant_event_name(event), detail);
	if (step.to == GRANT_FORGOTTEN)
		drop(brokerage, grant);
	return true;
}

void change_tell_new(struct brokerage *brokerage, struct grant *grant, const char *what,
		     const char *detail)
{
	const struct brokerage_watch *watch = &brokerage->watch;

	change_tell_lender(brokerage, grant->lender);
	grant->told_sequence = grant->lender->lender.sequence;
	watch->grant(watch->context, grant, what, detail);
}
