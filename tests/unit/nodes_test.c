/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/nodes.c userspace/lib/timeline_json.c userspace/lib/fs.c */
/* links: userspace/lib/text.c initramfs/timeline.c initramfs/fault.c */
/* libraries: jansson */
/* What wirerootd remembers of nodes: what counts as news, what is kept, and who makes room. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "userspace/wirerootd/nodes.h"

#define ADDRESS "10.0.0.5"
#define NOW	1000000

/* The node of a number has a MAC of its own, and each of its boots an id of its own. */
static struct timeline sample(unsigned int number, unsigned int boot, uint32_t sequence)
{
	struct timeline timeline = { .node = "n", .sequence = sequence };

	snprintf(timeline.mac, sizeof(timeline.mac), "52:54:%02x:%02x:%02x:%02x", number >> 24,
		 number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff);
	snprintf(timeline.boot_id, sizeof(timeline.boot_id), "%08x-0000-4000-8000-000000000000",
		 boot);
	return timeline;
}

static int send_one(struct nodes *nodes, unsigned int number, unsigned int boot, uint32_t sequence,
		    const char *address)
{
	struct timeline timeline = sample(number, boot, sequence);
	struct fault fault;

	return nodes_accept(nodes, &timeline, address, NOW, &fault);
}

static const struct node *known(const struct nodes *nodes, unsigned int number)
{
	return nodes_find(nodes, sample(number, 0, 0).mac);
}

/* A different one for each 1000 nodes, so that no address reaches its limit. */
static const char *crowd_address(unsigned int number, char text[static 32])
{
	snprintf(text, 32, "10.1.%u.%u", number / 1000 / 256, number / 1000 % 256);
	return text;
}

static bool is_kept(const char *directory, unsigned int number, const char *suffix)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s%s", directory, sample(number, 0, 0).mac, suffix);
	return access(path, F_OK) == 0;
}

static int make_directory(void **state)
{
	*state = strdup("/tmp/wireroot-nodes.XXXXXX");
	return *state && mkdtemp(*state) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -r '%s'", (char *)*state);
	free(*state);
	return system(command); /* NOLINT(cert-env33-c): a path of our own making */
}

static void news_are_told_from_repetitions(void **state)
{
	static const struct {
		unsigned int boot;
		uint32_t sequence;
		int news;
	} steps[] = {
		{ 1, 1, NODES_NEW_BOOT }, { 1, 2, NODES_PROGRESS }, { 1, 2, NODES_STALE },
		{ 1, 1, NODES_STALE },	  { 2, 1, NODES_NEW_BOOT }, { 1, 9, NODES_STALE },
		{ 2, 9, NODES_PROGRESS }, { 3, 1, NODES_NEW_BOOT },
	};
	struct nodes nodes;

	(void)state;
	nodes_init(&nodes, NULL);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		assert_int_equal(send_one(&nodes, 1, steps[i].boot, steps[i].sequence, ADDRESS),
				 steps[i].news);
	assert_int_equal(nodes.count, 1);
	assert_int_equal(known(&nodes, 1)->timeline.sequence, 1);
	nodes_free(&nodes);
}

static void fault_and_hand_over_are_news(void **state)
{
	struct timeline timeline = sample(1, 1, 1);
	struct nodes nodes;
	struct fault fault;

	(void)state;
	nodes_init(&nodes, NULL);
	assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), NODES_NEW_BOOT);
	timeline.sequence++;
	timeline.fault_stage = STAGE_ROOT;
	snprintf(timeline.fault_line, sizeof(timeline.fault_line), "mount: refused");
	assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), NODES_NEW_FAULT);
	timeline.sequence++;
	assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), NODES_PROGRESS);
	timeline.sequence++;
	timeline.stages[STAGE_SWITCH_ROOT].state = STAGE_DONE;
	assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), NODES_HANDED_OVER);
	nodes_free(&nodes);
}

static void unusable_identities_are_refused(void **state)
{
	static const char *const macs[] = { "", "00:00:00:00:00:00", "01:00:5e:00:00:01",
					    "ff:ff:ff:ff:ff:ff" };
	struct timeline timeline = sample(1, 1, 1);
	struct nodes nodes;
	struct fault fault;

	(void)state;
	nodes_init(&nodes, NULL);
	timeline.boot_id[0] = '\0';
	assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), -EINVAL);
	timeline = sample(1, 1, 1);
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
		snprintf(timeline.mac, sizeof(timeline.mac), "%s", macs[i]);
		assert_int_equal(nodes_accept(&nodes, &timeline, ADDRESS, NOW, &fault), -EINVAL);
	}
	assert_int_equal(nodes.count, 0);
	nodes_free(&nodes);
}

static void node_is_found_in_any_case_of_letters(void **state)
{
	struct nodes nodes;

	(void)state;
	nodes_init(&nodes, NULL);
	send_one(&nodes, 0xabcdef, 1, 1, ADDRESS);
	assert_non_null(nodes_find(&nodes, "52:54:00:AB:cd:EF"));
	assert_null(nodes_find(&nodes, "52:54:00:ab:cd:e"));
	assert_null(nodes_find(&nodes, "52:54:00:ab:cd:ef0"));
	assert_null(nodes_find(&nodes, ""));
	nodes_free(&nodes);
}

struct visited {
	unsigned int count;
};

static void expect_next(const struct node *node, void *context)
{
	struct visited *visited = context;
	json_t *json = node_to_json(node);

	assert_string_equal(json_string_value(json_object_get(json, "mac")),
			    sample(visited->count++, 0, 0).mac);
	assert_string_equal(json_string_value(json_object_get(json, "address")), ADDRESS);
	json_decref(json);
}

static void walk_is_in_order_of_addresses(void **state)
{
	struct visited visited = { 0 };
	struct nodes nodes;

	(void)state;
	nodes_init(&nodes, NULL);
	for (unsigned int i = 0; i < 100; i++)
		send_one(&nodes, i * 37 % 100, 1, 1, ADDRESS);
	nodes_walk(&nodes, expect_next, &visited);
	assert_int_equal(visited.count, 100);
	nodes_free(&nodes);
}

static void single_datagram_leaves_no_file(void **state)
{
	const char *directory = *state;
	struct nodes nodes;

	nodes_init(&nodes, directory);
	assert_int_equal(send_one(&nodes, 1, 1, 1, ADDRESS), NODES_NEW_BOOT);
	assert_false(is_kept(directory, 1, ".timeline"));
	assert_int_equal(send_one(&nodes, 1, 1, 2, ADDRESS), NODES_PROGRESS);
	assert_true(is_kept(directory, 1, ".timeline"));
	assert_false(is_kept(directory, 1, ".previous"));
	assert_int_equal(send_one(&nodes, 1, 2, 1, ADDRESS), NODES_NEW_BOOT);
	assert_true(is_kept(directory, 1, ".previous"));
	nodes_free(&nodes);
}

static void address_makes_room_by_its_own_nodes_only(void **state)
{
	const char *directory = *state;
	struct nodes nodes;

	nodes_init(&nodes, directory);
	send_one(&nodes, 1, 1, 1, "10.0.0.6");
	send_one(&nodes, 1, 1, 2, "10.0.0.6");
	for (unsigned int i = 0; i < NODES_PER_ADDRESS; i++)
		send_one(&nodes, 100 + i, 1, 1, ADDRESS);
	send_one(&nodes, 100, 1, 2, ADDRESS); /* not the most silent any more */
	assert_int_equal(nodes.count, NODES_PER_ADDRESS + 1);
	send_one(&nodes, 99, 1, 1, ADDRESS);
	assert_int_equal(nodes.count, NODES_PER_ADDRESS + 1);
	assert_non_null(known(&nodes, 1));
	assert_non_null(known(&nodes, 99));
	assert_non_null(known(&nodes, 100));
	assert_null(known(&nodes, 101));
	for (unsigned int i = 0; i < 2 * NODES_PER_ADDRESS; i++)
		send_one(&nodes, 10000 + i, 1, 1, ADDRESS);
	assert_null(known(&nodes, 100));
	assert_false(is_kept(directory, 100, ".timeline"));
	assert_true(is_kept(directory, 1, ".timeline"));
	nodes_free(&nodes);
}

static void node_that_moves_counts_at_its_new_address(void **state)
{
	struct nodes nodes;

	(void)state;
	nodes_init(&nodes, NULL);
	for (unsigned int i = 0; i < NODES_PER_ADDRESS; i++)
		send_one(&nodes, i, 1, 1, ADDRESS);
	send_one(&nodes, 5000, 1, 1, "10.0.0.6");
	send_one(&nodes, 5000, 1, 2, ADDRESS);
	assert_int_equal(nodes.count, NODES_PER_ADDRESS);
	assert_null(known(&nodes, 0));
	for (unsigned int i = 1; i < NODES_PER_ADDRESS; i++)
		send_one(&nodes, i, 1, 2, "10.0.0.6");
	assert_int_equal(nodes.count, NODES_PER_ADDRESS);
	nodes_free(&nodes);
}

/* A hundred thousand real nodes, and somebody who makes up more than there is room for. */
static void made_up_nodes_make_room_for_each_other(void **state)
{
	const unsigned int real = 100000, made_up = NODES_MAX;
	struct nodes nodes;
	char address[32];

	(void)state;
	nodes_init(&nodes, NULL);
	for (uint32_t sequence = 1; sequence <= 2; sequence++)
		for (unsigned int i = 0; i < real; i++)
			send_one(&nodes, i, 1, sequence, crowd_address(i, address));
	for (unsigned int i = real; i < real + made_up; i++)
		send_one(&nodes, i, 1, 1, crowd_address(i, address));
	assert_int_equal(nodes.count, NODES_MAX);
	for (unsigned int i = 0; i < real; i++)
		assert_non_null(known(&nodes, i));
	assert_null(known(&nodes, real));
	assert_non_null(known(&nodes, real + made_up - 1));
	nodes_free(&nodes);
}

static void most_silent_goes_when_all_are_proven(void **state)
{
	struct nodes nodes;
	char address[32];

	(void)state;
	nodes_init(&nodes, NULL);
	for (uint32_t sequence = 1; sequence <= 2; sequence++)
		for (unsigned int i = 0; i < NODES_MAX; i++)
			send_one(&nodes, i, 1, sequence, crowd_address(i, address));
	send_one(&nodes, NODES_MAX, 1, 1, ADDRESS);
	assert_int_equal(nodes.count, NODES_MAX);
	assert_null(known(&nodes, 0));
	assert_non_null(known(&nodes, 1));
	assert_non_null(known(&nodes, NODES_MAX));
	nodes_free(&nodes);
}

static void set_age(const char *directory, unsigned int number, time_t when)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.timeline", directory, sample(number, 0, 0).mac);
	assert_int_equal(utime(path, &(struct utimbuf){ when, when }), 0);
}

static void kept_nodes_come_back_in_order_of_their_silence(void **state)
{
	const char *directory = *state;
	unsigned int skipped;
	struct nodes nodes;
	struct fault fault;

	nodes_init(&nodes, directory);
	for (unsigned int i = 0; i < 10; i++) {
		send_one(&nodes, i, 1, 1, ADDRESS);
		send_one(&nodes, i, 2, 1, ADDRESS);
		send_one(&nodes, i, 3, 1, ADDRESS);
		set_age(directory, i, NOW + i * 7 % 10);
	}
	nodes_free(&nodes);
	nodes_init(&nodes, directory);
	assert_int_equal(nodes_load(&nodes, &skipped, &fault), 0);
	assert_int_equal(skipped, 0);
	assert_int_equal(nodes.count, 10);
	assert_string_equal(TAILQ_FIRST(&nodes.proven)->timeline.mac, sample(0, 0, 0).mac);
	assert_string_equal(TAILQ_NEXT(TAILQ_FIRST(&nodes.proven), by_silence)->timeline.mac,
			    sample(3, 0, 0).mac);
	/* The boot before is still known, and the address is not. */
	assert_int_equal(send_one(&nodes, 4, 2, 9, ADDRESS), NODES_STALE);
	assert_null(known(&nodes, 4)->source);
	assert_int_equal(send_one(&nodes, 4, 3, 2, ADDRESS), NODES_PROGRESS);
	assert_non_null(known(&nodes, 4)->source);
	nodes_free(&nodes);
}

static void files_of_another_content_are_passed_over(void **state)
{
	const char *directory = *state;
	char path[256];
	unsigned int skipped;
	struct nodes nodes;
	struct fault fault;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.timeline", directory, sample(1, 0, 0).mac);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("wireroot-timeline 1\n", file);
	fclose(file);
	nodes_init(&nodes, directory);
	assert_int_equal(nodes_load(&nodes, &skipped, &fault), 0);
	assert_int_equal(skipped, 1);
	assert_int_equal(nodes.count, 0);
	nodes_free(&nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news_are_told_from_repetitions),
		cmocka_unit_test(fault_and_hand_over_are_news),
		cmocka_unit_test(unusable_identities_are_refused),
		cmocka_unit_test(node_is_found_in_any_case_of_letters),
		cmocka_unit_test(walk_is_in_order_of_addresses),
		cmocka_unit_test_setup_teardown(single_datagram_leaves_no_file, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(address_makes_room_by_its_own_nodes_only,
						make_directory, remove_directory),
		cmocka_unit_test(node_that_moves_counts_at_its_new_address),
		cmocka_unit_test(made_up_nodes_make_room_for_each_other),
		cmocka_unit_test(most_silent_goes_when_all_are_proven),
		cmocka_unit_test_setup_teardown(kept_nodes_come_back_in_order_of_their_silence,
						make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(files_of_another_content_are_passed_over,
						make_directory, remove_directory),
	};

	return cmocka_run_group_tests_name("nodes", tests, NULL, NULL);
}
