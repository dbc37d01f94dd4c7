// SPDX-License-Identifier: GPL-2.0-only
/* Names and addresses in a lab. */
/* links: tools/lab/layout.c */
#include "tools/lab/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void node_names_are_short_host_names(void **state)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {
		{ "n01", true },
		{ "a", true },
		{ "rack-1-node2", true },
		{ "", false },
		{ "1n", false },
		{ "-n", false },
		{ "n-", false },
		{ "N01", false },
		{ "n 1", false },
		{ "n/1", false },
		{ "../n", false },
		{ "n.1", false },
		{ "compute-rack-0123-node-012345678", true },
		{ "compute-rack-0123-node-0123456789", false },
		{ "n\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (lab_node_name_is_good(cases[i].name) != cases[i].good)
			fail_msg("\"%s\" is judged wrongly", cases[i].name);
}

static void taps_are_named_after_their_nodes(void **state)
{
	static const struct {
		const char *node, *tap; /* tap: what it begins with */
		unsigned int nic;
	} cases[] = {
		{ "n01", "n01.0", 0 },
		{ "thirteen-char", "thirteen-char.7", 7 },
		{ "fourteen--char", "fou-", 0 },
		{ "compute-rack-0123-node-012345678", "com-", 3 },
	};
	char tap[IFNAMSIZ], other[IFNAMSIZ];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lab_tap_name(cases[i].node, cases[i].nic, tap);
		assert_memory_equal(tap, cases[i].tap, strlen(cases[i].tap));
		assert_int_equal(tap[strlen(tap) - 1], '0' + (int)cases[i].nic);
	}
	lab_tap_name("compute-rack-0123-node-1", 0, tap);
	lab_tap_name("compute-rack-0123-node-2", 0, other);
	assert_string_not_equal(tap, other);
}

static void mac_follows_from_name_and_nic(void **state)
{
	char first[LAB_MAC_BYTES], again[LAB_MAC_BYTES];

	(void)state;
	lab_mac_of("n01", 0, first);
	lab_mac_of("n01", 0, again);
	assert_string_equal(first, again);
	assert_true(lab_mac_is_good(first));
	assert_memory_equal(first, "52:54:00:87:", 12);
	lab_mac_of("n01", 1, again);
	assert_string_not_equal(first, again);
}

static void hundred_nodes_have_hundred_macs(void **state)
{
	char macs[100][LAB_MAC_BYTES];

	(void)state;
	for (int i = 0; i < 100; i++) {
		char name[LAB_NODE_NAME_MAX + 1];

		snprintf(name, sizeof(name), "n%02d", i);
		lab_mac_of(name, 0, macs[i]);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(macs[i], macs[j]);
	}
}

static void only_single_station_macs_are_good(void **state)
{
	static const struct {
		const char *mac;
		bool good;
	} cases[] = {
		{ "52:54:00:87:00:01", true },	  { "52:54:00:AB:cd:ef", true },
		{ "53:54:00:87:00:01", false },	  { "ff:ff:ff:ff:ff:ff", false },
		{ "52-54-00-87-00-01", false },	  { "52:54:00:87:00:1", false },
		{ "52:54:00:87:00:0g", false },	  { "", false },
		{ "52:54:00:87:00:01,x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (lab_mac_is_good(cases[i].mac) != cases[i].good)
			fail_msg("\"%s\" is judged wrongly", cases[i].mac);
}

static void paths_cannot_leave_their_quotes(void **state)
{
	(void)state;
	assert_true(lab_path_is_good("/srv/root with blanks, commas; and {}"));
	assert_false(lab_path_is_good("/srv/\"root"));
	assert_false(lab_path_is_good("/srv/root\n"));
	assert_false(lab_path_is_good("/srv/root\\"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_names_are_short_host_names),
		cmocka_unit_test(taps_are_named_after_their_nodes),
		cmocka_unit_test(mac_follows_from_name_and_nic),
		cmocka_unit_test(hundred_nodes_have_hundred_macs),
		cmocka_unit_test(only_single_station_macs_are_good),
		cmocka_unit_test(paths_cannot_leave_their_quotes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
