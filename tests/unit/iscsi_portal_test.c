// SPDX-License-Identifier: GPL-2.0-only
/* Portals as people write them, and lists of them. */
/* links: userspace/lib/iscsi_portal.c initramfs/fault.c initramfs/value.c */
/* libraries: */
#include "userspace/lib/iscsi_portal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/iscsi/iscsi_spec.h"

static void portal_is_an_address_and_perhaps_a_port(void **state)
{
	static const struct {
		const char *text, *whole;
		uint32_t address;
		uint16_t port;
	} good[] = {
		{ "10.0.0.1", "10.0.0.1:3260", 0x0a000001, 3260 },
		{ "10.0.0.1:3260", "10.0.0.1:3260", 0x0a000001, 3260 },
		{ "255.255.255.255:65535", "255.255.255.255:65535", 0xffffffff, 65535 },
		{ "0.0.0.0:1", "0.0.0.0:1", 0, 1 },
	};
	static const char *const bad[] = {
		"",
		":",
		":3260",
		"10.0.0.1:",
		"10.0.0.1:0",
		"10.0.0.1:03",
		"10.0.0.1:-1",
		"10.0.0.1:65536",
		"10.0.0.1:326o",
		"10.0.0.1:3260:",
		"10.0.0",
		"10.0.0.256",
		"10.0.0.01",
		" 10.0.0.1",
		"10.0.0.1 ",
		"store",
		"store:3260",
		"[10.0.0.1]:3260",
		"::1",
		"[::1]:3260",
		"10.0.0.1,1",
		"1000.1000.1000.1000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct iscsi_portal portal;
		char text[ISCSI_PORTAL_TEXT_BYTES];

		assert_true(iscsi_portal_parse(good[i].text, &portal));
		assert_int_equal(portal.address, good[i].address);
		assert_int_equal(portal.port, good[i].port);
		assert_string_equal(iscsi_portal_text(&portal, text), good[i].whole);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct iscsi_portal portal = { 7, 7 };

		if (iscsi_portal_parse(bad[i], &portal))
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(portal.address, 7);
		assert_int_equal(portal.port, 7);
	}
}

static void list_has_a_portal_on_each_line(void **state)
{
	static const char text[] = "# Portals.\n\n10.0.0.1:3260\n10.1.0.1:3261\n10.0.0.1:3261";
	struct iscsi_portals portals;
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(iscsi_portals_parse(text, strlen(text), "list", &portals, &fault), 0);
	assert_int_equal(portals.count, 3);
	assert_int_equal(portals.list[2].address, 0x0a000001);
	assert_int_equal(portals.list[2].port, 3261);
	assert_true(iscsi_portal_is_among(&portals.list[1], portals.list, 3));
	assert_false(iscsi_portal_is_among(&portals.list[2], portals.list, 2));
	assert_int_equal(iscsi_portals_parse("", 0, "list", &portals, &fault), 0);
	assert_int_equal(portals.count, 0);
}

static void broken_list_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *hint;
	} cases[] = {
		{ "#\n10.0.0.1\n10.0.0\n",
		  "line 3: a portal is an IPv4 address and a port, as 10.0.0.1:3260" },
		{ "0.0.0.0:3260\n",
		  "line 1: a portal is an IPv4 address and a port, as 10.0.0.1:3260" },
		{ "10.0.0.1:3260 10.0.0.2:3260\n",
		  "line 1: a portal is an IPv4 address and a port, as 10.0.0.1:3260" },
		{ "10.0.0.1\n10.0.0.1:3260\n", "line 2: the portal is there twice" },
		{ "10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4\n10.0.0.5\n10.0.0.6\n10.0.0.7\n10.0.0.8\n"
		  "10.0.0.9\n",
		  "line 9: there are more than 8 portals" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iscsi_portals portals;
		struct fault fault = { 0 };

		assert_int_equal(iscsi_portals_parse(cases[i].text, strlen(cases[i].text), "list",
						     &portals, &fault),
				 -EINVAL);
		assert_string_equal(fault.hint, cases[i].hint);
	}
	assert_int_equal(iscsi_portals_parse("10.0.0.1\0", 9, "list", &(struct iscsi_portals){ 0 },
					     &(struct fault){ 0 }),
			 -EINVAL);
}

static void node_takes_all_portals_that_a_target_may_have(void **state)
{
	(void)state;
	assert_int_equal(ISCSI_PORTALS_MAX, ISCSI_TARGETS_MAX);
	assert_int_equal(ISCSI_PORTAL_PORT, ISCSI_PORT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(portal_is_an_address_and_perhaps_a_port),
		cmocka_unit_test(list_has_a_portal_on_each_line),
		cmocka_unit_test(broken_list_is_refused_with_its_line),
		cmocka_unit_test(node_takes_all_portals_that_a_target_may_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
