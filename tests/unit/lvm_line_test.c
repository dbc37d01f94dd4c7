// SPDX-License-Identifier: GPL-2.0-only
/* What LVM's library is told, and what device-mapper calls a volume. */
/* links: tools/storage/lvm_line.c userspace/lib/text.c initramfs/fault.c */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/storage/lvm_line.h"

#define LINE(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void check_line(const char *const argv[], const char *expected)
{
	struct text line = { 0 };
	struct fault fault;

	assert_int_equal(lvm_line(argv, &line, &fault), 0);
	assert_string_equal(text_string(&line), expected);
	text_free(&line);
}

static void lines(void **state)
{
	(void)state;
	check_line(LINE("lvs"), "lvs");
	check_line(LINE("lvs", "-o", "lv_name,lv_size", "vg0"), "lvs -o lv_name,lv_size vg0");
	check_line(LINE("lvchange", "--addtag", "two words"), "lvchange --addtag \"two words\"");
	check_line(LINE("lvs", "", "vg0"), "lvs \"\" vg0");
	check_line(LINE("lvs", "#vg0"), "lvs \"#vg0\"");
}

static void refused_words(void **state)
{
	static const char *const words[] = { "a\"b", "a'b", "a\\b", "a\nb", "a\tb", "\x7f" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct text line = { 0 };
		struct fault fault;

		assert_int_equal(lvm_line(LINE("lvs", words[i]), &line, &fault), -EINVAL);
		assert_string_equal(fault.doing, "tell LVM");
		text_free(&line);
	}
}

static void refused_lengths(void **state)
{
	static char long_word[LVM_LINE_BYTES_MAX];
	const char *many[80] = { NULL };
	struct text line = { 0 };
	struct fault fault;

	(void)state;
	memset(long_word, 'a', sizeof(long_word) - 1);
	assert_int_equal(lvm_line(LINE("lvs", long_word), &line, &fault), -EINVAL);
	text_free(&line);
	for (size_t i = 0; i < 79; i++)
		many[i] = "a";
	assert_int_equal(lvm_line(many, &line, &fault), -EINVAL);
	text_free(&line);
}

static void mapper_names(void **state)
{
	static const struct {
		const char *group, *volume, *expected;
	} cases[] = {
		{ "vg0", "root", "vg0-root" },
		{ "vg0", "wr-n01", "vg0-wr--n01" },
		{ "a-b", "c", "a--b-c" },
		{ "a-", "-b", "a-----b" },
	};
	char name[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
			lvm_mapper_name(cases[i].group, cases[i].volume, name, sizeof(name)), 0);
		assert_string_equal(name, cases[i].expected);
	}
	assert_int_equal(lvm_mapper_name("12345678", "123456", name, sizeof(name)), 0);
	assert_int_equal(lvm_mapper_name("12345678", "1234567", name, sizeof(name)), -ENAMETOOLONG);
	assert_int_equal(lvm_mapper_name("1234567890123456", "1", name, sizeof(name)),
			 -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(refused_words),
		cmocka_unit_test(refused_lengths),
		cmocka_unit_test(mapper_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
