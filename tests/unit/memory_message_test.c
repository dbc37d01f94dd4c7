/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/memory/message.c userspace/wirerootd/memory/line.c */
/* links: initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* Messages about memory: what is taken, what is refused, and what the refusal points at. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "userspace/wirerootd/memory/line.h"
#include "userspace/wirerootd/memory/message.h"

#define LENDER_HEAD                                                                                \
	"{\"instance\":\"00000000000000aa\",\"report\":7,\"sequence\":9,\"address\":\"10.0.0.1\"," \
	"\"port\":3260,\"interval_s\":5,\"state\":\"lending\",\"spare_bytes\":10,"                 \
	"\"total_bytes\":30,\"available_bytes\":20,\"pressure\":1.5,\"wanted_back_bytes\":0,"
#define HELD                                                                                       \
	"{\"id\":\"00000000000000cc\",\"generation\":3,\"state\":\"exported\",\"bytes\":8,"        \
	"\"allocated_bytes\":4,\"connected\":true,\"borrower\":\"n01\"}"
#define BORROWER_HEAD                                                                              \
	"{\"instance\":\"00000000000000bb\",\"address\":\"fd00::1\",\"interval_s\":5,"             \
	"\"mode\":\"lvm\",\"mirror\":\"disk\",\"total_bytes\":1,\"available_bytes\":1,"            \
	"\"pressure\":0,"
#define ASK_TAIL "\"initiator\":\"iqn.2026-11.org.example:n01\",\"address\":\"10.0.0.2\""

static struct fault fault;

static int read_lender(const char *text, struct lender_report *report)
{
	memset(&fault, 0, sizeof(fault));
	return message_lender_report(text, strlen(text), report, &fault);
}

static void lender_report_is_read_whole(void **state)
{
	static struct lender_report report;

	(void)state;
	assert_int_equal(read_lender(LENDER_HEAD "\"guests\":[{\"name\":\"vm1\","
						 "\"available_bytes\":5,\"age_s\":2}],"
						 "\"grants\":[" HELD "],\"newer\":{}}",
				     &report),
			 0);
	assert_int_equal(report.instance, 0xaa);
	assert_int_equal(report.report, 7);
	assert_int_equal(report.sequence, 9);
	assert_int_equal(report.state, LENDER_LENDING);
	assert_int_equal(report.spare_bytes, 10);
	assert_int_equal(report.guest_count, 1);
	assert_string_equal(report.guests[0].name, "vm1");
	assert_int_equal(report.grant_count, 1);
	assert_int_equal(report.grants[0].id, 0xcc);
	assert_int_equal(report.grants[0].state, HELD_EXPORTED);
	assert_true(report.grants[0].connected);
	assert_string_equal(report.grants[0].borrower, "n01");
}

struct wrong {
	const char *text;
	const char *where; /* the fault's peer */
};

static void wrong_lender_reports_are_refused_where_they_are_wrong(void **state)
{
	static const struct wrong table[] = {
		{ "", "" },
		{ "{", "" },
		{ "[]", "" },
		{ "{}", "instance" },
		{ "{\"instance\":\"aa\"}", "instance" },
		{ "{\"instance\":\"0000000000000000\"}", "instance" },
		{ "{\"instance\":17}", "instance" },
		{ "{\"instance\":\"00000000000000aa\",\"instance\":\"00000000000000aa\"}", "" },
		{ "{\"instance\":\"00000000000000aa\",\"report\":0}", "report" },
		{ "{\"instance\":\"00000000000000aa\",\"report\":1.5}", "report" },
		{ LENDER_HEAD "\"grants\":7}", "grants" },
		{ LENDER_HEAD "\"guests\":7,\"grants\":[]}", "guests" },
		{ LENDER_HEAD "\"guests\":[{\"name\":\"a b\"}],\"grants\":[]}", "guests[0].name" },
		{ LENDER_HEAD "\"grants\":[7]}", "grants[0]." },
		{ LENDER_HEAD "\"grants\":[" HELD ",{\"id\":\"x\"}]}", "grants[1].id" },
		{ LENDER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":-1}]}",
		  "grants[0].generation" },
		{ LENDER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":1,"
			      "\"state\":\"eaten\"}]}",
		  "grants[0].state" },
		{ LENDER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":1,"
			      "\"state\":\"exported\",\"bytes\":1,\"borrower\":\"n01\"}]}",
		  "grants[0].connected" },
		{ LENDER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":1,"
			      "\"state\":\"exported\",\"connected\":false,\"bytes\":1}]}",
		  "grants[0].borrower" },
	};
	static struct lender_report report;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(read_lender(table[i].text, &report), -EINVAL);
		assert_string_equal(fault.peer, table[i].where);
		assert_true(*fault.hint != '\0');
	}
}

/* One value of a good report is replaced by what it may not be. */
static void values_of_a_lender_have_ranges(void **state)
{
	static const char *const table[][2] = {
		{ "\"port\":3260", "\"port\":0" },
		{ "\"port\":3260", "\"port\":65536" },
		{ "\"interval_s\":5", "\"interval_s\":0" },
		{ "\"state\":\"lending\"", "\"state\":\"giving\"" },
		{ "\"spare_bytes\":10", "\"spare_bytes\":1125899906842625" },
		{ "\"spare_bytes\":10", "\"spare_bytes\":\"10\"" },
		{ "\"pressure\":1.5", "\"pressure\":100.5" },
		{ "\"pressure\":1.5", "\"pressure\":-1" },
		{ "\"pressure\":1.5", "\"pressure\":true" },
		{ "\"address\":\"10.0.0.1\"", "\"address\":\"ten\"" },
		{ "\"address\":\"10.0.0.1\"", "\"address\":\"10.0.0.1\\n\"" },
		{ "\"address\":\"10.0.0.1\"", "\"address\":\"10.0.0.1\\u0000\"" },
	};
	static const char good[] = LENDER_HEAD "\"grants\":[]}";
	static struct lender_report report;
	char text[1024];

	(void)state;
	assert_int_equal(read_lender(good, &report), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const char *at = strstr(good, table[i][0]);

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, table[i][1],
			 at + strlen(table[i][0]));
		assert_int_equal(read_lender(text, &report), -EINVAL);
	}
}

static void too_many_grants_are_refused(void **state)
{
	static char text[100000];
	static struct lender_report report;
	size_t length = (size_t)snprintf(text, sizeof(text), "%s\"grants\":[", LENDER_HEAD);

	(void)state;
	for (int i = 0; i <= 2 * BROKERAGE_GRANTS_MAX; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s" HELD,
					   i ? "," : "");
	snprintf(text + length, sizeof(text) - length, "]}");
	assert_int_equal(read_lender(text, &report), -EINVAL);
	assert_string_equal(fault.peer, "grants");
}

static void borrower_report_is_read(void **state)
{
	static const char text[] =
		BORROWER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":2,"
			      "\"state\":\"detaching\",\"bytes\":9,\"used_bytes\":5,"
			      "\"device\":\"/dev/sda\",\"detail\":\"moving\"}]}";
	static const char none[] = BORROWER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\","
						 "\"generation\":2,\"state\":\"unheard\"}]}";
	static struct borrower_report report;

	(void)state;
	assert_int_equal(message_borrower_report(text, strlen(text), &report, &fault), 0);
	assert_int_equal(report.mode, SWAP_LVM);
	assert_int_equal(report.mirror, MIRROR_DISK);
	assert_int_equal(report.grants[0].state, BORROWED_DETACHING);
	assert_int_equal(report.grants[0].used_bytes, 5);
	assert_string_equal(report.grants[0].detail, "moving");
	assert_int_equal(message_borrower_report(none, strlen(none), &report, &fault), -EINVAL);
}

/* @said as JSON has it in a borrower's report, and what is kept of it. */
static void expect_detail(const char *said, const char *kept)
{
	static struct borrower_report report;
	char text[1024];

	snprintf(text, sizeof(text),
		 BORROWER_HEAD "\"grants\":[{\"id\":\"00000000000000cc\",\"generation\":2,"
			       "\"state\":\"detached\",\"detail\":%s}]}",
		 said);
	assert_int_equal(message_borrower_report(text, strlen(text), &report, &fault), 0);
	assert_string_equal(report.grants[0].detail, kept);
}

static void long_details_are_cut_and_not_refused(void **state)
{
	char said[BROKERAGE_DETAIL_BYTES + 16], kept[BROKERAGE_DETAIL_BYTES];

	(void)state;
	memset(kept, 'x', sizeof(kept));
	kept[sizeof(kept) - 1] = '\0';
	snprintf(said, sizeof(said), "\"%s\"", kept);
	expect_detail(said, kept);
	snprintf(said, sizeof(said), "\"%sxyz\"", kept);
	expect_detail(said, kept);
	/* Of a character that does not fit, nothing is left. */
	kept[sizeof(kept) - 2] = '\0';
	snprintf(said, sizeof(said), "\"%s\u20ac\"", kept);
	expect_detail(said, kept);
	expect_detail("\"two\\nlines\"", "two?lines");
	expect_detail("null", "");
}

static void requests_for_grants_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *where; /* NULL: it is good */
	} table[] = {
		{ "{\"borrower\":\"n01\",\"bytes\":1048576," ASK_TAIL "}", NULL },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576," ASK_TAIL
		  ",\"apart_from\":[\"00000000000000cc\"],\"request\":\"00000000000000dd\"}",
		  NULL },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576," ASK_TAIL ",\"apart_from\":null}",
		  NULL },
		{ "{\"borrower\":\"n01\",\"bytes\":1048575," ASK_TAIL "}", "bytes" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048577," ASK_TAIL "}", "bytes" },
		{ "{\"borrower\":\"n01\",\"bytes\":1e6," ASK_TAIL "}", "bytes" },
		{ "{\"borrower\":\"-n\\n\",\"bytes\":1048576," ASK_TAIL "}", "borrower" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576," ASK_TAIL ",\"apart_from\":[1]}",
		  "apart_from" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576," ASK_TAIL ",\"request\":\"1\"}",
		  "request" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576,\"address\":\"10.0.0.2\","
		  "\"initiator\":\"n01\"}",
		  "initiator" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576,\"address\":\"10.0.0.2\","
		  "\"initiator\":\"iqn.2026-11.x:$(reboot)\"}",
		  "initiator" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576,\"address\":\"10.0.0.2\","
		  "\"initiator\":\"iqn.\"}",
		  "initiator" },
		{ "{\"borrower\":\"n01\",\"bytes\":1048576,\"address\":\"10.0.0.2\","
		  "\"initiator\":\"iqn.2026-11.x:N01\"}",
		  "initiator" },
	};
	char name[BROKERAGE_NAME_BYTES];
	struct brokerage_ask ask;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int error = message_ask(table[i].text, strlen(table[i].text), &ask, name, &fault);

		assert_int_equal(error, table[i].where ? -EINVAL : 0);
		if (table[i].where)
			assert_string_equal(fault.peer, table[i].where);
	}
}

static void small_bodies_are_read(void **state)
{
	char name[BROKERAGE_NAME_BYTES];
	unsigned int deadline_s = 300;
	uint64_t bytes;
	bool has;

	(void)state;
	assert_int_equal(message_ceiling("{\"bytes\":5}", 11, &has, &bytes, &fault), 0);
	assert_true(has && bytes == 5);
	assert_int_equal(message_ceiling("{\"bytes\":null}", 14, &has, &bytes, &fault), 0);
	assert_false(has);
	assert_int_equal(message_ceiling("{}", 2, &has, &bytes, &fault), -EINVAL);
	assert_int_equal(message_return("", 0, &deadline_s, &fault), 0);
	assert_int_equal(message_return("{}", 2, &deadline_s, &fault), 0);
	assert_int_equal(deadline_s, 300);
	assert_int_equal(message_return("{\"deadline_s\":7}", 16, &deadline_s, &fault), 0);
	assert_int_equal(deadline_s, 7);
	assert_int_equal(message_return("{\"deadline_s\":-7}", 17, &deadline_s, &fault), -EINVAL);
	assert_int_equal(
		message_wish("{\"borrower\":\"n01\",\"bytes\":1048576}", 34, name, &bytes, &fault),
		0);
	assert_int_equal(bytes, 1048576);
}

static int read_members(const char *text, struct message_members *members)
{
	return message_members(text, strlen(text), members, &fault);
}

#define ADMIN "\"admin_token\":\"0123456789abcdef\""
#define N01   "{\"name\":\"n01\",\"token\":\"fedcba9876543210\",\"lend\":true}"

static void members_are_read_with_their_defaults(void **state)
{
	struct message_members members;

	(void)state;
	assert_int_equal(read_members("{" ADMIN ",\"members\":[" N01 "]}", &members), 0);
	assert_int_equal(members.lease_s, 30);
	assert_int_equal(members.deadline_s, 300);
	assert_int_equal(members.line_port, 0);
	assert_int_equal(members.policy, POLICY_WAIT);
	assert_int_equal(members.count, 1);
	assert_true(members.rules[0].may_lend);
	assert_false(members.rules[0].may_borrow);
	assert_string_equal(members.tokens[0], "fedcba9876543210");
	message_members_free(&members);
}

static void wrong_members_are_refused_without_their_secrets(void **state)
{
	static const struct wrong table[] = {
		{ "{\"members\":[]}", "admin_token" },
		{ "{\"admin_token\":\"short\",\"members\":[]}", "admin_token" },
		{ "{" ADMIN "}", "members" },
		{ "{" ADMIN ",\"members\":[{\"name\":\"n01\"}]}", "members[0].token" },
		{ "{" ADMIN ",\"members\":[" N01 "," N01 "]}", "members" },
		{ "{" ADMIN ",\"policy\":\"kill\",\"members\":[]}", "policy" },
		{ "{" ADMIN ",\"lease_s\":0,\"members\":[]}", "lease_s" },
		{ "{" ADMIN ",\"line_port\":70000,\"members\":[]}", "line_port" },
	};
	struct message_members members;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(read_members(table[i].text, &members), -EINVAL);
		assert_string_equal(fault.peer, table[i].where);
		assert_null(strstr(fault.hint, "0123456789abcdef"));
		assert_null(strstr(fault.hint, "fedcba9876543210"));
	}
}

static void lines_are_read(void **state)
{
	static const struct {
		const char *text;
		int error;
		uint64_t bytes, id;
	} table[] = {
		{ "want.iscsi", 0, LINE_DEFAULT_BYTES, 0 },
		{ "want.iscsi\r", 0, LINE_DEFAULT_BYTES, 0 },
		{ " want.iscsi\t1048576 ", 0, 1048576, 0 },
		{ "want.iscsi 1048575", -EINVAL, 0, 0 },
		{ "want.iscsi 1048577", -EINVAL, 0, 0 },
		{ "want.iscsi 18446744073709551617", -EINVAL, 0, 0 },
		{ "want.iscsi -1", -EINVAL, 0, 0 },
		{ "want.iscsi 1048576 2", -EINVAL, 0, 0 },
		{ "WANT.iscsi", -EINVAL, 0, 0 },
		{ "", -EINVAL, 0, 0 },
		{ "\r", -EINVAL, 0, 0 },
		{ "gives.iscsi", -EINVAL, 0, 0 },
		{ "gives.iscsi iqn.2026-11.org.wireroot:memory.a.b.00000000000000cc", 0,
		  LINE_DEFAULT_BYTES, 0xcc },
		{ "gives.iscsi iqn.2026-11.org.wireroot:memory.00000000000000cc", 0,
		  LINE_DEFAULT_BYTES, 0xcc },
		{ "gives.iscsi iqn.2026-11.org.wireroot:memory.n01.cc", -EINVAL, 0, 0 },
		{ "gives.iscsi iqn.2026-11.org.other:memory.n01.00000000000000cc", -EINVAL, 0, 0 },
	};
	struct line_request request;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(line_parse(table[i].text, strlen(table[i].text), &request, &why),
				 table[i].error);
		if (table[i].error)
			continue;
		assert_int_equal(request.bytes, table[i].bytes);
		assert_int_equal(request.id, table[i].id);
	}
	assert_int_equal(line_parse("want.iscsi\0", 11, &request, &why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lender_report_is_read_whole),
		cmocka_unit_test(wrong_lender_reports_are_refused_where_they_are_wrong),
		cmocka_unit_test(values_of_a_lender_have_ranges),
		cmocka_unit_test(too_many_grants_are_refused),
		cmocka_unit_test(borrower_report_is_read),
		cmocka_unit_test(long_details_are_cut_and_not_refused),
		cmocka_unit_test(requests_for_grants_are_read),
		cmocka_unit_test(small_bodies_are_read),
		cmocka_unit_test(members_are_read_with_their_defaults),
		cmocka_unit_test(wrong_members_are_refused_without_their_secrets),
		cmocka_unit_test(lines_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
