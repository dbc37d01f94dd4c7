/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/http_condition.c */
/* Entity tags and dates, and what a client's questions about them are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/wirerootd/http_condition.h"

#define TAG	 "\"1-2-3\""
#define DATE	 "Sun, 06 Nov 1994 08:49:37 GMT" /* RFC 9110's example */
#define EARLIER	 "Sun, 06 Nov 1994 08:49:36 GMT"
#define LATER	 "Sun, 06 Nov 1994 08:49:38 GMT"
#define DATE_S	 784111777
#define LAST_DAY "Thu, 31 Dec 2099 23:59:59 GMT"

static void another_content_has_another_tag(void **state)
{
	const struct timespec time = { 1, 2 }, other = { 1, 3 };
	char tag[HTTP_ETAG_BYTES], another[HTTP_ETAG_BYTES];

	(void)state;
	http_etag_format(0xabc, time, 4096, tag);
	assert_string_equal(tag, "\"abc-3b9aca02-1000\"");
	http_etag_format(0xabd, time, 4096, another);
	assert_string_not_equal(tag, another);
	http_etag_format(0xabc, other, 4096, another);
	assert_string_not_equal(tag, another);
	http_etag_format(0xabc, time, 4097, another);
	assert_string_not_equal(tag, another);
}

static void longest_tag_fits(void **state)
{
	char tag[HTTP_ETAG_BYTES];

	(void)state;
	http_etag_format(UINT64_MAX, (struct timespec){ -1, 999999999 }, UINT64_MAX, tag);
	assert_int_equal(tag[strlen(tag) - 1], '"');
}

static void dates_read_back_the_same(void **state)
{
	static const char *const dates[] = { DATE, EARLIER, LATER, LAST_DAY,
					     "Thu, 29 Feb 2024 00:00:00 GMT" };
	char again[HTTP_DATE_BYTES];
	time_t time;

	(void)state;
	assert_true(http_date_parse(DATE, &time));
	assert_int_equal(time, DATE_S);
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		assert_true(http_date_parse(dates[i], &time));
		http_date_format(time, again);
		assert_string_equal(again, dates[i]);
	}
}

static void other_forms_of_dates_are_refused(void **state)
{
	static const char *const dates[] = {
		"",
		"0",
		"784111777",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 CET",
		DATE " ",
		"Sun, 06 Nov 1994 28:49:37 GMT",
	};
	time_t time;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		if (http_date_parse(dates[i], &time))
			fail_msg("'%s' was read as a date", dates[i]);
}

static void client_gets_nothing_that_it_has(void **state)
{
	static const struct {
		const char *none_match, *modified_since;
		bool not_modified;
	} cases[] = {
		{ NULL, NULL, false },
		{ TAG, NULL, true },
		{ "W/" TAG, NULL, true },
		{ "*", NULL, true },
		{ " * ", NULL, true },
		{ "\"x\", " TAG, NULL, true },
		{ "\"x\",," TAG " , \"y\"", NULL, true },
		{ "\"x\"", NULL, false },
		{ "\"1-2-33\"", NULL, false },
		{ "1-2-3", NULL, false },
		{ "\"1-2-3", NULL, false },
		{ "**", NULL, false },
		{ "", NULL, false },
		{ NULL, DATE, true },
		{ NULL, LATER, true },
		{ NULL, EARLIER, false },
		{ NULL, "yesterday", false },
		/* The tag decides where there is one, whatever the date says. */
		{ "\"x\"", LATER, false },
		{ TAG, EARLIER, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (http_not_modified(cases[i].none_match, cases[i].modified_since, TAG, DATE_S) !=
		    cases[i].not_modified)
			fail_msg("case %zu", i);
}

static void range_counts_for_this_very_content_only(void **state)
{
	static const struct {
		const char *if_range;
		bool applies;
	} cases[] = {
		{ NULL, true }, { TAG, true },	    { "\"x\"", false }, { "W/" TAG, false },
		{ DATE, true }, { LATER, false },   { EARLIER, false }, { "", false },
		{ "*", false }, { "1-2-3", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (http_range_applies(cases[i].if_range, TAG, DATE_S) != cases[i].applies)
			fail_msg("case %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_content_has_another_tag),
		cmocka_unit_test(longest_tag_fits),
		cmocka_unit_test(dates_read_back_the_same),
		cmocka_unit_test(other_forms_of_dates_are_refused),
		cmocka_unit_test(client_gets_nothing_that_it_has),
		cmocka_unit_test(range_counts_for_this_very_content_only),
	};

	return cmocka_run_group_tests_name("http_condition", tests, NULL, NULL);
}
