/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/backoff.c */
/* The waits between tries: how they grow, where they stop, how far jitter moves them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "initramfs/backoff.h"

struct range {
	unsigned int attempt;
	uint32_t min_ms, max_ms;
};

static const struct range ranges[] = {
	{ 0, 750, 1250 },
	{ 1, 1500, 2500 },
	{ 2, 3000, 5000 },
	{ 3, 7000, 9000 },
	{ 4, 15000, 17000 },
	{ 5, 31000, 33000 },
	{ 6, 63000, 65000 },
	{ 7, 63000, 65000 },
	{ 31, 63000, 65000 },
	{ 32, 63000, 65000 },
	{ UINT32_MAX, 63000, 65000 },
};

static void delay_doubles_to_64_s_and_stays_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *range = &ranges[i];
		uint32_t span = range->max_ms - range->min_ms;

		for (uint32_t random = 0; random < 5000; random++)
			assert_in_range(backoff_delay_ms(range->attempt, random), range->min_ms,
					range->max_ms);
		assert_int_equal(backoff_delay_ms(range->attempt, 0), range->min_ms);
		assert_int_equal(backoff_delay_ms(range->attempt, span), range->max_ms);
		assert_in_range(backoff_delay_ms(range->attempt, UINT32_MAX), range->min_ms,
				range->max_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delay_doubles_to_64_s_and_stays_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
