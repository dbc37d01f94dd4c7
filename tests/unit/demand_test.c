/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of when a node borrows for want of memory, and when it gives back. */
/* links: userspace/memory/borrow/demand.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "userspace/memory/borrow/demand.h"

#define MIB (1ull << 20)

static const struct demand_rule rule = { .step_bytes = 256 * MIB,
					 .most_bytes = 1024 * MIB,
					 .pressure_max = 10 };

/* Of 1000 MiB memory. */
static struct demand_sample sample(int64_t now_ms, uint64_t available, uint64_t swap,
				   uint64_t swap_free, double pressure)
{
	return (struct demand_sample){ .now_ms = now_ms,
				       .total_bytes = 1000 * MIB,
				       .available_bytes = available * MIB,
				       .swap_total_bytes = swap * MIB,
				       .swap_free_bytes = swap_free * MIB,
				       .pressure = pressure };
}

static void shortage_is_little_swap_and_little_memory_or_pressure(void **state)
{
	static const struct {
		uint64_t available, swap, swap_free;
		double pressure;
		enum demand_verdict verdict;
	} cases[] = {
		{ 90, 0, 0, 0, DEMAND_MORE },	   { 110, 0, 0, 0, DEMAND_KEEP },
		{ 500, 0, 0, 10, DEMAND_MORE },	   { 500, 0, 0, 9.9, DEMAND_KEEP },
		{ 90, 512, 512, 50, DEMAND_KEEP }, /* there is swap for it */
		{ 90, 512, 60, 50, DEMAND_MORE },  { 90, 512, 65, 50, DEMAND_KEEP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct demand demand = { 0 };
		struct demand_sample now = sample(1000, cases[i].available, cases[i].swap,
						  cases[i].swap_free, cases[i].pressure);

		if (demand_judge(&demand, &rule, &now, 0, 0) != cases[i].verdict)
			fail_msg("case %zu", i);
	}
}

static void a_small_node_needs_room_to_attach(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 32, 0, 0, 0);

	(void)state;
	now.total_bytes = 192 * MIB;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_KEEP);
	now.available_bytes--;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_MORE);
}

static void a_step_shows_its_effect_before_the_next(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 50, 0, 0, 80);

	(void)state;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_MORE);
	now.now_ms += 9999;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 0), DEMAND_KEEP);
	now.now_ms += 1;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 0), DEMAND_MORE);
}

static void there_is_a_limit(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 50, 0, 0, 80);

	(void)state;
	assert_int_equal(demand_judge(&demand, &rule, &now, 769 * MIB, 0), DEMAND_KEEP);
	assert_int_equal(demand_judge(&demand, &rule, &now, 768 * MIB, 0), DEMAND_MORE);
}

static void without_a_step_nothing_is_borrowed(void **state)
{
	const struct demand_rule never = { .pressure_max = 10 };
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 1, 0, 0, 100);

	(void)state;
	assert_int_equal(demand_judge(&demand, &never, &now, 0, 0), DEMAND_KEEP);
}

static void a_minute_of_quiet_gives_the_last_step_back(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 600, 256, 200, 0);

	(void)state;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_KEEP);
	now.now_ms += 59999;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_KEEP);
	now.now_ms += 1;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_LESS);
	/* What was not borrowed on demand stays. */
	now.now_ms += 100000;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 0), DEMAND_KEEP);
}

static void a_stall_ends_the_quiet(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 600, 256, 200, 0);

	(void)state;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_KEEP);
	now.now_ms += 50000;
	now.pressure = 2;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_KEEP);
	now.now_ms += 20000;
	now.pressure = 0;
	assert_int_equal(demand_judge(&demand, &rule, &now, 256 * MIB, 256 * MIB), DEMAND_KEEP);
}

static void what_would_not_fit_is_not_given_back(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 450, 2000, 1500, 0);

	(void)state;
	/* 500 MiB are in swap; without the last 1500 MiB there would be no room but memory's. */
	assert_int_equal(demand_judge(&demand, &rule, &now, 1500 * MIB, 1500 * MIB), DEMAND_KEEP);
	now.now_ms += 600000;
	assert_int_equal(demand_judge(&demand, &rule, &now, 1500 * MIB, 1500 * MIB), DEMAND_KEEP);
}

static void what_has_no_room_to_go_to_is_a_shortage(void **state)
{
	struct demand demand = { 0 };
	struct demand_sample now = sample(1000, 600, 512, 500, 0);

	(void)state;
	now.crowded = true;
	assert_int_equal(demand_judge(&demand, &rule, &now, 512 * MIB, 0), DEMAND_MORE);
	now.now_ms += 9999;
	assert_int_equal(demand_judge(&demand, &rule, &now, 768 * MIB, 0), DEMAND_KEEP);
	now.now_ms += 1;
	assert_int_equal(demand_judge(&demand, &rule, &now, 1024 * MIB, 0), DEMAND_KEEP);
}

static void what_was_asked_back_rests(void **state)
{
	struct demand_rest rest = { 0 };
	struct demand_sample now = sample(1000, 600, 0, 0, 0);

	(void)state;
	assert_false(demand_rests(&rest, &rule, &now));
	rest.until_ms = 601000;
	assert_true(demand_rests(&rest, &rule, &now));
	now.now_ms = 600999;
	assert_true(demand_rests(&rest, &rule, &now));
	now.now_ms = 601000;
	assert_false(demand_rests(&rest, &rule, &now));
}

static void memory_that_stays_short_ends_the_rest(void **state)
{
	struct demand_rest rest = { .until_ms = 601000 };
	struct demand_sample now = sample(1000, 50, 0, 0, 0);

	(void)state;
	assert_true(demand_rests(&rest, &rule, &now));
	now.now_ms += 19999;
	assert_true(demand_rests(&rest, &rule, &now));
	/* It was short for a while only. */
	now.available_bytes = 600 * MIB;
	assert_true(demand_rests(&rest, &rule, &now));
	now.available_bytes = 50 * MIB;
	now.now_ms += 1;
	assert_true(demand_rests(&rest, &rule, &now));
	now.now_ms += 20000;
	assert_false(demand_rests(&rest, &rule, &now));
	/* Swap that is left is enough. */
	now.swap_total_bytes = now.swap_free_bytes = 256 * MIB;
	assert_true(demand_rests(&rest, &rule, &now));
}

static void what_went_back_is_not_borrowed_again_on_demand_at_once(void **state)
{
	struct demand demand = { .rest.until_ms = 601000 };
	struct demand_sample now = sample(1000, 50, 0, 0, 80);

	(void)state;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_KEEP);
	/* Short for a while, as when pages come back. */
	now.now_ms += 19999;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_KEEP);
	now.available_bytes = 600 * MIB;
	now.pressure = 0;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_KEEP);
	now.available_bytes = 50 * MIB;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_KEEP);
	/* It stays short. */
	now.now_ms += 20000;
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_MORE);
	now.now_ms = 601000;
	demand = (struct demand){ .rest.until_ms = 601000 };
	assert_int_equal(demand_judge(&demand, &rule, &now, 0, 0), DEMAND_MORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortage_is_little_swap_and_little_memory_or_pressure),
		cmocka_unit_test(a_small_node_needs_room_to_attach),
		cmocka_unit_test(a_step_shows_its_effect_before_the_next),
		cmocka_unit_test(there_is_a_limit),
		cmocka_unit_test(without_a_step_nothing_is_borrowed),
		cmocka_unit_test(a_minute_of_quiet_gives_the_last_step_back),
		cmocka_unit_test(a_stall_ends_the_quiet),
		cmocka_unit_test(what_would_not_fit_is_not_given_back),
		cmocka_unit_test(what_has_no_room_to_go_to_is_a_shortage),
		cmocka_unit_test(what_was_asked_back_rests),
		cmocka_unit_test(memory_that_stays_short_ends_the_rest),
		cmocka_unit_test(what_went_back_is_not_borrowed_again_on_demand_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
