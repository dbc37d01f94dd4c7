/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/access.c userspace/wirerootd/gate.c userspace/wirerootd/recent.c */
/* links: userspace/wirerootd/index.c userspace/wirerootd/listen.c userspace/lib/fs.c */
/* links: userspace/lib/log.c initramfs/value.c initramfs/fault.c */
/* Who may have a node's segment, and when. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "userspace/lib/fs.h"
#include "userspace/wirerootd/gate.h"

#define NODE	 "node/52:54:00:00:00:0a"
#define INDEX	 "52:54:00:00:00:0a n1 10.0.0.10 ipxe\n52:54:00:00:00:0b n2 - grub\n"
#define START_S	 1000000
#define MINUTE_S 60

static const uint8_t mac_n1[6] = { 0x52, 0x54, 0, 0, 0, 0xa };

struct fixture {
	struct served served;
	struct access access;
	struct discovery discovery;
	struct gate gate;
	struct log log;
	char directory[32];
};

/* 10.0.0.20 is the machine with n2's MAC address; of others nothing is known. */
static int neighbour(uint32_t address, uint8_t mac[static 6])
{
	if (address != 0x0a000014)
		return -ENOENT;
	memcpy(mac, mac_n1, 6);
	mac[5] = 0xb;
	return 0;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct fault fault;

	strcpy(fixture->directory, "/tmp/access-test.XXXXXX");
	if (!mkdtemp(fixture->directory) ||
	    index_parse(INDEX, strlen(INDEX), "nodes", &fixture->served.index, &fault))
		return -1;
	strcpy(fixture->served.generation, "17");
	access_init(&fixture->access, fixture->directory, START_S);
	fixture->log = (struct log){ .program = "test" };
	fixture->gate = (struct gate){ .served = &fixture->served,
				       .access = &fixture->access,
				       .discovery = &fixture->discovery,
				       .log = &fixture->log,
				       .neighbour = neighbour };
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct fault fault;

	access_free(&fixture->access);
	index_free(&fixture->served.index);
	fs_remove_tree(fixture->directory, &fault);
	free(fixture);
	return 0;
}

static struct gate_answer judge(struct fixture *fixture, const char *path, const char *peer,
				time_t now)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(peer) };
	struct gate_request request = {
		.path = path, .is_get = true, .peer = (struct sockaddr *)&address, .now = now
	};
	struct gate_answer answer;

	gate_judge(&fixture->gate, &request, &answer);
	return answer;
}

#define GRANTED(path, peer, now) (judge(*state, path, peer, now).is_own)
#define REFUSED(path, peer, now) (judge(*state, path, peer, now).refused)

static void segment_is_the_booting_nodes_own(void **state)
{
	assert_true(REFUSED(NODE ".img", "10.0.0.10", START_S));
	assert_false(REFUSED(NODE ".ipxe", "10.0.0.10", START_S));
	assert_true(GRANTED(NODE ".img", "10.0.0.10", START_S + 1));
	assert_true(REFUSED(NODE ".img", "10.0.0.11", START_S + 1));
	assert_true(REFUSED(NODE ".img", "10.0.0.20", START_S + 1));
	assert_true(GRANTED(NODE ".img", "10.0.0.10", START_S + 14 * MINUTE_S));
	assert_true(REFUSED(NODE ".img", "10.0.0.10", START_S + 15 * MINUTE_S));
	assert_true(REFUSED(NODE ".img", "10.0.0.10", START_S - 1));
}

static void script_fetched_by_another_begins_no_boot(void **state)
{
	struct fixture *fixture = *state;

	assert_false(REFUSED(NODE ".ipxe", "10.0.0.11", START_S));
	assert_null(access_find(&fixture->access, mac_n1));
	assert_true(REFUSED(NODE ".img", "10.0.0.10", START_S + 1));
	assert_true(REFUSED(NODE ".img", "10.0.0.11", START_S + 1));
}

static void neighbour_with_the_nodes_mac_is_the_node(void **state)
{
	assert_false(REFUSED("node/52:54:00:00:00:0b.ipxe", "10.0.0.20", START_S));
	assert_true(GRANTED("node/52:54:00:00:00:0b.img", "10.0.0.20", START_S + 1));
	assert_true(REFUSED("node/52:54:00:00:00:0b.img", "10.0.0.21", START_S + 1));
}

static void hand_over(struct fixture *fixture, const uint8_t mac[static 6], const char *peer,
		      time_t now)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(peer) };

	gate_hand_over(&fixture->gate, mac, (struct sockaddr *)&address, now);
}

static void hand_over_from_the_node_ends_the_boot(void **state)
{
	struct fixture *fixture = *state;

	judge(fixture, NODE ".ipxe", "10.0.0.10", START_S);
	hand_over(fixture, mac_n1, "10.0.0.11", START_S + 2);
	hand_over(fixture, mac_n1, "10.0.0.20", START_S + 2);
	assert_true(GRANTED(NODE ".img", "10.0.0.10", START_S + 3));
	hand_over(fixture, mac_n1, "10.0.0.10", START_S + 4);
	assert_true(REFUSED(NODE ".img", "10.0.0.10", START_S + 5));
	judge(fixture, NODE ".ipxe", "10.0.0.10", START_S + 6);
	assert_true(GRANTED(NODE ".img", "10.0.0.10", START_S + 7));
}

/* iPXE and the kernel may have leases of their own. 10.0.0.20 is n2 by its MAC address. */
static void first_sign(struct fixture *fixture, const uint8_t mac[static 6], const char *peer,
		       time_t now)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	inet_pton(AF_INET, peer, &address.sin_addr);
	gate_first_sign(&fixture->gate, mac, (struct sockaddr *)&address, now);
}

static void first_sign_begins_the_boot_of_who_fetches_no_script(void **state)
{
	struct fixture *fixture = *state;
	const uint8_t mac_n2[6] = { 0x52, 0x54, 0, 0, 0, 0xb };

	first_sign(fixture, mac_n1, "10.0.0.10", START_S);
	assert_null(access_find(&fixture->access, mac_n1));
	first_sign(fixture, mac_n2, "10.0.0.30", START_S);
	assert_null(access_find(&fixture->access, mac_n2));
	first_sign(fixture, mac_n2, "10.0.0.20", START_S);
	assert_string_equal(access_find(&fixture->access, mac_n2)->generation, "17");
}

static void hand_over_may_come_from_another_address_of_the_node(void **state)
{
	static const uint8_t mac_n2[6] = { 0x52, 0x54, 0, 0, 0, 0xb };
	struct fixture *fixture = *state;
	struct fault fault;

	assert_int_equal(access_begin(&fixture->access, mac_n2, "10.0.0.77", "17", START_S, &fault),
			 0);
	hand_over(fixture, mac_n2, "10.0.0.21", START_S + 1);
	assert_true(access_is_open(access_find(&fixture->access, mac_n2), START_S + 2));
	hand_over(fixture, mac_n2, "10.0.0.20", START_S + 2);
	assert_false(access_is_open(access_find(&fixture->access, mac_n2), START_S + 3));
}

static void other_spellings_are_nobodys(void **state)
{
	static const char *const paths[] = { "node/52:54:00:00:00:0A.img",
					     "node/52-54-00-00-00-0a.img", "node/52540000000a.img",
					     "nodes/52:54:00:00:00:0a.img", "base/x.img" };

	judge(*state, NODE ".ipxe", "10.0.0.10", START_S);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_false(GRANTED(paths[i], "10.0.0.10", START_S + 1));
}

static void unknown_machine_is_sent_to_discovery_in_a_window(void **state)
{
	static const char unknown[] = "node/52:54:00:00:00:0c.ipxe";
	struct fixture *fixture = *state;

	assert_string_equal(judge(fixture, unknown, "10.0.0.30", START_S).path, unknown);
	fixture->discovery.is_open = true;
	fixture->discovery.until = START_S + 60;
	assert_string_equal(judge(fixture, unknown, "10.0.0.30", START_S).path, "discover.ipxe");
	assert_string_equal(judge(fixture, NODE ".ipxe", "10.0.0.30", START_S).path, NODE ".ipxe");
	assert_string_equal(judge(fixture, "node/x.ipxe", "10.0.0.30", START_S).path,
			    "node/x.ipxe");
	assert_string_equal(judge(fixture, unknown, "10.0.0.30", START_S + 60).path, unknown);
}

static void boots_outlive_a_restart(void **state)
{
	struct fixture *fixture = *state;
	const struct boot *boot;
	struct fault fault;

	judge(fixture, NODE ".ipxe", "10.0.0.10", START_S);
	access_free(&fixture->access);
	assert_int_equal(access_load(&fixture->access, &fixture->served.index, START_S + 5, &fault),
			 0);
	boot = access_find(&fixture->access, mac_n1);
	assert_string_equal(boot->generation, "17");
	assert_string_equal(boot->peer, "10.0.0.10");
	assert_true(GRANTED(NODE ".img", "10.0.0.10", START_S + 6));
}

static void old_boots_of_removed_nodes_are_forgotten(void **state)
{
	struct fixture *fixture = *state;
	const struct node_index nobody = { 0 };
	char path[80];
	struct fault fault;

	judge(fixture, NODE ".ipxe", "10.0.0.10", START_S);
	snprintf(path, sizeof(path), "%s/52:54:00:00:00:0a.boot", fixture->directory);
	access_free(&fixture->access);
	assert_int_equal(access_load(&fixture->access, &nobody, START_S + 3600, &fault), 0);
	assert_non_null(access_find(&fixture->access, mac_n1));
	access_free(&fixture->access);
	assert_int_equal(access_load(&fixture->access, &nobody, START_S + 40 * 86400, &fault), 0);
	assert_null(access_find(&fixture->access, mac_n1));
	assert_int_equal(access(path, F_OK), -1);
}

static void damaged_files_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"generation 1\n",
		"generation 1\naddress 10.0.0.1\nfetched 1\nended x\n",
		"generation 1\naddress 10.0.0.1\nfetched -1\nended 0\n",
		"generation 1\naddress 10.0.0.1\nfetched 1\nended 0\nmore\n",
		"generation 1\naddress 10.0.0.1\nfetched 99999999999999999999\nended 0\n",
	};
	struct boot boot;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(access_parse(texts[i], strlen(texts[i]), &boot), -EINVAL);
}

static void refusals_are_told_once_a_minute(void **state)
{
	struct recent recent = { 0 };
	char address[ADDRESS_TEXT_BYTES];

	(void)state;
	assert_true(recent_allow(&recent, "10.0.0.1", START_S, 60, 1));
	assert_false(recent_allow(&recent, "10.0.0.1", START_S + 59, 60, 1));
	assert_true(recent_allow(&recent, "10.0.0.2", START_S + 59, 60, 1));
	assert_true(recent_allow(&recent, "10.0.0.1", START_S + 60, 60, 1));
	/* A flood of addresses throws the oldest out, not the newest. */
	for (unsigned int i = 0; i < RECENT_ADDRESSES - 1; i++) {
		snprintf(address, sizeof(address), "10.1.%u.%u", i / 256, i % 256);
		assert_true(recent_allow(&recent, address, START_S + 61, 60, 1));
	}
	assert_false(recent_allow(&recent, "10.0.0.1", START_S + 62, 60, 1));
}

/* What was kept is read again; what cannot be read, or is of the future, says that notes were lost.
 */
static void since_when_boots_are_known_outlives_restarts(void **state)
{
	static const struct {
		const char *kept;
		time_t since;
	} rows[] = {
		{ NULL, START_S + 100 },
		{ "since 1000007\n", START_S + 7 },
		{ "since 9000000\n", START_S + 100 },
		{ "sincerely\n", START_S + 100 },
		{ "", START_S + 100 },
	};
	struct fixture *fixture = *state;
	struct access *boots = &fixture->access;
	struct fault fault;
	char path[64];

	snprintf(path, sizeof(path), "%s/since", fixture->directory);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *kept = rows[i].kept;

		unlink(path);
		if (kept)
			assert_int_equal(fs_write_file(path, kept, strlen(kept), 0644, &fault), 0);
		for (unsigned int restart = 0; restart < 2; restart++) {
			access_free(boots);
			access_init(boots, fixture->directory, START_S + 100 + restart);
			assert_int_equal(
				access_load(boots, &fixture->served.index, START_S + 100, &fault),
				0);
			assert_int_equal(boots->since, rows[i].since);
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(segment_is_the_booting_nodes_own),
		TEST(script_fetched_by_another_begins_no_boot),
		TEST(neighbour_with_the_nodes_mac_is_the_node),
		TEST(hand_over_from_the_node_ends_the_boot),
		TEST(first_sign_begins_the_boot_of_who_fetches_no_script),
		TEST(hand_over_may_come_from_another_address_of_the_node),
		TEST(other_spellings_are_nobodys),
		TEST(unknown_machine_is_sent_to_discovery_in_a_window),
		TEST(boots_outlive_a_restart),
		TEST(since_when_boots_are_known_outlives_restarts),
		TEST(old_boots_of_removed_nodes_are_forgotten),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(refusals_are_told_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
