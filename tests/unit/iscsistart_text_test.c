/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of what is made of iscsistart's words, which are those of open-iscsi 2.1.8. */
/* links: initramfs/iscsi/iscsistart_text.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/iscsi/iscsistart_text.h"

static const struct {
	const char *output;
	int error;
	const char *line;
} cases[] = {
	{ "iscsistart: version 2.1.8\n"
	  "iscsistart: Connection1:0 to [target: iqn.x:a, portal: 10.0.0.1,3260] through [iface: "
	  "default] login rejected: initiator failed authorization with target\n"
	  "iscsistart: initiator reported error (24 - iSCSI login failed due to authorization "
	  "failure)\n",
	  EACCES, "initiator failed authorization with target" },
	{ "iscsistart: Connection1:0 to [target: iqn.x:a, portal: 10.0.0.1,3260] through [iface: "
	  "default] login rejected: initiator error - target not found (02/03)\n"
	  "iscsistart: initiator reported error (19 - encountered non-retryable iSCSI login "
	  "failure)\n",
	  ENOENT, "initiator error - target not found (02/03)" },
	{ "iscsistart: version 2.1.8\r\n"
	  "iscsistart: connect to 10.0.0.1:3262 failed (Connection refused)\r\n"
	  "iscsistart: initiator reported error (4 - encountered connection failure)\r\n",
	  ECONNREFUSED, "connect to 10.0.0.1:3262 failed (Connection refused)" },
	{ "iscsistart: initiator reported error (8 - connection timed out)\n", ETIMEDOUT,
	  "8 - connection timed out)" },
	{ "Could not get boot entry.", EIO, "Could not get boot entry." },
	{ "iscsistart: version 2.1.8\n", EIO, "" },
	{ "", EIO, "" },
};

static void most_telling_line_is_found_whatever_stands_around_it(void **state)
{
	char line[100];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(iscsistart_explain(cases[i].output, line, sizeof(line)),
				 cases[i].error);
		assert_string_equal(line, cases[i].line);
	}
}

static void long_line_is_cut_off(void **state)
{
	char line[12];

	(void)state;
	assert_int_equal(iscsistart_explain(cases[2].output, line, sizeof(line)), ECONNREFUSED);
	assert_string_equal(line, "connect to ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_telling_line_is_found_whatever_stands_around_it),
		cmocka_unit_test(long_line_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
