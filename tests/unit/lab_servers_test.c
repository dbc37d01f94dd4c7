// SPDX-License-Identifier: GPL-2.0-only
/* The configuration files of a lab's servers. */
/* links: tools/lab/user_lines.c tools/lab/dnsmasq.c tools/lab/ganesha.c tools/lab/network.c */
/* links: tools/lab/bridge.c userspace/lib/spawn.c */
/* libraries: jansson */
/* links: userspace/lib/fs.c userspace/lib/text.c initramfs/fault.c */
#include "tools/lab/dnsmasq.h"
#include "tools/lab/ganesha.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/layout.h"
#include "userspace/lib/fs.h"

static int enter_new_directory(void **state)
{
	char *directory = strdup("/tmp/servers.XXXXXX");
	struct fault fault;

	*state = directory;
	return !mkdtemp(directory) || chdir(directory) || fs_make_dirs(LAB_HOSTS_DIR, 0755, &fault);
}

static int remove_directory(void **state)
{
	struct fault fault;

	if (chdir("/"))
		return -1;
	fs_remove_tree(*state, &fault);
	free(*state);
	return 0;
}

/* The configuration for @options, for the caller to free. */
static char *ganesha_text(const char *directory, struct server_options options)
{
	struct fault fault = { 0 };
	size_t length;
	char *text;

	options.directory = directory;
	assert_int_equal(ganesha_write(&options, &fault), 0);
	assert_int_equal(fs_read_file(LAB_GANESHA_CONF, 1 << 20, &text, &length, &fault), 0);
	return text;
}

static void only_wanted_versions_are_spoken(void **state)
{
	static const struct {
		struct nfs_versions nfs;
		const char *protocols, *minors; /* minors NULL: no NFSv4 section */
	} cases[] = {
		{ { .v3 = true, .v4 = { true, true, true } }, "= 3, 4;", "= 0, 1, 2;" },
		{ { .v3 = true }, "= 3;", NULL },
		{ { .v4 = { true } }, "= 4;", "= 0;" },
		{ { .v4 = { false, false, true } }, "= 4;", "= 2;" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = ganesha_text(*state, (struct server_options){ .nfs = cases[i].nfs });
		char *protocols = strstr(text, "Protocols "), *minors = strstr(text, "Minor_");

		assert_non_null(protocols);
		assert_memory_equal(protocols + strlen("Protocols "), cases[i].protocols,
				    strlen(cases[i].protocols));
		if (cases[i].minors)
			assert_non_null(strstr(minors, cases[i].minors));
		else
			assert_null(minors);
		free(text);
	}
}

static void refused_export_has_a_client_that_is_nobody(void **state)
{
	struct server_options options = { .nfs = { .v3 = true }, .export_count = 1 };
	char *text;

	options.exports[0] = (struct lab_export){ .name = "/srv/no", .directory = "/tmp" };
	text = ganesha_text(*state, options);
	assert_non_null(strstr(text, "Access_Type = RW;"));
	assert_null(strstr(text, "CLIENT"));
	free(text);
	options.exports[0].refused = true;
	text = ganesha_text(*state, options);
	assert_non_null(strstr(text, "\tAccess_Type = NONE;"));
	assert_non_null(strstr(text, "CLIENT { Clients = 192.0.2.1;"));
	free(text);
}

static void read_only_and_squashed_exports_are_so(void **state)
{
	struct server_options options = { .nfs = { .v3 = true }, .export_count = 1 };
	char *text;

	options.exports[0] = (struct lab_export){
		.name = "/srv/ro", .directory = "/tmp", .read_only = true, .squash = true
	};
	text = ganesha_text(*state, options);
	assert_non_null(strstr(text, "Access_Type = RO;"));
	assert_non_null(strstr(text, "Squash = Root_Squash;"));
	free(text);
}

static void own_lines_come_last(void **state)
{
	struct server_options options = { .nfs = { .v3 = true }, .ganesha_file = "mine" };
	struct fault fault = { 0 };
	char *text;

	assert_int_equal(fs_write_file("mine", "MINE {}", 7, 0644, &fault), 0);
	text = ganesha_text(*state, options);
	assert_string_equal(text + strlen(text) - 8, "MINE {}\n");
	free(text);
	options.ganesha_file = "not there";
	options.directory = *state;
	assert_int_equal(ganesha_write(&options, &fault), -ENOENT);
}

static void node_gets_one_name_for_all_of_its_macs(void **state)
{
	static const char *const macs[] = { "52:54:00:87:00:01", "52:54:00:87:00:02" };
	struct fault fault = { 0 };
	size_t length;
	char *text;

	(void)state;
	assert_int_equal(dnsmasq_add_node("n01", macs, 2, &fault), 0);
	assert_int_equal(fs_read_file(LAB_HOSTS_DIR "/n01", 4096, &text, &length, &fault), 0);
	assert_string_equal(text, "52:54:00:87:00:01,52:54:00:87:00:02,n01\n");
	free(text);
}

static void mac_of_another_node_is_refused(void **state)
{
	static const char *const first[] = { "52:54:00:87:ab:01" };
	static const char *const second[] = { "52:54:00:87:00:02", "52:54:00:87:AB:01" };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(dnsmasq_add_node("n01", first, 1, &fault), 0);
	assert_int_equal(dnsmasq_add_node("n02", second, 2, &fault), -EEXIST);
	assert_non_null(strstr(fault.hint, "n01"));
	/* Its own it may have as often as it is powered on. */
	assert_int_equal(dnsmasq_add_node("n01", first, 1, &fault), 0);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, enter_new_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(only_wanted_versions_are_spoken),
		PLACED(refused_export_has_a_client_that_is_nobody),
		PLACED(read_only_and_squashed_exports_are_so),
		PLACED(own_lines_come_last),
		PLACED(node_gets_one_name_for_all_of_its_macs),
		PLACED(mac_of_another_node_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
