// SPDX-License-Identifier: GPL-2.0-only
/* What a lab remembers of its network. */
/* links: tools/lab/network.c tools/lab/bridge.c */
/* links: userspace/lib/fs.c userspace/lib/spawn.c userspace/lib/text.c initramfs/fault.c */
/* libraries: jansson */
#include "tools/lab/network.h"

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

#define FILE_NAME LAB_RUN_DIR "/network.json"

static int enter_new_directory(void **state)
{
	char *directory = strdup("/tmp/network.XXXXXX");
	struct fault fault;

	*state = directory;
	return !mkdtemp(directory) || chdir(directory) || fs_make_dirs(LAB_RUN_DIR, 0755, &fault);
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

static void what_is_written_is_read(void **state)
{
	struct lab_network written = { .bridge = "eno1.5",
				       .address = "192.168.7.1",
				       .prefix = 26,
				       .more = { "10.1.0.1", "192.168.7.2" },
				       .more_count = 2,
				       .http_port = 8080,
				       .domain = "demo.example",
				       .boots = true,
				       .has_disks = true,
				       .cluster = "/srv/a \"strange\" name.yaml",
				       .state = "/srv/state",
				       .server = "boot1" };
	struct lab_network read;
	struct fault fault = { 0 };

	assert_int_equal(lab_network_write(&written, *state, &fault), 0);
	assert_int_equal(lab_network_read(&read, ".", &fault), 0);
	assert_string_equal(read.bridge, written.bridge);
	assert_string_equal(read.address, written.address);
	assert_int_equal(read.prefix, 26);
	assert_int_equal(read.more_count, 2);
	assert_string_equal(read.more[0], "10.1.0.1");
	assert_string_equal(read.more[1], "192.168.7.2");
	assert_int_equal(read.http_port, 8080);
	assert_string_equal(read.domain, written.domain);
	assert_true(read.boots);
	assert_false(read.exports);
	assert_true(read.has_disks);
	assert_string_equal(read.cluster, written.cluster);
	assert_string_equal(read.state, written.state);
	assert_string_equal(read.server, written.server);
	assert_true(lab_network_has_cluster(&read));
}

static void lab_without_a_cluster_has_none(void **state)
{
	struct lab_network network = lab_network_default();
	struct fault fault = { 0 };

	assert_int_equal(lab_network_write(&network, *state, &fault), 0);
	assert_int_equal(lab_network_read(&network, ".", &fault), 0);
	assert_false(lab_network_has_cluster(&network));
	assert_string_equal(network.address, LAB_ADDRESS);
	assert_true(network.boots && network.exports);
}

static void file_that_was_spoilt_is_refused(void **state)
{
	static const struct {
		const char *old, *new; /* of the same length */
	} cases[] = {
		{ "10.87.0.1", "10.87.0.x" }, { "24", "99" },
		{ "8017", "-017" },	      { "\"lab\"", "\"9ab\"" },
		{ "\"state\"", "\"fate_\"" }, { "\"more\"", "\"less\"" },
		{ "10.1.0.1", "10.1.0.x" },   { "{", "[" },
	};
	const struct lab_network good = { .bridge = "lab",
					  .address = "10.87.0.1",
					  .prefix = 24,
					  .more = { "10.1.0.1" },
					  .more_count = 1,
					  .http_port = 8017 };
	struct lab_network network;
	struct fault fault = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length;
		char *text, *place;

		assert_int_equal(lab_network_write(&good, *state, &fault), 0);
		assert_int_equal(fs_read_file(FILE_NAME, 65536, &text, &length, &fault), 0);
		place = strstr(text, cases[i].old);
		assert_non_null(place);
		memcpy(place, cases[i].new, strlen(cases[i].new));
		assert_int_equal(fs_write_file(FILE_NAME, text, length, 0644, &fault), 0);
		free(text);
		if (lab_network_read(&network, ".", &fault) != -EINVAL)
			fail_msg("\"%s\" was taken", cases[i].new);
	}
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, enter_new_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(what_is_written_is_read),
		PLACED(lab_without_a_cluster_has_none),
		PLACED(file_that_was_spoilt_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
