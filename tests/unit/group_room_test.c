// SPDX-License-Identifier: GPL-2.0-only
/* Tests of room under the limits of control groups, on folders with the kernel's files. */
/* links: userspace/memory/borrow/group_room.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "userspace/memory/borrow/group_room.h"

#define MIB (1ull << 20)

static char root[] = "/tmp/group_room_test.XXXXXX";

static void write_file(const char *group, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s/%s", root, group, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_mib(const char *group, const char *name, unsigned int mib)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu\n", mib * MIB);
	write_file(group, name, text);
}

/* @max of 0: it has no limit. */
static void make_group(const char *group, unsigned int max, unsigned int current, unsigned int swap)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", root, group);
	mkdir(path, 0700);
	write_mib(group, "memory.current", current);
	write_mib(group, "memory.swap.current", swap);
	if (max)
		write_mib(group, "memory.max", max);
	else
		write_file(group, "memory.max", "max\n");
	write_file(group, "memory.stat", "anon 1\nfile 99999999\ninactive_anon 5\nactive_anon 6\n");
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* Of @used MiB on the device, when there are @other on others. */
static uint64_t excess_mib(unsigned int used, unsigned int other, const struct group_share *shares,
			   size_t count)
{
	const struct group_use use = { used * MIB, other * MIB, shares, count };

	return group_room_excess(root, &use).bytes / MIB;
}

static void groups_without_a_limit_have_room(void **state)
{
	const struct group_use use = { MIB, 0, NULL, 0 };

	(void)state;
	assert_int_equal(excess_mib(500, 0, NULL, 0), 0);
	make_group("/a", 0, 100, 400);
	assert_int_equal(excess_mib(500, 0, NULL, 0), 0);
	assert_int_equal(group_room_excess("/nowhere", &use).bytes, 0);
}

static void limits_leave_room_or_not(void **state)
{
	(void)state;
	/* 6 of 96 stay free. */
	make_group("/a", 96, 50, 60);
	assert_int_equal(excess_mib(40, 20, NULL, 0), 0);
	assert_int_equal(excess_mib(50, 10, NULL, 0), 10);
	/* It has 60 in swap, and no more. */
	assert_int_equal(excess_mib(500, 0, NULL, 0), 20);
	/* The page cache makes room. */
	write_file("/a", "memory.stat", "inactive_file 8388608\nactive_file 2097152\n");
	assert_int_equal(excess_mib(500, 0, NULL, 0), 10);
	/* What is in memory, too, does not come back. */
	write_file("/a", "memory.stat", "inactive_file 0\nswapcached 15728640\n");
	assert_int_equal(excess_mib(500, 0, NULL, 0), 5);
	write_file("/a", "memory.stat", "swapcached 62914560\n");
	assert_int_equal(excess_mib(500, 0, NULL, 0), 0);
	/* More is taken than there may be. */
	make_group("/a", 96, 200, 60);
	assert_int_equal(excess_mib(500, 0, NULL, 0), 60);
	/* Of a large limit, 32 stay free. */
	make_group("/a", 4096, 4000, 100);
	assert_int_equal(excess_mib(500, 0, NULL, 0), 36);
}

static void what_is_too_much_is_summed_up(void **state)
{
	const struct group_use use = { 100 * MIB, 0, NULL, 0 };
	struct group_excess excess;

	(void)state;
	make_group("/a", 0, 96, 100);
	make_group("/a/one", 32, 30, 40);
	make_group("/a/two", 64, 60, 60);
	make_group("/idle", 16, 16, 0);
	excess = group_room_excess(root, &use);
	assert_int_equal(excess.bytes / MIB, 100);
	assert_string_equal(excess.path, "/a/two");
	assert_int_equal(excess.path_bytes / MIB, 60);
	assert_int_equal(excess.stuck_bytes, 0);
	/* What is too much for the parent holds the children's. */
	make_group("/a", 96, 96, 100);
	assert_int_equal(excess_mib(100, 0, NULL, 0), 100);
	/* There is no more of it than is on the device, whoever has it. */
	assert_int_equal(excess_mib(50, 50, NULL, 0), 50);
}

static void limits_of_swap_keep_it_from_other_swap(void **state)
{
	const struct group_use use = { 100 * MIB, 0, NULL, 0 };
	struct group_excess excess;

	(void)state;
	make_group("/a", 0, 96, 100);
	make_group("/a/one", 32, 32, 40);
	make_group("/a/two", 64, 64, 60);
	write_mib("/a/one", "memory.swap.max", 80);
	assert_int_equal(group_room_excess(root, &use).stuck_bytes, 0);
	write_mib("/a/one", "memory.swap.max", 50);
	excess = group_room_excess(root, &use);
	assert_int_equal(excess.stuck_bytes / MIB, 30);
	assert_string_equal(excess.path, "/a/one");
	write_mib("/a/one", "memory.swap.max", 80);
	write_mib("/a", "memory.swap.max", 0);
	excess = group_room_excess(root, &use);
	assert_int_equal(excess.stuck_bytes / MIB, 100);
	assert_string_equal(excess.path, "/a");
}

static void shares_tell_whose_it_is(void **state)
{
	struct group_share shares[] = { { "/a/one", 10 * MIB }, { "/ab", 30 * MIB } };

	(void)state;
	make_group("/a", 0, 60, 60);
	make_group("/a/one", 32, 32, 60);
	assert_int_equal(excess_mib(40, 200, NULL, 0), 40);
	assert_int_equal(excess_mib(40, 200, shares, 2), 10);
	/* Of 45, nobody knows whose 5 are. */
	assert_int_equal(excess_mib(45, 200, shares, 2), 15);
	/* Pages that several have are counted for each: then it may be anybody's. */
	assert_int_equal(excess_mib(35, 200, shares, 2), 35);
	/* Whoever has left a group has left what was swapped out there: it is on no other device.
	 */
	assert_int_equal(excess_mib(60, 20, shares, 2), 40);
	assert_int_equal(excess_mib(60, 0, shares, 2), 60);
}

static void path_of_a_process_is_found(void **state)
{
	char path[GROUP_PATH_BYTES], text[GROUP_PATH_BYTES + 16];

	(void)state;
	assert_true(group_room_path("0::/system.slice/a.service\n", path));
	assert_string_equal(path, "/system.slice/a.service");
	assert_true(group_room_path("1:name=systemd:/x\n0::/y", path));
	assert_string_equal(path, "/y");
	assert_false(group_room_path("", path));
	assert_false(group_room_path("1:name=systemd:/x\n", path));
	memset(text, 'a', sizeof(text));
	memcpy(text, "0::/", 4);
	text[sizeof(text) - 1] = '\0';
	assert_false(group_room_path(text, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(groups_without_a_limit_have_room, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(limits_leave_room_or_not, make_root, remove_root),
		cmocka_unit_test_setup_teardown(what_is_too_much_is_summed_up, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(limits_of_swap_keep_it_from_other_swap, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(shares_tell_whose_it_is, make_root, remove_root),
		cmocka_unit_test(path_of_a_process_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
