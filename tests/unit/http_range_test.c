/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/http_range.c userspace/wirerootd/http_condition.c */
/* Range, entity tags and dates: which part of a file a request gets, and whether any. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/wirerootd/http_condition.h"
#include "userspace/wirerootd/http_range.h"

struct example {
	const char *header;
	uint64_t size;
	enum http_range_verdict verdict;
	uint64_t start, length;
};

static void check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct example *example = &examples[i];
		struct http_range range = { 0 };

		if (http_range_parse(example->header, example->size, &range) != example->verdict)
			fail_msg("'%s' of %llu bytes: another verdict",
				 example->header ? example->header : "none",
				 (unsigned long long)example->size);
		assert_int_equal(range.start, example->start);
		assert_int_equal(range.length, example->length);
	}
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof((examples)[0]))

static void single_ranges_are_cut_at_the_end(void **state)
{
	static const struct example examples[] = {
		{ "bytes=0-0", 10, HTTP_RANGE_PART, 0, 1 },
		{ "bytes=0-9", 10, HTTP_RANGE_PART, 0, 10 },
		{ "bytes=5-", 10, HTTP_RANGE_PART, 5, 5 },
		{ "bytes=9-", 10, HTTP_RANGE_PART, 9, 1 },
		{ "bytes=5-99", 10, HTTP_RANGE_PART, 5, 5 },
		{ "bytes=-3", 10, HTTP_RANGE_PART, 7, 3 },
		{ "bytes=-99", 10, HTTP_RANGE_PART, 0, 10 },
		{ "Bytes= 1-2 ", 10, HTTP_RANGE_PART, 1, 2 },
		{ "bytes=0-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 10 },
		{ "bytes=-99999999999999999999999", 10, HTTP_RANGE_PART, 0, 10 },
		{ "bytes=18446744073709551614-", UINT64_MAX, HTTP_RANGE_PART, UINT64_MAX - 1, 1 },
	};

	(void)state;
	CHECK(examples);
}

static void ranges_behind_the_end_are_unsatisfiable(void **state)
{
	static const struct example examples[] = {
		{ "bytes=10-", 10, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-1", 0, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-0", 10, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=99999999999999999999999-", 10, HTTP_RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=18446744073709551615-18446744073709551615", 10, HTTP_RANGE_UNSATISFIABLE,
		  0, 0 },
	};

	(void)state;
	CHECK(examples);
}

static void other_ranges_give_the_whole_file(void **state)
{
	static const struct example examples[] = {
		{ NULL, 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=-", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=1", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=5-4", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=0-1,3-4", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=-1,3-4", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=a-b", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=1-b", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "bytes=+1-2", 10, HTTP_RANGE_WHOLE, 0, 0 },
		{ "lines=1-2", 10, HTTP_RANGE_WHOLE, 0, 0 },
	};

	(void)state;
	CHECK(examples);
}

static void tags_differ_with_inode_time_and_size(void **state)
{
	char a[HTTP_ETAG_BYTES], b[HTTP_ETAG_BYTES];
	struct timespec time = { 1700000000, 1 };

	(void)state;
	http_etag_format(1, time, 10, a);
	http_etag_format(1, time, 10, b);
	assert_string_equal(a, b);
	http_etag_format(2, time, 10, b);
	assert_string_not_equal(a, b);
	http_etag_format(1, time, 11, b);
	assert_string_not_equal(a, b);
	time.tv_nsec++;
	http_etag_format(1, time, 10, b);
	assert_string_not_equal(a, b);
	http_etag_format(UINT64_MAX, time, UINT64_MAX, b);
	assert_int_equal(b[strlen(b) - 1], '"');
}

static void dates_read_back(void **state)
{
	char date[HTTP_DATE_BYTES];
	time_t time;

	(void)state;
	http_date_format(784111777, date);
	assert_string_equal(date, "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_true(http_date_parse(date, &time));
	assert_int_equal(time, 784111777);
	assert_false(http_date_parse("Sunday, 06-Nov-94 08:49:37 GMT", &time));
	assert_false(http_date_parse("Sun, 06 Nov 1994 08:49:37 GMT+1", &time));
	assert_false(http_date_parse("", &time));
}

static void tag_lists_are_searched(void **state)
{
	static const char *const same[] = { "\"a\"", "W/\"a\"", "\"b\", \"a\"", " \"b\" ,W/\"a\"",
					    "*",     " * ",	",,\"a\"" };
	static const char *const other[] = { "\"b\"",	 "",	   "a",	 "\"a",
					     "\"b\", a", "*\"a\"", "W/", "," };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!http_not_modified(same[i], NULL, "\"a\"", 0))
			fail_msg("%s does not match", same[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (http_not_modified(other[i], NULL, "\"a\"", 0))
			fail_msg("%s matches", other[i]);
}

static void tags_go_before_dates(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";

	(void)state;
	assert_true(http_not_modified(NULL, date, "\"a\"", 784111777));
	assert_true(http_not_modified(NULL, date, "\"a\"", 784111776));
	assert_false(http_not_modified(NULL, date, "\"a\"", 784111778));
	assert_false(http_not_modified(NULL, "yesterday", "\"a\"", 0));
	assert_false(http_not_modified("\"b\"", date, "\"a\"", 784111777));
	assert_false(http_not_modified(NULL, NULL, "\"a\"", 0));
}

static void if_range_compares_strongly(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";

	(void)state;
	assert_true(http_range_applies(NULL, "\"a\"", 0));
	assert_true(http_range_applies("\"a\"", "\"a\"", 0));
	assert_false(http_range_applies("W/\"a\"", "\"a\"", 0));
	assert_false(http_range_applies("\"b\"", "\"a\"", 0));
	assert_true(http_range_applies(date, "\"a\"", 784111777));
	assert_false(http_range_applies(date, "\"a\"", 784111776));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_ranges_are_cut_at_the_end),
		cmocka_unit_test(ranges_behind_the_end_are_unsatisfiable),
		cmocka_unit_test(other_ranges_give_the_whole_file),
		cmocka_unit_test(tags_differ_with_inode_time_and_size),
		cmocka_unit_test(dates_read_back),
		cmocka_unit_test(tag_lists_are_searched),
		cmocka_unit_test(tags_go_before_dates),
		cmocka_unit_test(if_range_compares_strongly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
