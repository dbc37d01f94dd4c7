/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/generate/template.c userspace/lib/text.c initramfs/fault.c */
/* Templates: what is put in, and that every slip is told with its place. */
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

#include "tools/generate/template.h"

static const struct template_variable variables[] = {
	{ "KERNEL", "http://a/vmlinuz", false },
	{ "N_2", "two\nlines", true },
};

static int render(const char *text, char output[static 256], struct fault *fault)
{
	struct text result = { 0 };
	int error = template_render(text, strlen(text), "t.in", variables, 2, &result, fault);

	snprintf(output, 256, "%s", text_string(&result));
	text_free(&result);
	return error;
}

static void variables_are_put_in(void **state)
{
	static const char *const examples[][2] = {
		{ "@KERNEL@", "http://a/vmlinuz" },
		{ "a @KERNEL@ b @KERNEL@\n", "a http://a/vmlinuz b http://a/vmlinuz\n" },
		{ "@KERNEL@@N_2@", "http://a/vmlinuztwo\nlines" },
		{ "@@KERNEL@@ @KERNEL@", "@KERNEL@ http://a/vmlinuz" },
		{ "x@@y @KERNEL@", "x@y http://a/vmlinuz" },
	};
	struct fault fault;
	char output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(render(examples[i][0], output, &fault), 0);
		assert_string_equal(output, examples[i][1]);
	}
}

static void slips_are_told_with_line_and_column(void **state)
{
	static const char *const examples[][2] = {
		{ "@KERNL@", "t.in:1:1" },   { "@KERNEL@\nab @NO@", "t.in:2:4" },
		{ "\n\n@", "t.in:3:1" },     { "@KERNEL", "t.in:1:1" },
		{ "a@b.c", "t.in:1:2" },     { "@kernel@", "t.in:1:1" },
		{ "@KERNEL @", "t.in:1:1" }, { "@2@", "t.in:1:1" },
	};
	struct fault fault;
	char output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(render(examples[i][0], output, &fault), -EINVAL);
		assert_string_equal(fault.peer, examples[i][1]);
	}
}

static void unknown_variable_is_named_with_the_known_ones(void **state)
{
	struct fault fault;
	char output[256];

	(void)state;
	assert_int_equal(render("@KERNL@", output, &fault), -EINVAL);
	assert_non_null(strstr(fault.doing, "@KERNL@"));
	assert_non_null(strstr(fault.hint, "@KERNEL@ @N_2@"));
}

static void value_that_is_never_used_is_a_fault(void **state)
{
	struct fault fault;
	char output[256];

	(void)state;
	assert_int_equal(render("nothing", output, &fault), -EINVAL);
	assert_non_null(strstr(fault.doing, "@KERNEL@"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_are_put_in),
		cmocka_unit_test(slips_are_told_with_line_and_column),
		cmocka_unit_test(unknown_variable_is_named_with_the_known_ones),
		cmocka_unit_test(value_that_is_never_used_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
