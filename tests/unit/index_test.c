/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/index.c initramfs/value.c initramfs/fault.c */
/* The index of nodes: what is found in it, and which files are refused as a whole. */
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

#include "userspace/wirerootd/index.h"

#define A "52:54:00:00:00:0a"
#define B "52:54:00:00:00:0b"

static int parse(const char *text, struct node_index *index, struct fault *fault)
{
	return index_parse(text, strlen(text), "nodes", index, fault);
}

static void nodes_are_found_by_address_and_name(void **state)
{
	static const uint8_t a[6] = { 0x52, 0x54, 0, 0, 0, 0xa },
			     c[6] = { 0x52, 0x54, 0, 0, 0, 0xc };
	struct node_index index;
	struct fault fault;

	(void)state;
	assert_int_equal(parse("# by wireroot\n\n" A " n10 10.0.0.10 more words\n" B "  n2 -\n",
			       &index, &fault),
			 0);
	assert_int_equal(index.count, 2);
	assert_string_equal(index_find_mac(&index, a)->name, "n10");
	assert_int_equal(index_find_mac(&index, a)->address, 0x0a00000a);
	assert_null(index_find_mac(&index, c));
	assert_int_equal(index_find_name(&index, "n2")->mac[5], 0xb);
	assert_int_equal(index_find_name(&index, "n2")->address, 0);
	assert_non_null(index_find_name(&index, "n10"));
	assert_null(index_find_name(&index, "n1"));
	assert_null(index_find_name(&index, ""));
	index_free(&index);
}

static void index_may_be_empty(void **state)
{
	static const uint8_t mac[6] = { 0x52 };
	struct node_index index;
	struct fault fault;

	(void)state;
	assert_int_equal(parse("", &index, &fault), 0);
	assert_null(index_find_mac(&index, mac));
	assert_null(index_find_name(&index, "n1"));
	index_free(&index);
}

static void unusable_files_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *peer, *hint;
	} examples[] = {
		{ A " n1\n", "nodes line 1", "a node has a MAC address, a name and an address" },
		{ "#\n" A "\n", "nodes line 2", "a node has a MAC address" },
		{ "01:00:5e:00:00:01 n1 -\n", "nodes line 1", "this is no MAC address" },
		{ "52:54:00:00:00 n1 -\n", "nodes line 1", "this is no MAC address" },
		{ A " n/1 -\n", "nodes line 1", "this is no host name" },
		{ A " n1 10.0.0\n", "nodes line 1", "this is no IPv4 address" },
		{ A " n1 0.0.0.0\n", "nodes line 1", "this is no IPv4 address" },
		{ B " n1 -\n" A " n2 -\n", "nodes line 2", "MAC addresses are to rise" },
		{ A " n1 -\n" A " n2 -\n", "nodes line 2", "each there once" },
		{ A " n1 -\n" B " n1 -\n", "n1", "two nodes have this name" },
		{ A " n1 -", "nodes line 1", "cut off" },
		{ A "\tn1 -\n", "nodes line 1", "no plain text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct node_index index;
		struct fault fault;

		assert_int_equal(parse(examples[i].text, &index, &fault), -EINVAL);
		assert_string_equal(fault.peer, examples[i].peer);
		assert_non_null(strstr(fault.hint, examples[i].hint));
		assert_int_equal(index.count, 0);
		assert_null(index.nodes);
	}
}

static void nul_is_no_text(void **state)
{
	struct node_index index;
	struct fault fault;

	(void)state;
	assert_int_equal(
		index_parse(A " n1 -\0x\n", sizeof(A " n1 -\0x\n") - 1, "nodes", &index, &fault),
		-EINVAL);
}

static void hundred_thousand_nodes_are_found(void **state)
{
	const unsigned int count = 100000;
	char *text = malloc(count * 64), *at = text, name[16];
	struct node_index index;
	struct fault fault;

	(void)state;
	for (unsigned int i = 0; i < count; i++)
		at += sprintf(at, "52:54:%02x:%02x:%02x:%02x n%u 10.%u.%u.%u\n", i >> 24,
			      i >> 16 & 255, i >> 8 & 255, i & 255, (i * 7919 + 1) % count, i >> 16,
			      i >> 8 & 255, i & 255 ? i & 255 : 1);
	assert_int_equal(index_parse(text, (size_t)(at - text), "nodes", &index, &fault), 0);
	assert_int_equal(index.count, count);
	for (unsigned int i = 0; i < count; i++) {
		const struct index_node *node;

		snprintf(name, sizeof(name), "n%u", i);
		node = index_find_name(&index, name);
		assert_non_null(node);
		assert_ptr_equal(index_find_mac(&index, node->mac), node);
	}
	index_free(&index);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_found_by_address_and_name),
		cmocka_unit_test(index_may_be_empty),
		cmocka_unit_test(unusable_files_are_refused_with_their_line),
		cmocka_unit_test(nul_is_no_text),
		cmocka_unit_test(hundred_thousand_nodes_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
