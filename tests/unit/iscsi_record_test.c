// SPDX-License-Identifier: GPL-2.0-only
/* The node record that iscsid finds for the session of an iSCSI root. */
/* links: initramfs/iscsi/record.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/iscsi/record.h"

static const struct iscsi_record usual = {
	.target = "iqn.2026-11.org.example:n01",
	.address = "10.0.0.1",
	.port = 3260,
	.portal_group = 1,
};

static void assert_line(const char *text, const char *line)
{
	const char *found = strstr(text, line);

	if (!found || (found > text && found[-1] != '\n') || found[strlen(line)] != '\n')
		fail_msg("no line \"%s\" in:\n%s", line, text);
}

static void record_is_where_iscsid_looks(void **state)
{
	char path[ISCSI_RECORD_PATH_BYTES];

	(void)state;
	assert_true(iscsi_record_path(&usual, path));
	assert_string_equal(path, "iqn.2026-11.org.example:n01/10.0.0.1,3260,1");
}

static void name_that_leads_elsewhere_has_no_record(void **state)
{
	static const char *const names[] = { "", ".", "..", "../../etc/passwd", "iqn/x" };
	char path[ISCSI_RECORD_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct iscsi_record record = usual;

		strcpy(record.target, names[i]);
		assert_false(iscsi_record_path(&record, path));
	}
}

static void longest_names_fit(void **state)
{
	struct iscsi_record record = { .port = 65535, .portal_group = 65535 };
	char path[ISCSI_RECORD_PATH_BYTES], text[ISCSI_RECORD_BYTES];

	(void)state;
	record.header_digest = record.data_digest = true;
	memset(record.target, 'x', sizeof(record.target) - 1);
	memset(record.address, '9', sizeof(record.address) - 1);
	assert_true(iscsi_record_path(&record, path));
	assert_non_null(strstr(path, "9,65535,65535"));
	iscsi_record_text(&record, text);
	assert_line(text, "# END RECORD");
}

static void record_keeps_the_session_and_waits(void **state)
{
	char text[ISCSI_RECORD_BYTES];

	(void)state;
	iscsi_record_text(&usual, text);
	assert_line(text, "node.name = iqn.2026-11.org.example:n01");
	assert_line(text, "node.tpgt = 1");
	assert_line(text, "node.startup = onboot");
	assert_line(text, "node.conn[0].startup = onboot");
	assert_line(text, "node.conn[0].address = 10.0.0.1");
	assert_line(text, "node.conn[0].port = 3260");
	assert_line(text, "node.session.timeo.replacement_timeout = 86400");
	assert_line(text, "node.conn[0].timeo.noop_out_interval = 0");
	assert_line(text, "node.conn[0].timeo.noop_out_timeout = 0");
}

static void digests_are_those_of_the_session(void **state)
{
	struct iscsi_record record = usual;
	char text[ISCSI_RECORD_BYTES];

	(void)state;
	record.header_digest = true;
	iscsi_record_text(&record, text);
	assert_line(text, "node.conn[0].iscsi.HeaderDigest = CRC32C,None");
	assert_line(text, "node.conn[0].iscsi.DataDigest = None");
}

static void isid_is_open_iscsis_of_that_session(void **state)
{
	static const uint8_t expected[6] = { 0x00, 0x02, 0x3d, 0x01, 0x02, 0x03 };
	uint8_t isid[6];

	(void)state;
	iscsi_session_isid(0x010203, isid);
	assert_memory_equal(isid, expected, sizeof(isid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_is_where_iscsid_looks),
		cmocka_unit_test(name_that_leads_elsewhere_has_no_record),
		cmocka_unit_test(longest_names_fit),
		cmocka_unit_test(record_keeps_the_session_and_waits),
		cmocka_unit_test(digests_are_those_of_the_session),
		cmocka_unit_test(isid_is_open_iscsis_of_that_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
