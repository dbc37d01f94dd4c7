// SPDX-License-Identifier: GPL-2.0-only
/* The list of a generation's files, as text and back, and how two of them differ. */
/* links: tools/generation/manifest.c tools/generation/difference.c */
/* links: userspace/lib/text.c initramfs/fault.c */
#include "tools/generation/difference.h"
#include "tools/generation/manifest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define HEAD(files)                                                                                \
	"wireroot generation 7\ntime 2026-11-21T03:12:00Z\nuser root\n"                            \
	"command apply --keep 3\nfrom 5\nserver boot1\nurl http://10.0.0.1:8017\n"                 \
	"owner \ninput " HASH_B "\nadded 1\nchanged 2\nremoved 0\nfiles " files "\n\n"

/* What manifest_parse() takes over. */
static char *copy(const char *text)
{
	char *bytes = strdup(text);

	assert_non_null(bytes);
	return bytes;
}

static int parse(struct manifest *manifest, const char *text, struct fault *fault)
{
	return manifest_parse(manifest, copy(text), strlen(text), "test", fault);
}

static void what_is_written_is_read_again(void **state)
{
	static const char text[] = HEAD("2") "0644 " HASH_A " 12 http/boot.ipxe\n"
					     "0600 " HASH_B " 0 http/node/a b.img\n";
	struct manifest manifest;
	struct text again = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(parse(&manifest, text, &fault), 0);
	assert_int_equal(manifest.generation, 7);
	assert_int_equal(manifest.from, 5);
	assert_string_equal(manifest.command, "apply --keep 3");
	assert_string_equal(manifest.owner, "");
	assert_int_equal(manifest.count, 2);
	assert_int_equal(manifest.entries[1].mode, 0600);
	assert_string_equal(manifest.entries[1].path, "http/node/a b.img");
	assert_int_equal(manifest.entries[0].size, 12);
	manifest_write(&manifest, &again);
	assert_string_equal(text_string(&again), text);
	text_free(&again);
	manifest_free(&manifest);
}

static void damaged_manifests_are_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"wireroot generation 7",
		"wireroot generation 0\n",
		HEAD("1"), /* cut off behind the head */
		HEAD("0") "0644 " HASH_A " 1 a\n", /* more files than promised */
		HEAD("2") "0644 " HASH_A " 1 a\n",
		HEAD("99999999999999999999"),
		HEAD("1") "0644 " HASH_A " 1 a", /* no line end */
		HEAD("1") "644 " HASH_A " 1 a\n",
		HEAD("1") "4755 " HASH_A " 1 a\n", /* setuid */
		HEAD("1") "0644 " HASH_A "0 1 a\n",
		HEAD("1") "0644 A" HASH_A " 1 a\n",
		HEAD("1") "0644 " HASH_A " -1 a\n",
		HEAD("1") "0644 " HASH_A " 99999999999999999999 a\n",
		HEAD("1") "0644 " HASH_A " 1 \n",
		HEAD("1") "0644 " HASH_A " 1 /etc/passwd\n",
		HEAD("1") "0644 " HASH_A " 1 a/../b\n",
		HEAD("1") "0644 " HASH_A " 1 ..\n",
		HEAD("1") "0644 " HASH_A " 1 a//b\n",
		HEAD("1") "0644 " HASH_A " 1 a/\n",
		HEAD("1") "0644 " HASH_A " 1 ./a\n",
		HEAD("1") "0644 " HASH_A " 1 a\tb\n",
		HEAD("2") "0644 " HASH_A " 1 b\n0644 " HASH_A " 1 a\n", /* not sorted */
		HEAD("2") "0644 " HASH_A " 1 a\n0644 " HASH_A " 1 a\n", /* twice */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };
		struct manifest manifest;

		if (parse(&manifest, cases[i], &fault) != -EINVAL)
			fail_msg("case %zu was taken: %s", i, cases[i]);
		assert_int_equal(fault.error, EINVAL);
		assert_null(manifest.text);
	}
}

static void fault_names_the_line(void **state)
{
	struct manifest manifest;
	struct fault fault;

	(void)state;
	parse(&manifest, HEAD("1") "0644 zz" HASH_A " 1 a\n", &fault);
	assert_string_equal(fault.doing, "read line 15 of manifest");
	parse(&manifest, "wireroot generation 7\ntime yesterday\n", &fault);
	assert_string_equal(fault.doing, "read line 2 of manifest");
	assert_string_equal(fault.hint, "time");
}

static void names_with_leading_dots_are_names(void **state)
{
	(void)state;
	assert_true(manifest_path_is_good("...") && manifest_path_is_good("..a/.b"));
	assert_false(manifest_path_is_good("a/.."));
	assert_false(manifest_path_is_good(""));
}

static struct manifest_entry entry(const char *path, char content)
{
	struct manifest_entry made = { .path = path, .size = 1, .mode = 0644 };

	memset(made.hash, content, sizeof(made.hash));
	return made;
}

static void every_kind_of_change_is_found_in_the_order_of_paths(void **state)
{
	struct manifest_entry before[] = { entry("a", 1), entry("b", 1), entry("d", 1),
					   entry("e", 1) };
	struct manifest_entry after[] = { entry("b", 2), entry("c", 1), entry("d", 1),
					  entry("f", 1) };
	struct manifest old = { .entries = before, .count = 4 };
	struct manifest new = { .entries = after, .count = 4 };
	struct difference difference = { 0 };
	char found[64] = "";
	struct fault fault;

	(void)state;
	assert_int_equal(difference_find(&difference, &old, &new, &fault), 0);
	for (size_t i = 0; i < difference.count; i++)
		sprintf(found + strlen(found), "%s %s,",
			change_kind_name(difference.changes[i].kind),
			change_path(&difference.changes[i]));
	assert_string_equal(found, "removed a,changed b,added c,removed e,added f,");
	assert_int_equal(difference.counts[CHANGE_REMOVED], 2);
	difference_free(&difference);
}

static void permissions_alone_make_a_change(void **state)
{
	struct manifest_entry before = entry("a", 1), after = entry("a", 1);
	struct manifest old = { .entries = &before, .count = 1 };
	struct manifest new = { .entries = &after, .count = 1 };
	struct difference difference = { 0 };
	struct fault fault;

	(void)state;
	after.mode = 0600;
	assert_int_equal(difference_find(&difference, &old, &new, &fault), 0);
	assert_int_equal(difference.counts[CHANGE_CHANGED], 1);
	difference_free(&difference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(damaged_manifests_are_refused),
		cmocka_unit_test(fault_names_the_line),
		cmocka_unit_test(names_with_leading_dots_are_names),
		cmocka_unit_test(every_kind_of_change_is_found_in_the_order_of_paths),
		cmocka_unit_test(permissions_alone_make_a_change),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
