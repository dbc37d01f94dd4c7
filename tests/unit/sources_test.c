// SPDX-License-Identifier: GPL-2.0-only
/* The memory of what files outside the store held. */
/* links: tools/generation/sources.c tools/generation/manifest.c userspace/lib/fs.c */
/* links: userspace/lib/text.c initramfs/fault.c */
/* libraries: libsodium */
#include "tools/generation/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/lib/fs.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void lines_that_do_not_fit_are_left_out(void **state)
{
	static const char text[] = "1 2 3 4 5 " HEX " /b c\n"
				   "1 2 3 4 5 " HEX " relative\n"
				   "1 2 3 4 5 " HEX "\n"
				   "1 2 3 4 " HEX " /x\n"
				   "\n"
				   "1 2 3 -4 5 " HEX " /a\n"
				   "1 2 3 4 5 " HEX " /no-line-end";
	struct sources sources = { 0 };

	(void)state;
	assert_true(sources_parse(&sources, text, sizeof(text) - 1));
	assert_int_equal(sources.known_count, 2);
	assert_string_equal(sources.known[0].path, "/a");
	assert_string_equal(sources.known[1].path, "/b c");
	assert_int_equal(sources.known[0].changed_ns, -4);
	sources_free(&sources);
}

/* A memory that says of @path what is not so: HEX. */
static void remember_wrong(struct sources *sources, const char *path)
{
	struct stat status;
	char line[512];

	assert_int_equal(stat(path, &status), 0);
	snprintf(line, sizeof(line), "%lu %lu %lu %ld%09ld %ld%09ld " HEX " %s\n",
		 (unsigned long)status.st_dev, (unsigned long)status.st_ino,
		 (unsigned long)status.st_size, (long)status.st_ctim.tv_sec,
		 (long)status.st_ctim.tv_nsec, (long)status.st_mtim.tv_sec,
		 (long)status.st_mtim.tv_nsec, path);
	assert_true(sources_parse(sources, line, strlen(line)));
}

static void file_is_read_again_only_when_it_has_changed(void **state)
{
	char path[] = "/tmp/sources.XXXXXX";
	struct sources sources = { 0 };
	uint8_t hash[MANIFEST_HASH_BYTES], wrong[MANIFEST_HASH_BYTES];
	struct fault fault;
	uint64_t size;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(fs_write_file(path, "abc", 3, 0644, &fault), 0);
	assert_true(manifest_unhex(HEX, wrong));
	remember_wrong(&sources, path);
	assert_int_equal(sources_hash(&sources, path, &size, hash, &fault), 0);
	assert_memory_equal(hash, wrong, sizeof(hash));
	assert_int_equal(fs_write_file(path, "abd", 3, 0644, &fault), 0);
	assert_int_equal(sources_hash(&sources, path, &size, hash, &fault), 0);
	assert_int_equal(hash[0], 0xa5); /* sha256sum of "abd" */
	assert_int_equal(size, 3);
	/* Written to just now: its times may not tell of the next change. */
	assert_false(sources.changed);
	sources_free(&sources);
	unlink(path);
}

static void directories_and_devices_are_no_sources(void **state)
{
	struct sources sources = { 0 };
	uint8_t hash[MANIFEST_HASH_BYTES];
	struct fault fault;
	uint64_t size;

	(void)state;
	assert_int_equal(sources_hash(&sources, "/tmp", &size, hash, &fault), -EISDIR);
	assert_int_equal(sources_hash(&sources, "/dev/null", &size, hash, &fault), -EINVAL);
	assert_int_equal(sources_hash(&sources, "/not/there", &size, hash, &fault), -ENOENT);
	sources_free(&sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_do_not_fit_are_left_out),
		cmocka_unit_test(file_is_read_again_only_when_it_has_changed),
		cmocka_unit_test(directories_and_devices_are_no_sources),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
