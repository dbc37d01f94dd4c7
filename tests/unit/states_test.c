/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/states.c userspace/wirerootd/nodes.c userspace/wirerootd/access.c */
/* links: userspace/wirerootd/index.c userspace/wirerootd/listen.c */
/* links: userspace/lib/fs.c userspace/lib/timeline_json.c */
/* links: initramfs/timeline.c initramfs/value.c initramfs/fault.c */
/* libraries: jansson */
/* What is told of a node: its state, by its timeline and its last boot. */
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

#include "userspace/wirerootd/states.h"

#define NOW 1000000

static const char *state_of(const struct node *node, const struct boot *boot)
{
	time_t since;

	return state_name(node, boot, NOW, &since);
}

static void state_is_that_of_the_newest_sign(void **state)
{
	struct boot boot = { .fetched = NOW - 10 };
	struct node node = { .last_seen = NOW - 20 };

	(void)state;
	node.timeline.stages[STAGE_SWITCH_ROOT].state = STAGE_DONE;
	assert_string_equal(state_of(NULL, &boot), "booting");
	assert_string_equal(state_of(&node, NULL), "running");
	/* The script was fetched behind the timeline: another boot. */
	assert_string_equal(state_of(&node, &boot), "booting");
	node.last_seen = NOW - 5;
	assert_string_equal(state_of(&node, &boot), "running");
}

static void quiet_boot_is_silent(void **state)
{
	struct boot boot = { .fetched = NOW - ACCESS_SECONDS };
	struct node node = { .last_seen = NOW - ACCESS_SECONDS + 1 };

	(void)state;
	assert_string_equal(state_of(NULL, &boot), "silent");
	assert_string_equal(state_of(&node, &boot), "booting");
	node.last_seen--;
	assert_string_equal(state_of(&node, NULL), "silent");
}

static void fault_counts_until_it_is_mended(void **state)
{
	struct node node = { .last_seen = NOW - 5 };

	(void)state;
	strcpy(node.timeline.fault_line, "mount the root: no route to host");
	node.timeline.fault_stage = STAGE_ROOT;
	node.timeline.stages[STAGE_ROOT].state = STAGE_RUNNING;
	assert_string_equal(state_of(&node, NULL), "failed");
	node.timeline.stages[STAGE_ROOT].state = STAGE_DONE;
	assert_string_equal(state_of(&node, NULL), "booting");
}

static void list_has_nodes_with_and_without_timelines_in_order(void **state)
{
	static const char index_text[] = "52:54:00:00:00:01 n1 10.0.0.1\n"
					 "52:54:00:00:00:02 n2 10.0.0.2\n";
	static const uint8_t mac[6] = { 0x52, 0x54, 0, 0, 0, 1 };
	struct timeline timeline = { .mac = "52:54:00:00:00:02", .boot_id = "b", .sequence = 1 };
	struct node_index index;
	struct access access;
	struct nodes nodes;
	struct states states = { &nodes, &access, &index };
	struct fault fault;
	json_t *array, *one;

	(void)state;
	nodes_init(&nodes, NULL);
	access_init(&access, NULL, 0);
	assert_int_equal(index_parse(index_text, strlen(index_text), "nodes", &index, &fault), 0);
	assert_int_equal(nodes_accept(&nodes, &timeline, "10.0.0.9", NOW, &fault), NODES_NEW_BOOT);
	assert_int_equal(access_begin(&access, mac, "10.0.0.1", "17", NOW, &fault), 0);
	array = states_to_json(&states, NOW + 1);
	assert_int_equal(json_array_size(array), 2);
	one = json_array_get(array, 0);
	assert_string_equal(json_string_value(json_object_get(one, "name")), "n1");
	assert_string_equal(json_string_value(json_object_get(one, "generation")), "17");
	assert_string_equal(json_string_value(json_object_get(one, "address")), "10.0.0.1");
	assert_true(json_is_null(json_object_get(one, "last_seen")));
	one = json_array_get(array, 1);
	assert_string_equal(json_string_value(json_object_get(one, "name")), "n2");
	assert_string_equal(json_string_value(json_object_get(one, "address")), "10.0.0.9");
	assert_true(json_is_null(json_object_get(one, "generation")));
	assert_string_equal(json_string_value(json_object_get(one, "state")), "booting");
	json_decref(array);
	assert_null(state_to_json(&states, "52:54:00:00:00:03", NOW));
	assert_null(state_to_json(&states, "nothing", NOW));
	access_free(&access);
	nodes_free(&nodes);
	index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_is_that_of_the_newest_sign),
		cmocka_unit_test(quiet_boot_is_silent),
		cmocka_unit_test(fault_counts_until_it_is_mended),
		cmocka_unit_test(list_has_nodes_with_and_without_timelines_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
