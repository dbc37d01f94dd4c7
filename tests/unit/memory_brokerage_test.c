/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/memory/brokerage.c userspace/wirerootd/memory/brokerage_change.c */
/* links: userspace/wirerootd/memory/brokerage_place.c */
/* links: userspace/wirerootd/memory/brokerage_report.c userspace/wirerootd/memory/grant.c */
/* links: userspace/wirerootd/memory/placement.c userspace/wirerootd/memory/id_set.c */
/* links: userspace/wirerootd/memory/store.c userspace/wirerootd/memory/message.c */
/* links: userspace/wirerootd/memory/tokens.c userspace/lib/fs.c userspace/lib/log.c */
/* links: userspace/lib/text.c initramfs/value.c initramfs/fault.c */
/* libraries: jansson sqlite3 libsodium */
/* The broker's decisions, one by one, and its notes; the model has the orders of messages. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/lib/fs.h"
#include "userspace/wirerootd/memory/brokerage.h"
#include "userspace/wirerootd/memory/message.h"
#include "userspace/wirerootd/memory/store.h"
#include "userspace/wirerootd/memory/tokens.h"

#define GIB	  ((uint64_t)1 << 30)
#define START_MS  1000000
#define LEASE_MS  30000
#define BASE	  5000
#define INSTANCES 0x1000 /* of lenders begin here */

struct world {
	struct brokerage broker;
	uint64_t seed;
	int64_t now_ms;
	unsigned int told, events;
	uint64_t reports[16]; /* of lender i, so far */
	struct store *store; /* NULL: nothing is noted */
};

static size_t draw(void *context, size_t limit)
{
	struct world *world = context;

	world->seed = world->seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(world->seed >> 33) % limit;
}

static void note_grant(void *context, const struct grant *grant, const char *what,
		       const char *detail)
{
	struct world *world = context;

	if (!world->store)
		return;
	store_grant(world->store, grant);
	store_event(world->store, 1000, grant_state_name(grant->state), grant, NULL, what);
	(void)detail;
}

static void note_lender(void *context, const struct member *member)
{
	struct world *world = context;

	if (world->store)
		store_lender(world->store, member);
}

static void note_event(void *context, const char *what, const struct member *member,
		       const struct grant *grant, const char *detail)
{
	struct world *world = context;

	(void)what, (void)member, (void)grant, (void)detail;
	world->events++;
}

static void note_told(void *context, struct member *member)
{
	struct world *world = context;

	(void)member;
	world->told++;
}

static struct member_rules rules_of(const char *name, const char *rack, bool may_lend)
{
	struct member_rules rules = { .may_lend = may_lend, .may_borrow = true };

	snprintf(rules.name, sizeof(rules.name), "%s", name);
	snprintf(rules.rack, sizeof(rules.rack), "%s", rack);
	return rules;
}

static void open_world(struct world *world)
{
	*world = (struct world){ .now_ms = START_MS };
	world->broker = (struct brokerage){ .random = draw,
					    .source = world,
					    .sequence_base = BASE,
					    .lease_ms = LEASE_MS,
					    .deadline_s = 300,
					    .watch = { .context = world,
						       .grant = note_grant,
						       .lender = note_lender,
						       .event = note_event,
						       .told = note_told } };
	assert_int_equal(brokerage_init(&world->broker), 0);
}

static void set_members(struct world *world)
{
	const struct member_rules rules[] = {
		rules_of("l0", "r0", true),  rules_of("l1", "r0", true),
		rules_of("l2", "r1", true),  rules_of("b0", "r0", false),
		rules_of("b1", "r1", false),
	};

	assert_int_equal(brokerage_set_members(&world->broker, rules, 5, world->now_ms), 0);
}

static int set_up(void **state)
{
	struct world *world = malloc(sizeof(*world));

	open_world(world);
	set_members(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	brokerage_free(&world->broker);
	free(world);
	return 0;
}

static struct member *member(struct world *world, const char *name)
{
	struct member *found = brokerage_find_member(&world->broker, name);

	assert_non_null(found);
	return found;
}

/* Lender @number has @spare and knows all that it was told; its grants are all in @held. */
static void lender_says(struct world *world, int number, uint64_t spare,
			const struct lender_held *held, size_t count)
{
	static struct lender_report report;
	char name[8];

	snprintf(name, sizeof(name), "l%d", number);
	report = (struct lender_report){ .instance = INSTANCES + (uint64_t)number,
					 .report = ++world->reports[number],
					 .sequence = member(world, name)->lender.sequence,
					 .port = 3260,
					 .interval_s = 5,
					 .spare_bytes = spare,
					 .grant_count = count };
	snprintf(report.address, sizeof(report.address), "10.0.0.%d", number + 1);
	if (count)
		memcpy(report.grants, held, count * sizeof(*held));
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, name), &report,
						 world->now_ms),
			 0);
}

static struct lender_held holds(const struct grant *grant, enum held_state state, bool connected)
{
	struct lender_held held = {
		.id = grant->id, .state = state, .bytes = grant->bytes, .connected = connected
	};

	snprintf(held.borrower, sizeof(held.borrower), "%s", grant->borrower->rules.name);
	return held;
}

static int ask(struct world *world, const char *name, uint64_t bytes, const struct grant *apart,
	       struct grant **grant)
{
	struct brokerage_ask asked = { .bytes = bytes };
	uint64_t largest;

	if (apart)
		asked.apart_from[asked.apart_count++] = apart->id;
	return brokerage_offer(&world->broker, member(world, name), &asked, NULL, 0, world->now_ms,
			       grant, &largest);
}

static int borrower_says(struct world *world, const char *name, uint64_t instance, uint64_t id,
			 enum borrowed_state state)
{
	static struct borrower_report report;

	report = (struct borrower_report){ .instance = instance, .interval_s = 5 };
	if (id)
		report.grants[report.grant_count++] = (struct borrowed){ .id = id, .state = state };
	return brokerage_borrower_report(&world->broker, member(world, name), &report,
					 world->now_ms);
}

/* A grant of @bytes of lender 0 for b0, attached. */
static struct grant *attached_grant(struct world *world, uint64_t bytes)
{
	struct lender_held held;
	struct grant *grant;

	lender_says(world, 0, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", bytes, NULL, &grant), 0);
	held = holds(grant, HELD_EXPORTED, false);
	lender_says(world, 0, 4 * GIB - bytes, &held, 1);
	assert_int_equal(borrower_says(world, "b0", 1, grant->id, BORROWED_ATTACHED), 0);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	return grant;
}

/* --- placing ------------------------------------------------------------------------------------
 */

static void grant_lives_from_offer_to_history(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	struct lender_held held = holds(grant, HELD_CLEARED, false);
	uint64_t id = grant->id;

	assert_int_equal(grant->generation, 3);
	assert_int_equal(strlen(grant->secret), 16);
	assert_string_not_equal(grant->secret, grant->secret_in);
	assert_int_equal(world->broker.bytes_lent, GIB);
	assert_int_equal(borrower_says(world, "b0", 1, id, BORROWED_DETACHED), 0);
	assert_int_equal(grant->state, GRANT_RETURNED);
	assert_int_equal(brokerage_lender_want(grant), WANT_WITHDRAW);
	lender_says(world, 0, 4 * GIB, &held, 1);
	assert_null(brokerage_find_grant(&world->broker, id));
	assert_true(brokerage_is_over(&world->broker, id));
	assert_int_equal(brokerage_borrower_want(&world->broker, NULL, id), WANT_GONE);
	assert_int_equal(world->broker.bytes_lent, 0);
	assert_int_equal(world->broker.grant_count, 0);
}

static void room_is_what_reports_leave(void **state)
{
	struct world *world = *state;
	struct grant *grant;
	uint64_t half = GIB / 2;

	assert_int_equal(ask(world, "b0", GIB, NULL, &grant), -ENOSPC);
	lender_says(world, 0, GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB + 1, NULL, &grant), -ENOSPC);
	assert_int_equal(ask(world, "b0", GIB, NULL, &grant), 0);
	/* The lender has not said yet that it knows. */
	assert_int_equal(brokerage_room(&world->broker, member(world, "l0"), world->now_ms), 0);
	assert_int_equal(ask(world, "b1", half, NULL, &grant), -ENOSPC);
	lender_says(world, 1, GIB, NULL, 0);
	brokerage_set_ceiling(&world->broker, member(world, "l1"), &half);
	assert_int_equal(ask(world, "b1", GIB, NULL, &grant), -ENOSPC);
	assert_int_equal(ask(world, "b1", half, NULL, &grant), 0);
	brokerage_set_ceiling(&world->broker, member(world, "l1"), NULL);
	assert_int_equal(brokerage_room(&world->broker, member(world, "l1"), world->now_ms), half);
	/* Nobody lends what is not heard of any more. */
	world->now_ms += LEASE_MS + 1;
	assert_int_equal(brokerage_room(&world->broker, member(world, "l1"), world->now_ms), 0);
}

static void who_lends_does_not_borrow_and_the_other_way_round(void **state)
{
	struct world *world = *state;
	struct grant *grant;

	lender_says(world, 0, GIB, NULL, 0);
	assert_int_equal(ask(world, "l0", GIB / 2, NULL, &grant), -ENOSPC); /* not its own */
	assert_int_equal(ask(world, "b0", GIB / 2, NULL, &grant), 0);
	lender_says(world, 1, GIB, NULL, 0);
	assert_int_equal(ask(world, "l0", GIB / 2, NULL, &grant), -EBUSY);
	assert_int_equal(ask(world, "l2", GIB / 2, NULL, &grant), 0);
	lender_says(world, 2, GIB, NULL, 0);
	assert_int_equal(brokerage_room(&world->broker, member(world, "l2"), world->now_ms), 0);
}

static void limit_of_a_borrower_holds(void **state)
{
	struct world *world = *state;
	struct grant *grant;

	member(world, "b0")->rules.borrow_bytes_max = GIB;
	lender_says(world, 0, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB + 1, NULL, &grant), -EDQUOT);
	assert_int_equal(ask(world, "b0", GIB / 2, NULL, &grant), 0);
	assert_int_equal(ask(world, "b0", GIB / 2 + 1, NULL, &grant), -EDQUOT);
	assert_int_equal(ask(world, "b0", GIB / 2, NULL, &grant), 0);
}

static void copy_goes_to_another_lender_and_another_rack_first(void **state)
{
	struct world *world = *state;
	struct grant *first = attached_grant(world, GIB), *copy;

	lender_says(world, 1, 4 * GIB, NULL, 0);
	lender_says(world, 2, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB, first, &copy), 0);
	assert_string_equal(copy->lender->rules.name, "l2");
	lender_says(world, 2, 0, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB, first, &copy), 0);
	assert_string_equal(copy->lender->rules.name, "l1");
	brokerage_give_up(&world->broker, copy, world->now_ms);
	lender_says(world, 1, 0, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB, first, &copy), -ENOSPC);
}

static void lender_out_of_reach_is_asked_last(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	struct lender_held held = holds(grant, HELD_CLEARED, false);
	uint64_t id = grant->id;

	/* It broke although its lender is heard of. */
	assert_int_equal(borrower_says(world, "b0", 1, id, BORROWED_BROKEN), 0);
	assert_int_equal(borrower_says(world, "b0", 1, id, BORROWED_DETACHED), 0);
	lender_says(world, 0, 4 * GIB, &held, 1);
	lender_says(world, 1, 2 * GIB, NULL, 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(ask(world, "b0", GIB / 8, NULL, &grant), 0);
		assert_string_equal(grant->lender->rules.name, "l1");
	}
	/* When nobody else has room, it may be in reach again. */
	assert_int_equal(ask(world, "b0", 3 * GIB, NULL, &grant), 0);
	assert_string_equal(grant->lender->rules.name, "l0");
}

static void lender_that_could_not_be_attached_from_is_asked_last_for_a_while(void **state)
{
	struct world *world = *state;
	struct lender_held held, busy;
	struct grant *grant;

	lender_says(world, 1, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b1", 3 * GIB, NULL, &grant), 0);
	busy = holds(grant, HELD_EXPORTED, true);
	lender_says(world, 1, GIB, &busy, 1);
	lender_says(world, 0, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB / 2, NULL, &grant), 0);
	assert_string_equal(grant->lender->rules.name, "l0"); /* the less loaded one */
	held = holds(grant, HELD_EXPORTED, false);
	lender_says(world, 0, 7 * GIB / 2, &held, 1);
	assert_int_equal(borrower_says(world, "b0", 1, grant->id, BORROWED_DETACHED), 0);
	held.state = HELD_CLEARED;
	lender_says(world, 0, 4 * GIB, &held, 1);
	assert_int_equal(ask(world, "b0", GIB / 2, NULL, &grant), 0);
	assert_string_equal(grant->lender->rules.name, "l1");
	/* That is nobody else's matter. */
	assert_int_equal(ask(world, "b1", GIB / 4, NULL, &grant), 0);
	assert_string_equal(grant->lender->rules.name, "l0");
	world->now_ms += BROKERAGE_OUT_OF_REACH_MS;
	lender_says(world, 1, GIB, &busy, 1);
	lender_says(world, 0, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB / 4, NULL, &grant), 0);
	assert_string_equal(grant->lender->rules.name, "l0");
}

struct few {
	struct placement_lender lenders[40];
	size_t count;
};

static struct placement_lender look(const void *context, size_t number)
{
	return ((const struct few *)context)->lenders[number];
}

static void load_is_spread_over_lenders(void **state)
{
	struct world *world = *state;
	struct few few = { .count = 40 };
	uint64_t largest, most = 0, least = UINT64_MAX;

	for (size_t i = 0; i < few.count; i++)
		few.lenders[i] = (struct placement_lender){ .room = 100 };
	for (int i = 0; i < 1000; i++) {
		long found = placement_choose(look, &few, few.count, 1, draw, world, &largest);

		assert_in_range(found, 0, 39);
		few.lenders[found].room--;
		few.lenders[found].lent++;
	}
	for (size_t i = 0; i < few.count; i++) {
		most = few.lenders[i].lent > most ? few.lenders[i].lent : most;
		least = few.lenders[i].lent < least ? few.lenders[i].lent : least;
	}
	/* 25 for each; drawn once at random, it would be some 13 to 40. */
	assert_in_range(most, 25, 29);
	assert_in_range(least, 20, 25);
	few.lenders[7].room = 1000;
	assert_int_equal(placement_choose(look, &few, few.count, 500, draw, world, &largest), 7);
	assert_int_equal(placement_choose(look, &few, few.count, 1001, draw, world, &largest), -1);
	assert_int_equal(largest, 1000);
	few.lenders[7].is_out = true;
	assert_int_equal(placement_choose(look, &few, few.count, 500, draw, world, &largest), -1);
}

/* --- taking back --------------------------------------------------------------------------------
 */

static void lender_gets_back_what_it_wants_and_no_more(void **state)
{
	struct world *world = *state;
	struct grant *large, *small;
	struct lender_held held[2];
	static struct lender_report report;

	lender_says(world, 0, 4 * GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", 2 * GIB, NULL, &large), 0);
	assert_int_equal(ask(world, "b0", GIB, NULL, &small), 0);
	held[0] = holds(large, HELD_EXPORTED, false);
	held[1] = holds(small, HELD_EXPORTED, false);
	lender_says(world, 0, GIB, held, 2);
	report = (struct lender_report){ .instance = INSTANCES,
					 .report = ++world->reports[0],
					 .wanted_back_bytes = GIB / 2,
					 .grant_count = 2 };
	memcpy(report.grants, held, sizeof(held));
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, "l0"), &report,
						 world->now_ms),
			 0);
	assert_int_equal(small->state, GRANT_REVOKING);
	assert_int_equal(large->state, GRANT_GRANTED);
	assert_int_equal(brokerage_borrower_want(&world->broker, small, small->id), WANT_RETURN);
	/* Said again, it is no other half. */
	report.report = ++world->reports[0];
	brokerage_lender_report(&world->broker, member(world, "l0"), &report, world->now_ms);
	assert_int_equal(large->state, GRANT_GRANTED);
}

static void overdue_is_told_once_and_changes_nothing(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);

	brokerage_ask_back(&world->broker, grant, 10, "test", world->now_ms);
	assert_int_equal(grant->state, GRANT_REVOKING);
	world->now_ms += 10001;
	borrower_says(world, "b0", 1, grant->id, BORROWED_DETACHING);
	brokerage_tick(&world->broker, world->now_ms);
	brokerage_tick(&world->broker, world->now_ms + 1000);
	assert_int_equal(world->events, 1);
	assert_true(grant->is_overdue);
	assert_int_equal(grant->state, GRANT_REVOKING);
}

/* --- failures -----------------------------------------------------------------------------------
 */

static void silent_borrower_with_a_session_keeps_its_pages(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	struct lender_held held = holds(grant, HELD_EXPORTED, true);

	world->now_ms += 10 * LEASE_MS;
	brokerage_tick(&world->broker, world->now_ms);
	lender_says(world, 0, 3 * GIB, &held, 1);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	held.connected = false;
	lender_says(world, 0, 3 * GIB, &held, 1);
	assert_int_equal(grant->state, GRANT_LOST);
	assert_int_equal(brokerage_borrower_want(&world->broker, grant, grant->id), WANT_GONE);
}

static void lease_that_is_over_waits_for_a_look_behind_it(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	static struct lender_report report;
	uint64_t known = member(world, "l0")->lender.sequence;

	world->now_ms += LEASE_MS + 1;
	brokerage_tick(&world->broker, world->now_ms);
	report = (struct lender_report){ .instance = INSTANCES,
					 .report = ++world->reports[0],
					 .sequence = known,
					 .grants = { holds(grant, HELD_EXPORTED, false) },
					 .grant_count = 1 };
	brokerage_lender_report(&world->broker, member(world, "l0"), &report, world->now_ms);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	report.sequence = member(world, "l0")->lender.sequence;
	report.report = ++world->reports[0];
	brokerage_lender_report(&world->broker, member(world, "l0"), &report, world->now_ms);
	assert_int_equal(grant->state, GRANT_LOST);
}

static void lease_is_renewed_by_reports(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	struct lender_held held = holds(grant, HELD_EXPORTED, false);

	for (int i = 0; i < 5; i++) {
		world->now_ms += LEASE_MS - 1;
		brokerage_tick(&world->broker, world->now_ms);
		borrower_says(world, "b0", 1, grant->id, BORROWED_ATTACHED);
		lender_says(world, 0, 3 * GIB, &held, 1);
	}
	assert_int_equal(grant->state, GRANT_ATTACHED);
}

static void borrower_that_begins_anew_loses_its_lease_at_once(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	struct lender_held held = holds(grant, HELD_EXPORTED, true);

	borrower_says(world, "b0", 2, 0, BORROWED_NONE);
	lender_says(world, 0, 3 * GIB, &held, 1);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	held.connected = false;
	lender_says(world, 0, 3 * GIB, &held, 1);
	assert_int_equal(grant->state, GRANT_LOST);
}

static void offer_that_nobody_exports_ends(void **state)
{
	struct world *world = *state;
	struct grant *grant;
	uint64_t id;

	lender_says(world, 0, GIB, NULL, 0);
	assert_int_equal(ask(world, "b0", GIB, NULL, &grant), 0);
	id = grant->id;
	world->now_ms += BROKERAGE_OFFER_MS;
	brokerage_tick(&world->broker, world->now_ms);
	assert_int_equal(grant->state, GRANT_RETURNED);
	/* The lender knows that, and does not name it: it has it not. */
	lender_says(world, 0, GIB, NULL, 0);
	assert_null(brokerage_find_grant(&world->broker, id));
}

static void next_instance_of_a_lender_ends_its_grants(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	static struct lender_report report;
	uint64_t id = grant->id;

	report = (struct lender_report){ .instance = 77, .report = 1 };
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, "l0"), &report,
						 world->now_ms),
			 0);
	assert_true(brokerage_is_over(&world->broker, id));
	report.instance = INSTANCES;
	report.report = 99;
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, "l0"), &report,
						 world->now_ms),
			 -ESTALE);
}

static void late_report_says_nothing(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	static struct lender_report report;

	report = (struct lender_report){ .instance = INSTANCES, .report = 1 };
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, "l0"), &report,
						 world->now_ms),
			 0);
	assert_int_equal(grant->state, GRANT_ATTACHED);
}

static void broken_device_of_a_silent_lender_is_lost(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);

	borrower_says(world, "b0", 1, grant->id, BORROWED_BROKEN);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	assert_int_equal(world->events, 1);
	world->now_ms += LEASE_MS + 1;
	borrower_says(world, "b0", 1, grant->id, BORROWED_BROKEN);
	assert_int_equal(grant->state, GRANT_LOST);
	assert_int_equal(world->events, 1);
}

static void grants_of_others_are_nobody_elses_to_name(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	static struct lender_report report;

	assert_int_equal(borrower_says(world, "b1", 1, grant->id, BORROWED_DETACHED), -EPERM);
	report = (struct lender_report){ .instance = 9,
					 .report = 1,
					 .grants = { holds(grant, HELD_CLEARED, false) },
					 .grant_count = 1 };
	assert_int_equal(brokerage_lender_report(&world->broker, member(world, "l1"), &report,
						 world->now_ms),
			 -EPERM);
	assert_int_equal(grant->state, GRANT_ATTACHED);
}

static void member_that_leaves_has_its_grants_taken_back(void **state)
{
	struct world *world = *state;
	struct grant *grant = attached_grant(world, GIB);
	const struct member_rules rest[] = { rules_of("b0", "", false), rules_of("l1", "", true) };

	assert_int_equal(brokerage_set_members(&world->broker, rest, 2, world->now_ms), 0);
	assert_int_equal(grant->state, GRANT_REVOKING);
	assert_false(member(world, "l0")->is_member);
	assert_null(brokerage_find_member(&world->broker, "l2"));
	borrower_says(world, "b0", 1, grant->id, BORROWED_DETACHED);
	/* Who is no member cannot say that it has cleared it. */
	world->now_ms += LEASE_MS + 1;
	brokerage_tick(&world->broker, world->now_ms);
	assert_int_equal(world->broker.grant_count, 0);
	assert_int_equal(brokerage_set_members(&world->broker, rest, 2, world->now_ms), 0);
	assert_null(brokerage_find_member(&world->broker, "l0"));
}

static void wishes_reach_their_node_and_end(void **state)
{
	struct world *world = *state;
	struct brokerage_ask asked = { .bytes = GIB };
	uint64_t id = brokerage_wish(&world->broker, member(world, "b0"), GIB, world->now_ms);
	struct grant *grant;
	uint64_t largest;

	assert_true(id != 0);
	assert_int_equal(world->broker.wishes[0].id, id);
	lender_says(world, 0, 4 * GIB, NULL, 0);
	asked.request = id;
	assert_int_equal(brokerage_offer(&world->broker, member(world, "b0"), &asked, NULL, 0,
					 world->now_ms, &grant, &largest),
			 0);
	assert_int_equal(world->broker.wishes[0].id, 0);
	brokerage_wish(&world->broker, member(world, "b0"), GIB, world->now_ms);
	brokerage_tick(&world->broker, world->now_ms + BROKERAGE_REQUEST_MS);
	assert_int_equal(world->broker.wishes[0].id, 0);
}

/* --- notes --------------------------------------------------------------------------------------
 */

static void unknown_grants_are_adopted(void **state)
{
	struct world *world = *state;
	struct lender_held held[] = {
		{ .id = 0x11,
		  .state = HELD_EXPORTED,
		  .bytes = GIB,
		  .connected = true,
		  .generation = 3,
		  .borrower = "b0" },
		{ .id = 0x12, .state = HELD_EXPORTED, .bytes = GIB, .borrower = "b1" },
		{ .id = 0x13, .state = HELD_EXPORTED, .bytes = GIB, .borrower = "stranger" },
	};
	const struct grant *grant;

	lender_says(world, 0, GIB, held, 3);
	grant = brokerage_find_grant(&world->broker, 0x11);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	assert_int_equal(grant->generation, 4);
	assert_int_equal(brokerage_lender_want(grant), WANT_NOTHING);
	assert_int_equal(brokerage_find_grant(&world->broker, 0x12)->state, GRANT_GRANTED);
	assert_int_equal(brokerage_find_grant(&world->broker, 0x13)->state, GRANT_REVOKING);
	assert_int_equal(brokerage_room(&world->broker, member(world, "l0"), world->now_ms), GIB);
}

static void open_store(struct store *store, const char *directory)
{
	static struct log log;
	struct fault fault;

	log = (struct log){ .program = "test", .level = LOG_LEVEL_ERROR };
	assert_int_equal(store_open(store, directory, &log, &fault), 0);
}

static void notes_bring_back_what_was(void **state)
{
	struct world *world = *state, again;
	char directory[] = "/tmp/memory_store.XXXXXX";
	struct store store;
	struct grant *grant;
	struct fault fault;
	char secret[BROKERAGE_SECRET_BYTES];
	uint64_t id, ceiling = 5 * GIB;
	json_t *history;

	assert_non_null(mkdtemp(directory));
	open_store(&store, directory);
	world->store = &store;
	grant = attached_grant(world, GIB);
	brokerage_set_ceiling(&world->broker, member(world, "l0"), &ceiling);
	id = grant->id;
	memcpy(secret, grant->secret, sizeof(secret));
	store_close(&store);

	open_store(&store, directory);
	open_world(&again);
	assert_int_equal(store_load(&store, &again.broker, START_MS, &fault), 0);
	set_members(&again);
	grant = brokerage_find_grant(&again.broker, id);
	assert_non_null(grant);
	assert_int_equal(grant->state, GRANT_ATTACHED);
	assert_true(grant->was_attached);
	assert_string_equal(grant->secret, secret);
	assert_int_equal(member(&again, "l0")->lender.instance, INSTANCES);
	assert_int_equal(member(&again, "l0")->lender.ceiling_bytes, ceiling);
	history = store_history(&store, 10);
	assert_int_equal(json_array_size(history), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(history, 0), "event")),
			    "attached");
	json_decref(history);
	store_close(&store);
	brokerage_free(&again.broker);
	assert_int_equal(fs_remove_tree(directory, &fault), 0);
}

static void damaged_notes_are_moved_aside(void **state)
{
	char directory[] = "/tmp/memory_store.XXXXXX", path[64];
	static char garbage[8192];
	struct store store;
	struct fault fault;
	struct log quiet = { .program = "test", .level = (enum log_level)0 };

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/" STORE_FILE, directory);
	memset(garbage, 'x', sizeof(garbage));
	assert_int_equal(fs_write_file(path, garbage, sizeof(garbage), 0600, &fault), 0);
	assert_int_equal(store_open(&store, directory, &quiet, &fault), 0);
	store_close(&store);
	snprintf(path, sizeof(path), "%s/" STORE_FILE ".damaged", directory);
	assert_true(fs_is_file(path));
	assert_int_equal(fs_remove_tree(directory, &fault), 0);
}

static void notes_of_another_broker_are_left_alone(void **state)
{
	char directory[] = "/tmp/memory_store.XXXXXX";
	struct log quiet = { .program = "test", .level = (enum log_level)0 };
	struct store store, other;
	struct fault fault;

	(void)state;
	assert_non_null(mkdtemp(directory));
	open_store(&store, directory);
	assert_int_equal(store_open(&other, directory, &quiet, &fault), -EBUSY);
	store_close(&store);
	assert_int_equal(fs_remove_tree(directory, &fault), 0);
}

static void tokens_speak_for_their_member(void **state)
{
	static const char text[] = "{\"admin_token\":\"0123456789abcdef\",\"members\":["
				   "{\"name\":\"z\",\"token\":\"zzzzzzzzzzzzzzzz\"},"
				   "{\"name\":\"a\",\"token\":\"aaaaaaaaaaaaaaaa\"}]}";
	struct message_members members;
	struct tokens tokens = { 0 };
	struct fault fault;

	(void)state;
	assert_false(tokens_is_admin(&tokens, ""));
	assert_int_equal(message_members(text, strlen(text), &members, &fault), 0);
	assert_int_equal(tokens_take(&tokens, &members), 0);
	message_members_free(&members);
	assert_true(tokens_is_admin(&tokens, "0123456789abcdef"));
	assert_false(tokens_is_admin(&tokens, "0123456789abcdeg"));
	assert_false(tokens_is_admin(&tokens, "0123456789abcde"));
	assert_true(tokens_is_member(&tokens, "aaaaaaaaaaaaaaaa", "a"));
	assert_false(tokens_is_member(&tokens, "aaaaaaaaaaaaaaaa", "z"));
	assert_false(tokens_is_member(&tokens, "aaaaaaaaaaaaaaaa", "b"));
	assert_false(tokens_is_member(&tokens, "", "a"));
	tokens_free(&tokens);
}

static void set_of_ids_remembers_the_last_ones(void **state)
{
	struct id_set set = { 0 };

	(void)state;
	for (uint64_t id = 1; id <= 3 * ID_SET_KEPT; id++)
		assert_int_equal(id_set_add(&set, id * 0x9e3779b97f4a7c15u), 0);
	assert_false(id_set_has(&set, 0));
	assert_false(id_set_has(&set, 0x9e3779b97f4a7c15u));
	for (uint64_t id = 2 * ID_SET_KEPT + 1; id <= 3 * ID_SET_KEPT; id++)
		assert_true(id_set_has(&set, id * 0x9e3779b97f4a7c15u));
	id_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grant_lives_from_offer_to_history, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(room_is_what_reports_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_lends_does_not_borrow_and_the_other_way_round,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(limit_of_a_borrower_holds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(copy_goes_to_another_lender_and_another_rack_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(lender_out_of_reach_is_asked_last, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			lender_that_could_not_be_attached_from_is_asked_last_for_a_while, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(load_is_spread_over_lenders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lender_gets_back_what_it_wants_and_no_more, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(overdue_is_told_once_and_changes_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(silent_borrower_with_a_session_keeps_its_pages,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(lease_that_is_over_waits_for_a_look_behind_it,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(lease_is_renewed_by_reports, set_up, tear_down),
		cmocka_unit_test_setup_teardown(borrower_that_begins_anew_loses_its_lease_at_once,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(offer_that_nobody_exports_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(next_instance_of_a_lender_ends_its_grants, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(late_report_says_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_device_of_a_silent_lender_is_lost, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(grants_of_others_are_nobody_elses_to_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(member_that_leaves_has_its_grants_taken_back,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(wishes_reach_their_node_and_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_grants_are_adopted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_bring_back_what_was, set_up, tear_down),
		cmocka_unit_test(damaged_notes_are_moved_aside),
		cmocka_unit_test(notes_of_another_broker_are_left_alone),
		cmocka_unit_test(tokens_speak_for_their_member),
		cmocka_unit_test(set_of_ids_remembers_the_last_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
