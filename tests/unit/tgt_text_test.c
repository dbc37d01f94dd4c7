// SPDX-License-Identifier: GPL-2.0-only
/* What tgtadm prints, as a list of targets. */
/* links: userspace/lib/iscsi_portal.c */
/* links: tools/target/tgt_text.c tools/target/target.c initramfs/fault.c initramfs/value.c */
#include "tools/target/tgt_text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD(id, name)                                                                             \
	"Target " id ": " name "\n"                                                                \
	"    System information:\n"                                                                \
	"        Driver: iscsi\n"                                                                  \
	"        State: ready\n"
#define CONTROLLER                                                                                 \
	"    LUN information:\n"                                                                   \
	"        LUN: 0\n"                                                                         \
	"            Type: controller\n"                                                           \
	"            Readonly: No\n"                                                               \
	"            Backing store path: None\n"                                                   \
	"            Backing store flags: \n"
#define DISK(path, readonly)                                                                       \
	"        LUN: 1\n"                                                                         \
	"            Type: disk\n"                                                                 \
	"            Readonly: " readonly "\n"                                                     \
	"            Backing store path: " path "\n"

static const char two[] = HEAD(
	"1",
	"iqn.2026-11.example:n01") "    I_T nexus information:\n"
				   "        I_T nexus: 8\n"
				   "            Initiator: iqn.2026-11.example:initiator:n01 alias: none\n"
				   "            Connection: 0\n"
				   "                IP Address: 10.0.0.11\n" CONTROLLER DISK(
					   "/dev/nodes/wr-n01",
					   "No") "    Account information:\n"
						 "        iqn.2026-11.example:initiator:n01\n"
						 "        iqn.2026-11.example:n01 (outgoing)\n"
						 "    ACL information:\n"
						 "        10.0.0.11\n"
						 "        iqn.2026-11.example:n01\n" HEAD(
							 "7",
							 "iqn.2026-11.example:n02") "    I_T nexus information:\n" CONTROLLER
										    "    Account information:\n"
										    "    ACL information:\n";

static void targets_are_read_with_their_sessions(void **state)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(tgt_read_targets(two, strlen(two), &list, &fault), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.targets[0].name, "iqn.2026-11.example:n01");
	assert_int_equal(list.targets[0].id, 1);
	assert_string_equal(list.targets[0].disk, "/dev/nodes/wr-n01");
	assert_true(list.targets[0].read_write);
	assert_true(list.targets[0].open);
	assert_string_equal(list.targets[0].admitted, "10.0.0.11 iqn.2026-11.example:n01");
	assert_int_equal(list.targets[0].sessions, 1);
	assert_string_equal(list.targets[0].in, "iqn.2026-11.example:initiator:n01");
	assert_string_equal(list.targets[0].out, "iqn.2026-11.example:n01");
	assert_int_equal(list.session_count, 1);
	assert_string_equal(list.sessions[0].target, "iqn.2026-11.example:n01");
	assert_string_equal(list.sessions[0].initiator, "iqn.2026-11.example:initiator:n01");
	assert_string_equal(list.sessions[0].address, "10.0.0.11");
	target_list_free(&list);
}

static void unfinished_target_has_no_disk_and_is_not_open(void **state)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };
	const struct target *target;

	(void)state;
	assert_int_equal(tgt_read_targets(two, strlen(two), &list, &fault), 0);
	target = target_find(&list, "iqn.2026-11.example:n02");
	assert_non_null(target);
	assert_int_equal(target->id, 7);
	assert_null(target->disk);
	assert_null(target->in);
	assert_null(target->out);
	assert_false(target->open);
	assert_null(target->admitted);
	assert_false(target->read_write);
	assert_int_equal(target->sessions, 0);
	assert_null(target_find(&list, "iqn.2026-11.example:n03"));
	target_list_free(&list);
}

static void nothing_is_an_empty_list(void **state)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(tgt_read_targets("", 0, &list, &fault), 0);
	assert_int_equal(list.count, 0);
	target_list_free(&list);
}

#define BETWEEN "    I_T nexus information:\n" CONTROLLER
#define TAIL	"    Account information:\n    ACL information:\n"

static void other_forms_are_refused(void **state)
{
	static const char *const cases[] = {
		"tgtd is not well\n",
		"    System information:\n",
		"Target 1: a",
		"Target 1: a\nTarget 2: b\n",
		"Target x: a\n",
		"Target 1:a\n",
		"Target 1: \n",
		HEAD("1", "a") "    LUN information:\n",
		HEAD("1", "a") BETWEEN TAIL "    ACL information:\n",
		HEAD("1", "a") BETWEEN TAIL HEAD("2", "a") BETWEEN TAIL,
		HEAD("1", "a") BETWEEN TAIL HEAD("1", "b") BETWEEN TAIL,
		HEAD("1", "a") CONTROLLER TAIL,
		HEAD("1", "a") "    I_T nexus information:\n        something: 1\n" CONTROLLER TAIL,
		HEAD("1",
		     "a") "    I_T nexus information:\n                IP Address: 1\n" CONTROLLER
			TAIL,
		HEAD("1", "a") BETWEEN "        LUN: one\n" TAIL,
		HEAD("1", "a") BETWEEN DISK("/a", "No") DISK("/b", "No") TAIL,
		HEAD("1", "a") BETWEEN TAIL "        10.0.0.11 and more\n",
		"  Target 1: a\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target_list list = { 0 };
		struct fault fault = { 0 };

		assert_int_equal(tgt_read_targets(cases[i], strlen(cases[i]), &list, &fault),
				 -EBADMSG);
		assert_int_equal(fault.error, EBADMSG);
		target_list_free(&list);
	}
}

static void name_that_is_too_long_is_refused(void **state)
{
	char text[sizeof("Target 1: ") + TARGET_NAME_BYTES] = "Target 1: ";
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	(void)state;
	memset(text + 10, 'n', TARGET_NAME_BYTES);
	assert_int_equal(tgt_read_targets(text, 10 + TARGET_NAME_BYTES, &list, &fault), -EBADMSG);
	target_list_free(&list);
}

static void portal_of_all_addresses_counts_for_each(void **state)
{
	static const char text[] = "Portal: 10.0.0.1:3260,1\nPortal: 0.0.0.0:3261,1\n";
	static const struct {
		struct iscsi_portal portal;
		bool there;
	} cases[] = {
		{ { 0x0a000001, 3260 }, true },
		{ { 0x0a000002, 3260 }, false },
		{ { 0x0a000002, 3261 }, true },
		{ { 0x0a000001, 326 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(tgt_has_portal(text, strlen(text), &cases[i].portal),
				 cases[i].there);
}

static void fault_of_a_busy_target_names_who_has_it(void **state)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(tgt_read_targets(two, strlen(two), &list, &fault), 0);
	assert_int_equal(target_refuse_busy(&list, "iqn.2026-11.example:n01", &fault), -EBUSY);
	assert_string_equal(fault.hint, "iqn.2026-11.example:initiator:n01 is logged in to it "
					"from 10.0.0.11; shut it down first");
	target_list_free(&list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_read_with_their_sessions),
		cmocka_unit_test(unfinished_target_has_no_disk_and_is_not_open),
		cmocka_unit_test(nothing_is_an_empty_list),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(name_that_is_too_long_is_refused),
		cmocka_unit_test(portal_of_all_addresses_counts_for_each),
		cmocka_unit_test(fault_of_a_busy_target_names_who_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
