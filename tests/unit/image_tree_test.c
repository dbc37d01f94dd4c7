// SPDX-License-Identifier: GPL-2.0-only
/* Files made below a directory from what strangers say, and their removal. */
/* links: tools/image/tree.c userspace/lib/fs.c userspace/lib/text.c initramfs/fault.c */
#include "tools/image/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/lib/fs.h"

struct place {
	char directory[64];
	int root;
	struct tree tree;
};

static int enter_directory(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/image_tree_test.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	assert_int_equal(chdir(place->directory), 0);
	assert_int_equal(mkdir("root", 0755), 0);
	assert_int_equal(mkdir("outside", 0755), 0);
	place->root = open("root", O_RDONLY | O_DIRECTORY);
	tree_open(&place->tree, place->root);
	*state = place;
	return 0;
}

static int leave_directory(void **state)
{
	struct place *place = *state;
	struct fault fault;

	assert_int_equal(tree_close(&place->tree, true, &fault), 0);
	close(place->root);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(tree_remove_directory(place->directory, &fault), 0);
	assert_int_not_equal(access(place->directory, F_OK), 0);
	free(place);
	return 0;
}

/* Whoever runs the test owns the files: that needs no rights. */
static int make(struct place *place, const char *path, mode_t mode, const char *target)
{
	const struct tree_file file = { .mode = mode,
					.owner = getuid(),
					.group = getgid(),
					.changed = { 1000000000, 5 },
					.target = target };
	struct fault fault;
	int fd, error = tree_make(&place->tree, path, &file, &fd, &fault);

	return error ? error : tree_finish(&place->tree, path, &file, fd, &fault);
}

static void paths_are_cleaned_or_refused(void **state)
{
	static const struct {
		const char *path, *clean; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ ".", "" },
		{ "/", "" },
		{ "./", "" },
		{ "a", "a" },
		{ "./a/", "a" },
		{ "//a//b/./c", "a/b/c" },
		{ "..a/b..", "..a/b.." },
		{ "...", "..." },
		{ "..", NULL },
		{ "a/..", NULL },
		{ "a/../b", NULL },
		{ "/../a", NULL },
		{ "../", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char clean[TREE_PATH_BYTES];
		int error = tree_clean_path(cases[i].path, clean);

		assert_int_equal(error, cases[i].clean ? 0 : -EINVAL);
		if (cases[i].clean)
			assert_string_equal(clean, cases[i].clean);
	}
}

static void longest_paths_fit_and_longer_ones_are_refused(void **state)
{
	char path[TREE_PATH_BYTES + 8], clean[TREE_PATH_BYTES];

	(void)state;
	memset(path, 'a', sizeof(path));
	for (size_t length = TREE_PATH_BYTES - 4; length < TREE_PATH_BYTES + 4; length++) {
		int error;

		path[length] = '\0';
		error = tree_clean_path(path, clean);
		assert_true(error == -ENAMETOOLONG || (error == 0 && strlen(clean) == length));
		assert_true(error == 0 || length > TREE_PATH_BYTES - 3);
		path[length] = 'a';
	}
}

static void links_lead_where_they_will_on_the_node(void **state)
{
	struct place *place = *state;
	char outside[128];

	snprintf(outside, sizeof(outside), "%s/outside", place->directory);
	assert_int_equal(make(place, "usr/lib", S_IFDIR | 0755, NULL), 0);
	assert_int_equal(make(place, "lib", S_IFLNK | 0777, "/usr/lib"), 0);
	assert_int_equal(make(place, "lib/a", S_IFREG | 0644, NULL), 0);
	assert_int_equal(access("root/usr/lib/a", F_OK), 0);
	assert_int_equal(make(place, "up", S_IFLNK | 0777, "../../../usr"), 0);
	assert_int_equal(make(place, "up/lib/b", S_IFREG | 0644, NULL), 0);
	assert_int_equal(access("root/usr/lib/b", F_OK), 0);
	assert_int_equal(make(place, "out", S_IFLNK | 0777, outside), 0);
	assert_int_equal(make(place, "out/c", S_IFREG | 0644, NULL), -ENOENT);
	assert_int_equal(access("outside/c", F_OK), -1);
}

static void what_is_in_the_way_goes(void **state)
{
	struct place *place = *state;
	struct stat status;

	assert_int_equal(make(place, "a", S_IFDIR | 0700, NULL), 0);
	assert_int_equal(make(place, "a/b", S_IFREG | 0644, NULL), 0);
	assert_int_equal(make(place, "a", S_IFDIR | 0755, NULL), 0);
	assert_int_equal(stat("root/a/b", &status), 0);
	assert_int_equal(make(place, "a", S_IFREG | 0600, NULL), 0);
	assert_int_equal(lstat("root/a", &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_mtim.tv_sec, 1000000000);
	assert_int_equal(make(place, "a", S_IFLNK | 0777, "../outside"), 0);
	assert_int_equal(make(place, "a", S_IFDIR | 0755, NULL), 0);
	assert_int_equal(lstat("root/a", &status), 0);
	assert_true(S_ISDIR(status.st_mode));
}

static void hard_links_are_to_files_of_the_tree(void **state)
{
	struct place *place = *state;
	struct fault fault;
	struct stat status;

	assert_int_equal(make(place, "a", S_IFREG | 0644, NULL), 0);
	assert_int_equal(tree_link(&place->tree, "d/b", "./a", &fault), 0);
	assert_int_equal(tree_link(&place->tree, "d/b", "a", &fault), 0);
	assert_int_equal(stat("root/a", &status), 0);
	assert_int_equal(status.st_nlink, 2);
	assert_int_equal(tree_link(&place->tree, "c", "missing", &fault), -ENOENT);
	assert_int_equal(tree_link(&place->tree, "c", "../outside/x", &fault), -EINVAL);
}

static void removal_does_not_follow_links(void **state)
{
	struct place *place = *state;
	struct fault fault;

	assert_int_equal(fs_write_file("outside/kept", "x", 1, 0644, &fault), 0);
	assert_int_equal(make(place, "d/a", S_IFREG | 0644, NULL), 0);
	assert_int_equal(symlink("../../outside", "root/d/link"), 0);
	assert_int_equal(tree_empty(&place->tree, "d", &fault), 0);
	assert_int_equal(access("root/d", F_OK), 0);
	assert_int_equal(access("root/d/a", F_OK), -1);
	assert_int_equal(tree_remove(&place->tree, "d", &fault), 0);
	assert_int_equal(tree_remove(&place->tree, "d/missing", &fault), 0);
	assert_int_equal(access("root/d", F_OK), -1);
	assert_int_equal(access("outside/kept", F_OK), 0);
}

static void trees_deeper_than_paths_are_long_are_removed(void **state)
{
	struct place *place = *state;
	struct fault fault;
	int directory = dup(place->root);

	for (int i = 0; i < 3000; i++) {
		int below;

		assert_int_equal(mkdirat(directory, "d", 0755), 0);
		assert_int_equal(mkdirat(directory, ".deep0", 0755), 0);
		below = openat(directory, "d", O_RDONLY | O_DIRECTORY);
		close(directory);
		directory = below;
	}
	close(directory);
	assert_int_equal(tree_empty(&place->tree, "", &fault), 0);
	assert_int_equal(rmdir("root"), 0);
}

static void single_files_replace_links_and_stay_inside(void **state)
{
	struct place *place = *state;
	struct fault fault;
	struct stat status;

	assert_int_equal(fs_write_file("outside/kept", "x", 1, 0644, &fault), 0);
	assert_int_equal(mkdir("root/etc", 0755), 0);
	assert_int_equal(symlink("../../outside/kept", "root/etc/fstab"), 0);
	assert_int_equal(tree_write_file(place->root, "etc/fstab", "new", 0600, &fault), 0);
	assert_int_equal(lstat("root/etc/fstab", &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_size, 3);
	assert_int_equal(tree_write_link(place->root, "var/lib/x", "/etc/fstab", &fault), 0);
	assert_true(tree_has(place->root, "var/lib/x"));
	assert_false(tree_has(place->root, "var/lib/y"));
	assert_int_equal(tree_remove_file(place->root, "etc/fstab", &fault), 0);
	assert_int_equal(tree_remove_file(place->root, "none/fstab", &fault), 0);
	assert_int_equal(stat("outside/kept", &status), 0);
	assert_int_equal(status.st_size, 1);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_cleaned_or_refused),
		cmocka_unit_test(longest_paths_fit_and_longer_ones_are_refused),
		IN_DIRECTORY(links_lead_where_they_will_on_the_node),
		IN_DIRECTORY(what_is_in_the_way_goes),
		IN_DIRECTORY(hard_links_are_to_files_of_the_tree),
		IN_DIRECTORY(removal_does_not_follow_links),
		IN_DIRECTORY(trees_deeper_than_paths_are_long_are_removed),
		IN_DIRECTORY(single_files_replace_links_and_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
