/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/discover/name_pattern.c tools/cluster/free_address.c */
/* links: initramfs/value.c initramfs/fault.c */
/* Names and addresses for new nodes. */
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

#include "tools/cluster/free_address.h"
#include "tools/discover/name_pattern.h"

#define ADDRESS(last) (0x0a570000u + (last)) /* 10.87.0.LAST */

static void patterns_count_their_names(void **state)
{
	static const struct {
		const char *text;
		uint32_t number, last;
		const char *name;
	} examples[] = {
		{ "compute-0-[0-]", 0, NAME_PATTERN_NUMBER_MAX, "compute-0-0" },
		{ "compute-0-[0-]", 12, NAME_PATTERN_NUMBER_MAX, "compute-0-12" },
		{ "n[01-]", 1, NAME_PATTERN_NUMBER_MAX, "n01" },
		{ "n[01-]", 100, NAME_PATTERN_NUMBER_MAX, "n100" },
		{ "n[01-64]", 64, 64, "n64" },
		{ "r1n[1-2]b", 2, 2, "r1n2b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		char name[HOST_NAME_LENGTH + 1];
		struct name_pattern pattern;
		struct fault fault;

		assert_int_equal(name_pattern_parse(examples[i].text, &pattern, &fault), 0);
		assert_int_equal(pattern.last, examples[i].last);
		name_pattern_name(&pattern, examples[i].number, name);
		assert_string_equal(name, examples[i].name);
	}
}

static void patterns_that_name_nothing_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"n01",
		"n[1]",
		"n[]",
		"n[-]",
		"n[-5]",
		"n[5-1]",
		"n[1-2][3-4]",
		"n[1-",
		"n1-]",
		"n[a-b]",
		"n.x[1-]",
		"n [1-]",
		"-n[1-]x/",
		"n[1-]]",
		"n[[1-]",
		"n[1-x]",
		"n[1,3-]",
		"n[9999999-]",
		"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn[1-]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct name_pattern pattern;
		struct fault fault;

		if (name_pattern_parse(texts[i], &pattern, &fault) != -EINVAL)
			fail_msg("'%s' is taken", texts[i]);
		assert_true(fault.hint[0]);
	}
}

/* 10.87.0.0/24 with a range from 100 to 199, a server at 1, a DNS server at 3, nodes at 4 and 5. */
struct fixture {
	struct cluster_node nodes[3];
	struct cluster_server server;
	struct cluster_network network;
	struct cluster cluster;
	uint32_t dns;
};

static struct fixture *new_fixture(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->dns = ADDRESS(3);
	fixture->network = (struct cluster_network){ .name = "boot",
						     .subnet = ADDRESS(0),
						     .prefix = 24,
						     .range_first = ADDRESS(100),
						     .range_last = ADDRESS(199),
						     .gateway = ADDRESS(254),
						     .dns = &fixture->dns,
						     .dns_count = 1 };
	fixture->server.address = ADDRESS(1);
	fixture->nodes[0].address = ADDRESS(5);
	fixture->nodes[1].address = ADDRESS(4);
	fixture->cluster = (struct cluster){ .networks = &fixture->network,
					     .network_count = 1,
					     .servers = &fixture->server,
					     .server_count = 1,
					     .nodes = fixture->nodes,
					     .node_count = 3 };
	return fixture;
}

static int find(const struct fixture *fixture, const struct cluster_node *node, uint32_t first,
		uint32_t last, uint32_t *address)
{
	const struct address_range range = { first, last };
	struct fault fault;

	return free_address(&fixture->cluster, &fixture->network, node, &range, address, &fault);
}

static void next_address_behind_the_nodes_is_taken(void **state)
{
	struct fixture *fixture = new_fixture();
	uint32_t address;

	(void)state;
	assert_int_equal(find(fixture, &fixture->nodes[2], 0, 0, &address), 0);
	assert_int_equal(address, ADDRESS(6));
	/* A node's own address is free for it. */
	fixture->nodes[2].address = ADDRESS(6);
	assert_int_equal(find(fixture, &fixture->nodes[2], 0, 0, &address), 0);
	assert_int_equal(address, ADDRESS(6));
	assert_int_equal(find(fixture, NULL, 0, 0, &address), 0);
	assert_int_equal(address, ADDRESS(7));
	/* Without any node, from the beginning. */
	fixture->cluster.node_count = 0;
	assert_int_equal(find(fixture, NULL, 0, 0, &address), 0);
	assert_int_equal(address, ADDRESS(2));
	free(fixture);
}

static void gaps_are_filled_when_the_end_is_reached(void **state)
{
	struct fixture *fixture = new_fixture();
	uint32_t address;

	(void)state;
	fixture->nodes[2].address = ADDRESS(253);
	assert_int_equal(find(fixture, NULL, 0, 0, &address), 0);
	assert_int_equal(address, ADDRESS(2));
	free(fixture);
}

static void range_of_unknown_machines_is_stepped_over(void **state)
{
	struct fixture *fixture = new_fixture();
	uint32_t address;

	(void)state;
	assert_int_equal(find(fixture, NULL, ADDRESS(100), UINT32_MAX, &address), 0);
	assert_int_equal(address, ADDRESS(200));
	assert_int_equal(find(fixture, NULL, ADDRESS(100), ADDRESS(199), &address), -ENOSPC);
	free(fixture);
}

static void ends_of_the_network_are_nobodys(void **state)
{
	struct fixture *fixture = new_fixture();
	uint32_t address;

	(void)state;
	assert_int_equal(find(fixture, NULL, ADDRESS(254), UINT32_MAX, &address), -ENOSPC);
	assert_int_equal(find(fixture, NULL, ADDRESS(256), UINT32_MAX, &address), -EINVAL);
	assert_int_equal(find(fixture, NULL, 1, 2, &address), -EINVAL);
	fixture->network.prefix = 31;
	assert_int_equal(find(fixture, NULL, 0, 0, &address), -ENOSPC);
	free(fixture);
}

static void ranges_are_read_as_a_whole(void **state)
{
	static const char *const bad[] = {
		"",  "10.0.0.1",	 "10.0.0.9-10.0.0.1", "10.0.0.1-x",
		"-", "0.0.0.0-10.0.0.1", "10.0.0-10.0.1"
	};
	struct address_range range;
	struct fault fault;

	(void)state;
	assert_int_equal(address_range_parse("10.87.0.20-10.87.0.99", &range, &fault), 0);
	assert_int_equal(range.first, ADDRESS(20));
	assert_int_equal(range.last, ADDRESS(99));
	assert_int_equal(address_range_parse("10.87.0.20-", &range, &fault), 0);
	assert_int_equal(range.last, UINT32_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (address_range_parse(bad[i], &range, &fault) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_count_their_names),
		cmocka_unit_test(patterns_that_name_nothing_are_refused),
		cmocka_unit_test(next_address_behind_the_nodes_is_taken),
		cmocka_unit_test(gaps_are_filled_when_the_end_is_reached),
		cmocka_unit_test(range_of_unknown_machines_is_stepped_over),
		cmocka_unit_test(ends_of_the_network_are_nobodys),
		cmocka_unit_test(ranges_are_read_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
