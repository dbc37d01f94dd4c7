// SPDX-License-Identifier: GPL-2.0-only
/* Segments come from the cache when they are in it, and are what they would be without one. */
/* links: tools/initrd/segment_cache.c tools/initrd/compression.c */
/* links: userspace/lib/text.c userspace/lib/fs.c initramfs/fault.c */
/* libraries: libzstd liblzma zlib */
#include <dirent.h>
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

#include "tools/initrd/segment_cache.h"
#include "userspace/lib/fs.h"

#define KEPT	       16 /* as segment_cache.c says */
#define CONTENTS_BYTES 4096

static int make_directory(void **state)
{
	*state = strdup("/tmp/wireroot-cache.XXXXXX");
	return *state && mkdtemp(*state) ? 0 : -1;
}

static int remove_directory(void **state)
{
	struct fault fault;
	int error = fs_remove_tree(*state, &fault);

	free(*state);
	return error;
}

/*
 * Pack @contents and the zeros behind, so that there is something to be made smaller; true when it
 * came from the cache. The caller frees @packed.
 */
static bool pack(const char *directory, const char *contents, struct text *packed)
{
	char bytes[CONTENTS_BYTES] = { 0 };
	struct fault fault;
	bool cached;

	snprintf(bytes, sizeof(bytes), "%s", contents);
	assert_int_equal(segment_pack(directory, COMPRESSION_ZSTD, bytes, sizeof(bytes), packed,
				      &cached, &fault),
			 0);
	return cached;
}

static bool is_cached(const char *directory, const char *contents)
{
	struct text packed = { 0 };
	bool cached = pack(directory, contents, &packed);

	text_free(&packed);
	return cached;
}

/* The path of the only file in @directory, or how many there are in *@count. */
static char *any_file(const char *directory, size_t *count)
{
	DIR *open = opendir(directory);
	struct dirent *entry;
	char *path = NULL;

	*count = 0;
	while ((entry = readdir(open))) {
		if (entry->d_name[0] == '.')
			continue;
		free(path);
		path = fs_join(directory, entry->d_name);
		++*count;
	}
	closedir(open);
	return path;
}

static void second_time_it_comes_from_the_cache_with_the_same_bytes(void **state)
{
	struct text plain = { 0 }, first = { 0 }, second = { 0 };

	assert_false(pack(NULL, "contents", &plain));
	assert_false(pack(*state, "contents", &first));
	assert_true(pack(*state, "contents", &second));
	assert_int_equal(first.length, plain.length);
	assert_memory_equal(first.data, plain.data, plain.length);
	assert_int_equal(second.length, plain.length);
	assert_memory_equal(second.data, plain.data, plain.length);
	assert_false(is_cached(*state, "other contents"));
	text_free(&plain);
	text_free(&first);
	text_free(&second);
}

static void packed_bytes_are_added_behind_others(void **state)
{
	struct text packed = { 0 };

	text_add(&packed, "before");
	pack(*state, "contents", &packed);
	assert_memory_equal(packed.data, "before", 6);
	pack(*state, "contents", &packed);
	assert_memory_equal(packed.data, "before", 6);
	text_free(&packed);
}

/* Somebody else's bytes under the right name: not what was asked for, so packed anew. */
static void damaged_segment_is_made_anew(void **state)
{
	struct text other = { 0 };
	struct fault fault;
	size_t count;
	char *path;

	assert_false(is_cached(*state, "contents"));
	path = any_file(*state, &count);
	assert_int_equal(count, 1);
	assert_int_equal(fs_write_file(path, "rubbish", 7, 0644, &fault), 0);
	assert_false(is_cached(*state, "contents"));
	assert_true(is_cached(*state, "contents"));
	pack(NULL, "contentx", &other);
	assert_int_equal(fs_write_file(path, other.data, other.length, 0644, &fault), 0);
	assert_false(is_cached(*state, "contents"));
	text_free(&other);
	free(path);
}

static void cut_segment_is_made_anew(void **state)
{
	size_t count;
	char *path;

	assert_false(is_cached(*state, "contents"));
	path = any_file(*state, &count);
	assert_int_equal(truncate(path, 5), 0);
	assert_false(is_cached(*state, "contents"));
	free(path);
}

static void least_recently_used_one_goes(void **state)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char contents[32];
	size_t count;
	char *path;

	assert_false(is_cached(*state, "the oldest"));
	path = any_file(*state, &count);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	for (int i = 0; i < KEPT; i++) {
		snprintf(contents, sizeof(contents), "contents %d", i);
		assert_false(is_cached(*state, contents));
	}
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	free(any_file(*state, &count));
	assert_int_equal(count, KEPT);
	assert_true(is_cached(*state, "contents 0"));
}

static void cache_that_cannot_be_written_is_no_error(void **state)
{
	(void)state;
	assert_false(is_cached("/proc/no-such-place", "contents"));
	assert_false(is_cached("/proc/no-such-place", "contents"));
}

static void cache_is_the_users(void **state)
{
	char *directory;

	(void)state;
	setenv("XDG_CACHE_HOME", "/somewhere", 1);
	directory = segment_cache_directory();
	assert_string_equal(directory,
			    geteuid() == 0 ? "/var/cache/wireroot" : "/somewhere/wireroot");
	free(directory);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(second_time_it_comes_from_the_cache_with_the_same_bytes),
		WITH_DIRECTORY(packed_bytes_are_added_behind_others),
		WITH_DIRECTORY(damaged_segment_is_made_anew),
		WITH_DIRECTORY(cut_segment_is_made_anew),
		WITH_DIRECTORY(least_recently_used_one_goes),
		cmocka_unit_test(cache_that_cannot_be_written_is_no_error),
		cmocka_unit_test(cache_is_the_users),
	};

	return cmocka_run_group_tests_name("segment_cache", tests, NULL, NULL);
}
