// SPDX-License-Identifier: GPL-2.0-only
/* Sizes as people write them. */
/* links: userspace/lib/size.c */
/* libraries: */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "userspace/lib/size.h"

static void sizes_have_one_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "1K", 1024 },		{ "512M", 512ull << 20 },	    { "8G", 8ull << 30 },
		{ "16T", 16ull << 40 }, { "16777215T", 16777215ull << 40 },
	};
	static const char *const bad[] = { "",
					   "8",
					   "G",
					   "0G",
					   "08G",
					   "8g",
					   "8GB",
					   "8.5G",
					   "-8G",
					   " 8G",
					   "8G ",
					   "16777216T",
					   "99999999999999999999K" };
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(size_read(good[i].text, &bytes));
		assert_int_equal(bytes, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(size_read(bad[i], &bytes));
}

static void sizes_are_told_in_the_largest_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{ 0, "0" },
		{ 1023, "1023" },
		{ 1024, "1K" },
		{ 1536, "1.5K" },
		{ (1ull << 30) - 1, "1023.9M" },
		{ 8ull << 30, "8G" },
		{ (8ull << 30) + (103ull << 20), "8.1G" },
		{ 1ull << 50, "1024T" },
		{ UINT64_MAX, "16777215.9T" },
	};
	char text[SIZE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_string_equal(size_text(sizes[i].bytes, text), sizes[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_one_unit),
		cmocka_unit_test(sizes_are_told_in_the_largest_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
