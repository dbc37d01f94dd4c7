// SPDX-License-Identifier: GPL-2.0-only
/* What a machine can spare of its memory, and what it wants back. */
/* links: userspace/memory/lend/spare.c */
/* libraries: */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "userspace/memory/lend/spare.h"

#define MIB(n) ((uint64_t)(n) << 20)

/* Of a machine with 16 GiB: 4 GiB stay, marks at 3 and 5 GiB. */
static const struct spare_rules rules = { .reserve_bytes = MIB(4096),
					  .limit_bytes = UINT64_MAX,
					  .pressure_max = 10.0 };

static struct spare judge(const struct spare_rules *by, struct spare_machine machine)
{
	struct spare_past past = { 0 };

	machine.total_bytes = MIB(16384);
	return spare_judge(by, &machine, 0, &past);
}

static void what_is_above_the_marks_is_spare(void **state)
{
	static const struct {
		uint64_t available, lent, allocated, held;
		enum spare_state state;
		uint64_t spare, grantable, wanted;
	} cases[] = {
		{ MIB(12288), 0, 0, 0, SPARE_LENDING, MIB(7168), MIB(8192), 0 },
		/* Lent and not written to: still in what is available, and promised. */
		{ MIB(12288), MIB(4096), 0, 0, SPARE_LENDING, MIB(3072), MIB(4096), 0 },
		/* Lent and written to. */
		{ MIB(8192), MIB(4096), MIB(4096), 0, SPARE_LENDING, MIB(3072), MIB(4096), 0 },
		{ MIB(10240), MIB(4096), MIB(2048), 0, SPARE_LENDING, MIB(3072), MIB(4096), 0 },
		/* More written than lent is a mistake that must not make room. */
		{ MIB(8192), MIB(1024), MIB(9999), 0, SPARE_LENDING, MIB(3072), MIB(4096), 0 },
		{ MIB(12288), 0, 0, MIB(2048), SPARE_LENDING, MIB(5120), MIB(6144), 0 },
		/* Between the marks, nothing moves. */
		{ MIB(5120), 0, 0, 0, SPARE_LENDING, 0, MIB(1024), 0 },
		{ MIB(3072), MIB(1024), MIB(1024), 0, SPARE_LENDING, 0, 0, 0 },
		/* Below the lower one. */
		{ MIB(3071), MIB(1024), MIB(1024), 0, SPARE_SHORT, 0, 0, MIB(1024) },
		{ MIB(2048), MIB(8192), MIB(8192), 0, SPARE_SHORT, 0, 0, MIB(2048) },
		{ 0, MIB(8192), MIB(8192), 0, SPARE_SHORT, 0, 0, MIB(4096) },
		{ MIB(1), MIB(8192), 0, 0, SPARE_SHORT, 0, 0, MIB(4096) },
		{ MIB(2048), 0, 0, 0, SPARE_SHORT, 0, 0, 0 },
		{ MIB(2047), MIB(8192), MIB(8192), 0, SPARE_SHORT, 0, 0, MIB(2050) },
		{ UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, SPARE_SHORT, 0, 0, MIB(4096) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spare spare =
			judge(&rules, (struct spare_machine){ .available_bytes = cases[i].available,
							      .lent_bytes = cases[i].lent,
							      .allocated_bytes = cases[i].allocated,
							      .held_bytes = cases[i].held });

		assert_int_equal(spare.state, cases[i].state);
		assert_int_equal(spare.spare_bytes, cases[i].spare);
		assert_int_equal(spare.grantable_bytes, cases[i].grantable);
		assert_int_equal(spare.wanted_back_bytes, cases[i].wanted);
	}
}

static void limit_is_kept(void **state)
{
	struct spare_rules limited = rules;
	struct spare_machine machine = { .available_bytes = MIB(12288) };

	(void)state;
	limited.limit_bytes = MIB(2048);
	assert_int_equal(judge(&limited, machine).spare_bytes, MIB(2048));
	machine.lent_bytes = MIB(1536);
	assert_int_equal(judge(&limited, machine).spare_bytes, MIB(512));
	machine.lent_bytes = MIB(3072);
	assert_int_equal(judge(&limited, machine).spare_bytes, 0);
	assert_int_equal(judge(&limited, machine).wanted_back_bytes, MIB(1024));
	assert_int_equal(judge(&limited, machine).state, SPARE_LENDING);
}

static void pressure_counts_the_reserve_twice(void **state)
{
	struct spare_machine machine = { .available_bytes = MIB(7168),
					 .lent_bytes = MIB(8192),
					 .allocated_bytes = MIB(8192),
					 .pressure = 10.0 };
	struct spare spare = judge(&rules, machine);

	(void)state;
	assert_int_equal(spare.state, SPARE_SHORT);
	assert_int_equal(spare.wanted_back_bytes, MIB(1024));
	machine.pressure = 9.9;
	assert_int_equal(judge(&rules, machine).state, SPARE_LENDING);
	machine.stalled = true;
	assert_int_equal(judge(&rules, machine).state, SPARE_SHORT);
	machine.available_bytes = MIB(12288);
	assert_int_equal(judge(&rules, machine).wanted_back_bytes, 0);
}

static void who_was_short_offers_after_a_time_of_calm(void **state)
{
	static const struct {
		int64_t at_ms;
		uint64_t available;
		double pressure;
		enum spare_state state;
	} steps[] = {
		{ 0, MIB(12288), 0, SPARE_LENDING },
		{ 1000, MIB(2000), 0, SPARE_SHORT },
		{ 2000, MIB(12288), 0, SPARE_SHORT },
		{ 31999, MIB(12288), 0, SPARE_SHORT },
		/* A moment below the reserve, though above the mark, begins it anew. */
		{ 31999, MIB(4000), 0, SPARE_SHORT },
		{ 32000, MIB(12288), 0, SPARE_SHORT },
		{ 50000, MIB(12288), 6.0, SPARE_SHORT },
		{ 51000, MIB(12288), 4.9, SPARE_SHORT },
		{ 80999, MIB(12288), 0, SPARE_SHORT },
		{ 81000, MIB(12288), 0, SPARE_LENDING },
		{ 82000, MIB(4000), 0, SPARE_LENDING },
	};
	struct spare_past past = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct spare_machine machine = { .available_bytes = steps[i].available,
						       .pressure = steps[i].pressure };
		struct spare spare = spare_judge(&rules, &machine, steps[i].at_ms, &past);

		assert_int_equal(spare.state, steps[i].state);
		if (spare.state == SPARE_SHORT)
			assert_int_equal(spare.spare_bytes + spare.grantable_bytes, 0);
	}
}

static void who_borrows_or_leaves_or_could_swap_wants_all_back(void **state)
{
	const struct spare_machine calm = { .available_bytes = MIB(12288), .lent_bytes = MIB(512) };
	struct spare_machine machines[] = { calm, calm, calm, calm };
	static const enum spare_state states[] = { SPARE_BORROWING, SPARE_LEAVING, SPARE_SHORT,
						   SPARE_LEAVING };

	(void)state;
	machines[0].borrowing = true;
	machines[1].leaving = true;
	machines[2].exposed = true;
	machines[3].leaving = machines[3].borrowing = machines[3].exposed = true;
	for (size_t i = 0; i < 4; i++) {
		struct spare spare = judge(&rules, machines[i]);

		assert_int_equal(spare.state, states[i]);
		assert_int_equal(spare.spare_bytes + spare.grantable_bytes, 0);
		assert_int_equal(spare.wanted_back_bytes, MIB(512));
	}
	assert_string_equal(spare_state_name(SPARE_LENDING), "lending");
	assert_string_equal(spare_state_name(SPARE_SHORT), "short");
	assert_string_equal(spare_state_name(SPARE_BORROWING), "borrowing");
	assert_string_equal(spare_state_name(SPARE_LEAVING), "leaving");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_above_the_marks_is_spare),
		cmocka_unit_test(limit_is_kept),
		cmocka_unit_test(pressure_counts_the_reserve_twice),
		cmocka_unit_test(who_was_short_offers_after_a_time_of_calm),
		cmocka_unit_test(who_borrows_or_leaves_or_could_swap_wants_all_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
