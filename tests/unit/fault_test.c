/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/fault.c */
/* Faults as lines of text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/fault.h"

struct line_case {
	struct fault fault;
	const char *line;
};

static const struct line_case cases[] = {
	{ { ETIMEDOUT, "mount NFS 4.2 root", "10.0.0.1:/srv/root", "is the server up?" },
	  "mount NFS 4.2 root: 10.0.0.1:/srv/root: timed out (errno 110); is the server up?" },
	{ { ENODEV, "find a NIC", "", "add its driver" },
	  "find a NIC: no such device or file system type (errno 19); add its driver" },
	{ { EACCES, "mount", "/x", "" }, "mount: /x: permission denied (errno 13)" },
	{ { 4095, "mount", "", "" }, "mount: errno 4095" },
	{ { EIO, "read\x1b[2J", "a\nb", "c\x7f\xc3\xa9" },
	  "read?[2J: a?b: input/output error (errno 5); c???" },
	{ { 0, "nothing", "", "" }, "" },
};

static void line_names_step_peer_errno_and_hint(void **state)
{
	char line[FAULT_LINE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ptr_equal(fault_line(&cases[i].fault, line), line);
		assert_string_equal(line, cases[i].line);
	}
}

static void setting_a_fault_returns_the_negative_errno(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fault_set(&fault, EIO, "a", "b", "c"), -EIO);
	assert_int_equal(fault_set(&fault, -EIO, "a", "b", NULL), -EIO);
	assert_int_equal(fault.error, EIO);
	assert_string_equal(fault.doing, "a");
	assert_string_equal(fault.peer, "b");
	assert_string_equal(fault.hint, "");
}

static void long_parts_are_cut_and_fit_the_line(void **state)
{
	char text[1000], line[FAULT_LINE_BYTES];
	struct fault fault;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fault_set(&fault, ENOEXEC, text, text, text);
	assert_int_equal(strlen(fault.doing), sizeof(fault.doing) - 1);
	assert_int_equal(strlen(fault.peer), sizeof(fault.peer) - 1);
	assert_int_equal(strlen(fault.hint), sizeof(fault.hint) - 1);
	fault_line(&fault, line);
	/* The hint, which comes last, is there as a whole. */
	assert_string_equal(line + strlen(line) - strlen(fault.hint), fault.hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_names_step_peer_errno_and_hint),
		cmocka_unit_test(setting_a_fault_returns_the_negative_errno),
		cmocka_unit_test(long_parts_are_cut_and_fit_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
