/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of reading the node file: one parameter a line, and what makes it invalid. */
/* links: initramfs/node_file.c initramfs/words.c initramfs/value.c initramfs/fault.c */
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

#define TEXT(text) text, sizeof(text) - 1

struct row {
	const char *text;
	size_t length;
	const char *words; /* those expected, each in <>; NULL for a refused file */
	const char *peer; /* of the fault */
	const char *hint; /* a part of it */
};

static const struct row rows[] = {
	{ TEXT(""), "", NULL, NULL },
	{ TEXT("\n\n"), "", NULL, NULL },
	{ TEXT("ip=dhcp"), "<ip=dhcp>", NULL, NULL },
	{ TEXT("ip=dhcp\nrw\n"), "<ip=dhcp><rw>", NULL, NULL },
	{ TEXT("# a node\n\n  \t\n\t rw  \n#x\n"), "<rw>", NULL, NULL },
	{ TEXT("rw # writable\n"), "<rw>", NULL, NULL },
	{ TEXT("rw\t#writable\n"), "<rw>", NULL, NULL },
	{ TEXT("a=b#c\n"), "<a=b#c>", NULL, NULL },
	{ TEXT("a=\"b # c\"\n"), "<a=b # c>", NULL, NULL },
	{ TEXT("\"a=b c\"\n"), "<a=b c>", NULL, NULL },
	{ TEXT("\xef\xbb\xbfip=dhcp\n"), "<ip=dhcp>", NULL, NULL },
	{ TEXT("root=nfs:a:/stra\xc3\x9f"
	       "e\n"),
	  "<root=nfs:a:/stra\xc3\x9f"
	  "e>",
	  NULL, NULL },
	{ TEXT("rw\nip=dhcp quiet\n"), NULL, "node.conf line 2", "one parameter on a line" },
	{ TEXT("rw\r\n"), NULL, "node.conf line 1", "DOS" },
	{ TEXT("a\nb\nc\0d\n"), NULL, "node.conf line 3", "control character" },
	{ TEXT("# \033[2J\n"), NULL, "node.conf line 1", "control character" },
	{ TEXT("a\x7f\n"), NULL, "node.conf line 1", "control character" },
	{ TEXT("a\n\na=\"b\nc\n"), NULL, "node.conf line 3", "quote" },
	{ TEXT("a\n--\n"), NULL, "node.conf line 2", "kernel command line" },
	{ TEXT("\0"), NULL, "node.conf line 1", "control character" },
};

/* Split a copy that has exactly the one spare byte of the contract. */
static int split(const struct row *row, char *joined, size_t joined_bytes, struct fault *fault)
{
	struct words words = { 0 };
	char *copy = malloc(row->length + 1);
	size_t used = 0;
	int rc;

	memcpy(copy, row->text, row->length);
	copy[row->length] = 'x';
	rc = node_file_split(copy, row->length, "node.conf", &words, fault);
	joined[0] = '\0';
	for (unsigned int i = 0; i < words.count; i++)
		used += (size_t)snprintf(joined + used, joined_bytes - used, "<%s>", words.word[i]);
	free(copy);
	return rc;
}

static void node_file_gives_its_words_or_names_the_bad_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct fault fault = { 0 };
		char joined[256];
		int rc = split(row, joined, sizeof(joined), &fault);

		assert_int_equal(rc, row->words ? 0 : -EINVAL);
		assert_string_equal(joined, row->words ? row->words : "");
		if (row->words)
			continue;
		assert_string_equal(fault.peer, row->peer);
		assert_non_null(strstr(fault.hint, row->hint));
	}
}

static void refused_node_file_leaves_earlier_words_alone(void **state)
{
	char good[] = "a\nb", bad[] = "c\nd e";
	struct words words = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(node_file_split(good, 3, "x", &words, &fault), 0);
	assert_int_equal(node_file_split(bad, 5, "x", &words, &fault), -EINVAL);
	assert_int_equal(words.count, 2);
	assert_string_equal(words.word[1], "b");
}

static void node_file_with_too_many_words_is_refused_as_a_whole(void **state)
{
	char text[2 * WORDS_MAX + 3] = "";
	struct words words = { 0 };
	struct fault fault = { 0 };

	(void)state;
	for (int i = 0; i <= WORDS_MAX; i++)
		strcat(text, "a\n");
	assert_int_equal(node_file_split(text, strlen(text), "x", &words, &fault), -E2BIG);
	assert_int_equal(words.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_file_gives_its_words_or_names_the_bad_line),
		cmocka_unit_test(refused_node_file_leaves_earlier_words_alone),
		cmocka_unit_test(node_file_with_too_many_words_is_refused_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
