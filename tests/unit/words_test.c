/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of how a kernel command line falls into words. */
/* links: initramfs/words.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/words.h"

struct row {
	const char *text;
	const char *words; /* those expected, each in <> */
	int rc;
};

static const struct row rows[] = {
	{ "", "", 0 },
	{ " \t\n", "", 0 },
	{ "a", "<a>", 0 },
	{ "  quiet \t ip=dhcp\nrw\n", "<quiet><ip=dhcp><rw>", 0 },
	{ "a=\"b c\" d", "<a=b c><d>", 0 },
	{ "\"a=b c\" d", "<a=b c><d>", 0 },
	{ "\"a b\"", "<a b>", 0 },
	{ "a=\"\" b", "<a=><b>", 0 },
	{ "\"\" b", "<><b>", 0 },
	{ "a=b\"c d\"e f", "<a=b\"c d\"e><f>", 0 },
	{ "x.y=\"p=q r=s\"", "<x.y=p=q r=s>", 0 },
	{ "a=\"b\"c", "<a=b\"c>", 0 },
	{ "=\"a b\"", "<=\"a b\">", 0 },
	{ "a -- b c", "<a>", 0 },
	{ "a --b", "<a><--b>", 0 },
	{ "-- a", "", 0 },
	{ "a --- b", "<a><---><b>", 0 },
	{ "a \"b c", "<a><b c>", -EINVAL },
	{ "a=\"b c", "<a=b c>", -EINVAL },
	{ "a=\"", "<a=>", -EINVAL },
	{ "\"", "<>", -EINVAL },
	{ "\"a=\"b c\"\"", "<a=b><c\"\">", 0 },
};

/* Split @text, which has no byte to spare behind its NUL, and join the words again. */
static int split(const char *text, char *joined, size_t joined_bytes, struct fault *fault)
{
	struct words words = { 0 };
	char *copy = strdup(text);
	size_t used = 0;
	int rc = words_split(copy, &words, fault);

	joined[0] = '\0';
	for (unsigned int i = 0; i < words.count; i++)
		used += (size_t)snprintf(joined + used, joined_bytes - used, "<%s>", words.word[i]);
	free(copy);
	return rc;
}

static void command_line_falls_into_words_as_in_the_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fault fault = { 0 };
		char joined[256];

		assert_int_equal(split(rows[i].text, joined, sizeof(joined), &fault), rows[i].rc);
		assert_string_equal(joined, rows[i].words);
		assert_int_equal(fault.error, -rows[i].rc);
	}
}

static void unclosed_quote_is_told_with_its_word(void **state)
{
	struct fault fault = { 0 };
	char joined[64];

	(void)state;
	assert_int_equal(split("a b=\"c d", joined, sizeof(joined), &fault), -EINVAL);
	assert_string_equal(fault.peer, "b=c d");
	assert_non_null(strstr(fault.hint, "quote"));
}

static void words_over_the_limit_are_refused(void **state)
{
	struct words words = { 0 };
	struct fault fault = { 0 };
	char text[2 * WORDS_MAX + 8] = "";

	(void)state;
	for (int i = 0; i < WORDS_MAX; i++)
		strcat(text, "a ");
	assert_int_equal(words_split(text, &words, &fault), 0);
	assert_int_equal(words.count, WORDS_MAX);
	strcpy(text, "b");
	assert_int_equal(words_split(text, &words, &fault), -E2BIG);
	assert_int_equal(words.count, WORDS_MAX);
	assert_int_equal(fault.error, E2BIG);
}

static void words_of_a_second_text_are_appended(void **state)
{
	char first[] = "a b", second[] = "c";
	struct words words = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(words_split(first, &words, &fault), 0);
	assert_int_equal(words_split(second, &words, &fault), 0);
	assert_int_equal(words.count, 3);
	assert_string_equal(words.word[2], "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_line_falls_into_words_as_in_the_kernel),
		cmocka_unit_test(unclosed_quote_is_told_with_its_word),
		cmocka_unit_test(words_over_the_limit_are_refused),
		cmocka_unit_test(words_of_a_second_text_are_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
