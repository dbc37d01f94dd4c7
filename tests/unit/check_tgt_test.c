// SPDX-License-Identifier: GPL-2.0-only
/* The strict reader of tgt-admin's configuration. */
/* links: tools/generation/check_tgt.c initramfs/fault.c */
#include "tools/generation/checks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void our_own_files_pass(void **state)
{
	static const char *const cases[] = {
		"",
		"# Written by Wireroot\n",
		"# x\n\n<target iqn.2026-11.x:n01>\n\tbacking-store /srv/n01\n\treadonly 1\n"
		"\tallow-in-use yes\n\tinitiator-address 10.0.0.1\n\tinitiator-name iqn.x:n01\n"
		"</target>\n",
		"default-driver iscsi\n<target a>\n</target>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };

		assert_int_equal(check_tgt_text(cases[i], strlen(cases[i]), "tgt.conf", &fault), 0);
	}
}

static void what_tgt_admin_would_pass_over_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "<target a>\nbacking-stor /x\n</target>\n", "line 2: an unknown word" },
		{ "<target a>\nbacking-store\n</target>\n", "line 2: a word without a value" },
		{ "<target a>\n", "line 1: a target that does not end" },
		{ "<target a>\n<target b>\n", "line 2: a target within a target" },
		{ "<target a b>\n", "line 1: a target's name is one word" },
		{ "</target>\n", "line 1: the end of a target that did not begin" },
		{ "<target a>\n</targe>\n", "line 2: an unknown word" },
		{ "\nbacking-store /x\n", "line 2: something outside of a target" },
		{ "include /etc/passwd\n", "line 1: something outside of a target" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault fault = { 0 };

		assert_int_equal(
			check_tgt_text(cases[i].text, strlen(cases[i].text), "tgt.conf", &fault),
			-EINVAL);
		assert_string_equal(fault.hint, cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_files_pass),
		cmocka_unit_test(what_tgt_admin_would_pass_over_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
