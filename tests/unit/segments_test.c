// SPDX-License-Identifier: GPL-2.0-only
/* Archives are written the same each time, and segments of every kind are found again. */
/* links: tools/initrd/archive.c */
/* links: tools/initrd/segments.c tools/initrd/cpio.c tools/initrd/compression.c */
/* links: userspace/lib/text.c initramfs/fault.c */
/* libraries: libarchive libzstd liblzma zlib */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tools/initrd/archive.h"
#include "tools/initrd/segments.h"

#define LIMIT ((size_t)1 << 20)

static void add_file(struct archive_tree *tree, const char *path, const char *contents)
{
	struct fault fault;

	assert_int_equal(
		archive_tree_add_file(tree, path, 0644, strdup(contents), strlen(contents), &fault),
		0);
}

/* One archive with all kinds of files; @backwards adds them the other way round. */
static void write_sample(struct text *cpio, int backwards)
{
	static const char *const paths[] = { "a/one", "a/b/two", "a.txt", "z" };
	struct archive_tree tree = { 0 };
	struct fault fault;

	for (int i = 0; i < 4; i++)
		add_file(&tree, paths[backwards ? 3 - i : i], paths[backwards ? 3 - i : i]);
	assert_int_equal(archive_tree_add_link(&tree, "link", "z", &fault), 0);
	assert_int_equal(archive_tree_add_device(&tree, "dev/console", 0600, 5, 1, &fault), 0);
	assert_int_equal(archive_tree_write(&tree, cpio, &fault), 0);
	archive_tree_free(&tree);
}

/* Add one segment with the file @name, compressed or not. */
static void add_segment(struct text *initrd, const char *name, enum compression compression)
{
	struct archive_tree tree = { 0 };
	struct text cpio = { 0 };
	struct fault fault;

	add_file(&tree, name, "contents");
	assert_int_equal(archive_tree_write(&tree, &cpio, &fault), 0);
	assert_int_equal(compression_pack(compression, cpio.data, cpio.length, initrd, &fault), 0);
	archive_tree_free(&tree);
	text_free(&cpio);
}

/* "NAME NAME …" of all segments, each closed with "| "; -errno when it does not end well. */
static int list(const char *initrd, size_t length, char names[static 256])
{
	struct segment segment;
	struct fault fault;
	size_t offset = 0;
	int result;

	*names = '\0';
	while ((result = segment_next(initrd, length, LIMIT, &offset, &segment, &fault)) > 0) {
		struct cpio_member member;
		size_t position = 0;
		int more;

		while ((more = segment_member(&segment, &position, &member, &fault)) > 0) {
			strncat(names, member.name, 255 - strlen(names));
			strncat(names, " ", 255 - strlen(names));
		}
		strncat(names, "| ", 255 - strlen(names));
		segment_free(&segment);
		if (more < 0)
			return more;
	}
	return result;
}

static void archive_does_not_depend_on_the_order_of_adding(void **state)
{
	struct text first = { 0 }, second = { 0 };

	(void)state;
	unsetenv("SOURCE_DATE_EPOCH");
	write_sample(&first, 0);
	write_sample(&second, 1);
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.data, second.data, first.length);
	text_free(&first);
	text_free(&second);
}

static void members_have_roots_ids_sorted_inodes_and_right_links(void **state)
{
	static const struct {
		const char *name;
		uint32_t mode, links;
	} expected[] = {
		{ "a", S_IFDIR | 0755, 3 },	      { "a.txt", S_IFREG | 0644, 1 },
		{ "a/b", S_IFDIR | 0755, 2 },	      { "a/b/two", S_IFREG | 0644, 1 },
		{ "a/one", S_IFREG | 0644, 1 },	      { "dev", S_IFDIR | 0755, 2 },
		{ "dev/console", S_IFCHR | 0600, 1 }, { "link", S_IFLNK | 0777, 1 },
		{ "z", S_IFREG | 0644, 1 },
	};
	struct text cpio = { 0 };
	struct cpio_member member;
	const char *why;
	size_t offset = 0;

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	write_sample(&cpio, 0);
	for (uint32_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_int_equal(cpio_next(cpio.data, cpio.length, &offset, &member, &why), 1);
		assert_string_equal(member.name, expected[i].name);
		assert_int_equal(member.mode, expected[i].mode);
		assert_int_equal(member.links, expected[i].links);
		assert_int_equal(member.inode, i + 1);
		assert_int_equal(member.uid + member.gid, 0);
		assert_int_equal(member.mtime, 1700000000);
		if (S_ISCHR(member.mode))
			assert_true(member.device_major == 5 && member.device_minor == 1);
		if (S_ISREG(member.mode))
			assert_memory_equal(member.data, member.name, member.length);
	}
	assert_int_equal(cpio_next(cpio.data, cpio.length, &offset, &member, &why), 0);
	assert_int_equal(offset, cpio.length);
	unsetenv("SOURCE_DATE_EPOCH");
	text_free(&cpio);
}

static void path_is_taken_once(void **state)
{
	struct archive_tree tree = { 0 };
	struct fault fault;

	(void)state;
	add_file(&tree, "a/b", "");
	assert_int_equal(archive_tree_add_file(&tree, "a/b", 0644, NULL, 0, &fault), -EEXIST);
	assert_int_equal(archive_tree_add_file(&tree, "a/b/c", 0644, NULL, 0, &fault), -ENOTDIR);
	archive_tree_free(&tree);
}

static void packing_is_reproducible_and_undone_by_unpacking(void **state)
{
	static const enum compression kinds[] = { COMPRESSION_NONE, COMPRESSION_XZ,
						  COMPRESSION_ZSTD };
	struct text cpio = { 0 };

	(void)state;
	write_sample(&cpio, 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct text once = { 0 }, again = { 0 }, back = { 0 };
		struct fault fault;
		size_t consumed;

		assert_int_equal(compression_pack(kinds[i], cpio.data, cpio.length, &once, &fault),
				 0);
		assert_int_equal(compression_pack(kinds[i], cpio.data, cpio.length, &again, &fault),
				 0);
		assert_int_equal(once.length, again.length);
		assert_memory_equal(once.data, again.data, once.length);
		assert_int_equal(compression_detect(once.data, once.length), kinds[i]);
		assert_int_equal(compression_unpack(kinds[i], once.data, once.length, cpio.length,
						    &back, &consumed, &fault),
				 0);
		assert_int_equal(consumed, once.length);
		assert_int_equal(back.length, cpio.length);
		assert_memory_equal(back.data, cpio.data, cpio.length);
		text_free(&once);
		text_free(&again);
		text_free(&back);
	}
	text_free(&cpio);
}

static void limit_of_unpacking_is_kept(void **state)
{
	static const enum compression kinds[] = { COMPRESSION_NONE, COMPRESSION_XZ,
						  COMPRESSION_ZSTD };
	char *zeros = calloc(1, LIMIT);

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct text packed = { 0 }, back = { 0 };
		struct fault fault;
		size_t consumed;

		assert_int_equal(compression_pack(kinds[i], zeros, LIMIT, &packed, &fault), 0);
		assert_int_equal(compression_unpack(kinds[i], packed.data, packed.length, LIMIT - 1,
						    &back, &consumed, &fault),
				 -EFBIG);
		text_free(&packed);
		text_free(&back);
	}
	free(zeros);
}

static void segments_of_all_kinds_follow_each_other(void **state)
{
	struct text initrd = { 0 };
	char names[256];

	(void)state;
	add_segment(&initrd, "plain", COMPRESSION_NONE);
	text_add_bytes(&initrd, "\0\0\0\0\0\0\0", 7 - (initrd.length + 3) % 4);
	add_segment(&initrd, "zstd", COMPRESSION_ZSTD);
	text_add_bytes(&initrd, "\0\0\0", 3);
	add_segment(&initrd, "xz", COMPRESSION_XZ);
	text_add_bytes(&initrd, "\0\0\0", (4 - initrd.length % 4) % 4);
	add_segment(&initrd, "node", COMPRESSION_NONE);
	assert_int_equal(list(initrd.data, initrd.length, names), 0);
	assert_string_equal(names, "plain | zstd | xz | node | ");
	text_free(&initrd);
}

static void plain_segment_out_of_step_is_refused(void **state)
{
	struct text initrd = { 0 };
	char names[256];

	(void)state;
	text_add_bytes(&initrd, "\0", 1);
	add_segment(&initrd, "plain", COMPRESSION_NONE);
	assert_int_equal(list(initrd.data, initrd.length, names), -EINVAL);
	text_free(&initrd);
}

static void every_cut_is_noticed(void **state)
{
	static const enum compression kinds[] = { COMPRESSION_NONE, COMPRESSION_XZ,
						  COMPRESSION_ZSTD };
	char names[256];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct text initrd = { 0 };
		size_t shortest = kinds[i] == COMPRESSION_NONE ? 4 : 1;

		add_segment(&initrd, "file", kinds[i]);
		/* The NULs behind a plain trailer's name may be missing. */
		for (size_t length = 1; length + shortest < initrd.length; length++) {
			char *cut = malloc(length);

			memcpy(cut, initrd.data, length);
			assert_true(list(cut, length, names) < 0);
			free(cut);
		}
		text_free(&initrd);
	}
}

static void damaged_headers_are_refused(void **state)
{
	/* Offsets of the magic, of the file's length, of its name's length. */
	static const size_t places[] = { 0, 54, 94 };
	char names[256];

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct text initrd = { 0 };

		add_segment(&initrd, "file", COMPRESSION_NONE);
		memcpy(initrd.data + places[i], "ffffffff", 8);
		assert_int_equal(list(initrd.data, initrd.length, names), -EINVAL);
		memcpy(initrd.data + places[i], "0000000g", 8);
		assert_int_equal(list(initrd.data, initrd.length, names), -EINVAL);
		text_free(&initrd);
	}
}

static void configuration_tells_what_the_kernel_unpacks(void **state)
{
	static const char config[] = "CONFIG_RD_XZ=y\n# CONFIG_RD_ZSTD is not set\n"
				     "XCONFIG_RD_GZIP=y\nCONFIG_RD_LZ4=ya\nCONFIG_BLK_DEV_INITRD=y";

	(void)state;
	assert_true(compression_supported(COMPRESSION_XZ, config));
	assert_true(compression_supported(COMPRESSION_NONE, config));
	assert_false(compression_supported(COMPRESSION_ZSTD, config));
	assert_false(compression_supported(COMPRESSION_GZIP, config));
	assert_false(compression_supported(COMPRESSION_LZ4, config));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archive_does_not_depend_on_the_order_of_adding),
		cmocka_unit_test(members_have_roots_ids_sorted_inodes_and_right_links),
		cmocka_unit_test(path_is_taken_once),
		cmocka_unit_test(packing_is_reproducible_and_undone_by_unpacking),
		cmocka_unit_test(limit_of_unpacking_is_kept),
		cmocka_unit_test(segments_of_all_kinds_follow_each_other),
		cmocka_unit_test(plain_segment_out_of_step_is_refused),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(damaged_headers_are_refused),
		cmocka_unit_test(configuration_tells_what_the_kernel_unpacks),
	};

	return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
