/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/wirerootd/beneath.c */
/* Opening files below a directory: both ways, with links, parents and things that are no files. */
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

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/wirerootd/beneath.h"

typedef int opener(int directory, const char *path, struct stat *status);

struct place {
	char top[64];
	int root;
};

static void put(const char *top, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	char path[128];

	strcpy(place->top, "/tmp/beneath.XXXXXX");
	assert_non_null(mkdtemp(place->top));
	snprintf(path, sizeof(path), "%s/root", place->top);
	assert_int_equal(mkdir(path, 0700), 0);
	place->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(place->root >= 0);
	put(place->top, "secret");
	put(path, "file");
	assert_int_equal(mkdirat(place->root, "sub", 0700), 0);
	put(path, "sub/file");
	assert_int_equal(symlinkat("sub/file", place->root, "inside"), 0);
	assert_int_equal(symlinkat("../secret", place->root, "outside"), 0);
	assert_int_equal(symlinkat("/etc/passwd", place->root, "absolute"), 0);
	assert_int_equal(symlinkat("..", place->root, "up"), 0);
	assert_int_equal(mkfifoat(place->root, "fifo", 0600), 0);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	static const char *const names[] = { "file",	 "sub/file", "inside", "outside",
					     "absolute", "up",	     "fifo" };
	struct place *place = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(place->root, names[i], 0);
	unlinkat(place->root, "sub", AT_REMOVEDIR);
	close(place->root);
	snprintf(path, sizeof(path), "%s/secret", place->top);
	unlink(path);
	snprintf(path, sizeof(path), "%s/root", place->top);
	rmdir(path);
	rmdir(place->top);
	free(place);
	return 0;
}

static int try_open(opener *open_file, int root, const char *path)
{
	struct stat status;
	int fd = open_file(root, path, &status);

	if (fd < 0)
		return fd;
	assert_int_equal(status.st_size, 1);
	close(fd);
	return 0;
}

static void files_open_and_nothing_else(void **state)
{
	static opener *const openers[] = { beneath_open, beneath_open_by_parts };
	const struct place *place = *state;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(try_open(openers[i], place->root, "file"), 0);
		assert_int_equal(try_open(openers[i], place->root, "sub/file"), 0);
		assert_int_equal(try_open(openers[i], place->root, "sub"), -ENOENT);
		assert_int_equal(try_open(openers[i], place->root, "fifo"), -ENOENT);
		assert_int_equal(try_open(openers[i], place->root, "none"), -ENOENT);
		assert_int_equal(try_open(openers[i], place->root, "file/x"), -ENOTDIR);
	}
}

static void nothing_leads_out(void **state)
{
	static const char *const ways[] = { "../secret",   "sub/../../secret", "outside",
					    "absolute",	   "up/secret",	       "/etc/passwd",
					    "up/root/file" };
	const struct place *place = *state;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		assert_true(try_open(beneath_open, place->root, ways[i]) < 0);
		assert_true(try_open(beneath_open_by_parts, place->root, ways[i]) < 0);
	}
}

static void link_inside_needs_openat2(void **state)
{
	const struct place *place = *state;
	int error = try_open(beneath_open, place->root, "inside");

	/* -ELOOP: a kernel or filter without openat2(). */
	assert_true(error == 0 || error == -ELOOP);
	assert_int_equal(try_open(beneath_open_by_parts, place->root, "inside"), -ELOOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_open_and_nothing_else),
		cmocka_unit_test(nothing_leads_out),
		cmocka_unit_test(link_inside_needs_openat2),
	};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
