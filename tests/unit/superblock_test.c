/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of file systems' names and of partitions', on images that their own tools make. */
/* links: initramfs/iscsi/superblock.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "initramfs/iscsi/superblock.h"

#define UUID "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"

static char directory[] = "/tmp/wireroot-superblock.XXXXXX";

/* Run @command with IMG for the image's path, on a file of @bytes. Returns whether that worked. */
static bool make_image(const char *command, long bytes, char path[static 64])
{
	char line[512];

	snprintf(path, 64, "%s/image", directory);
	snprintf(line, sizeof(line),
		 "IMG=%s; rm -f $IMG; truncate -s %ld $IMG; { %s; } > /dev/null 2>&1", path, bytes,
		 command);
	return system(line) == 0;
}

static size_t read_at(const char *path, long offset, void *buffer, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t got;

	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	got = fread(buffer, 1, size, file);
	fclose(file);
	return got;
}

static const struct {
	const char *command, *type, *label;
	long bytes;
} kinds[] = {
	{ "mke2fs -t ext4 -U " UUID " -L root $IMG", "ext4", "root", 8l << 20 },
	{ "mke2fs -t ext2 -U " UUID " -L sixteen-letters. $IMG", "ext4", "sixteen-letters.",
	  8l << 20 },
	{ "mkfs.xfs -q -m uuid=" UUID " -L twelve-lette $IMG", "xfs", "twelve-lette", 320l << 20 },
	{ "mkfs.btrfs -q -U " UUID " -L 'a tree' $IMG", "btrfs", "a tree", 128l << 20 },
};

static void file_systems_are_known_by_their_superblocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint8_t start[SUPERBLOCK_START_BYTES], btrfs[SUPERBLOCK_BTRFS_BYTES];
		struct superblock superblock;
		char path[64];
		size_t start_length, btrfs_length;

		assert_true(make_image(kinds[i].command, kinds[i].bytes, path));
		start_length = read_at(path, 0, start, sizeof(start));
		btrfs_length = read_at(path, SUPERBLOCK_BTRFS_OFFSET, btrfs, sizeof(btrfs));
		assert_true(
			superblock_parse(start, start_length, btrfs, btrfs_length, &superblock));
		assert_string_equal(superblock.type, kinds[i].type);
		assert_string_equal(superblock.uuid, UUID);
		assert_string_equal(superblock.label, kinds[i].label);
		/* Half of it is none. */
		assert_false(superblock_parse(start, 511, btrfs, 100, &superblock));
	}
}

static void journal_alone_is_no_file_system(void **state)
{
	uint8_t start[SUPERBLOCK_START_BYTES];
	struct superblock superblock;
	char path[64];

	(void)state;
	assert_true(make_image("mke2fs -O journal_dev $IMG", 8l << 20, path));
	assert_int_equal(read_at(path, 0, start, sizeof(start)), sizeof(start));
	assert_false(superblock_parse(start, sizeof(start), NULL, 0, &superblock));
	memset(start, 0, sizeof(start));
	assert_false(superblock_parse(start, sizeof(start), NULL, 0, &superblock));
}

static void partitions_are_named_by_their_table(void **state)
{
	uint8_t blocks[1024], entry[GPT_ENTRY_BYTES];
	struct partition_table table;
	char path[64], uuid[UUID_TEXT_BYTES];

	(void)state;
	assert_true(make_image("printf 'label: gpt\\nsize=1M\\nsize=1M, uuid=" UUID
			       "\\n' | sfdisk $IMG",
			       8l << 20, path));
	assert_int_equal(read_at(path, 0, blocks, sizeof(blocks)), sizeof(blocks));
	assert_true(partition_table_parse(blocks, 512, &table));
	assert_int_equal(table.mbr_signature, 0);
	assert_int_equal(table.entries_offset, 1024);
	assert_int_equal(read_at(path, (long)(table.entries_offset + table.entry_bytes), entry,
				 sizeof(entry)),
			 sizeof(entry));
	partition_gpt_uuid(entry, uuid);
	assert_string_equal(uuid, UUID);

	assert_true(make_image("printf 'label: dos\\nlabel-id: 0x0A1b2C3d\\n,\\n' | sfdisk $IMG",
			       8l << 20, path));
	assert_int_equal(read_at(path, 0, blocks, sizeof(blocks)), sizeof(blocks));
	assert_true(partition_table_parse(blocks, 512, &table));
	partition_mbr_uuid(table.mbr_signature, 1, uuid);
	assert_string_equal(uuid, "0a1b2c3d-01");
}

static void damaged_tables_name_nothing(void **state)
{
	static const struct {
		int offset;
		uint8_t value;
	} damages[] = {
		{ 510, 0 },	    { 512, 'X' }, { 512 + 72, 1 }, /* entries in the header */
		{ 512 + 82, 1 }, /* 65536 entries and more */
		{ 512 + 84, 0x40 }, /* of 64 bytes */
		{ 512 + 86, 1 }, /* of 64 KiB */
		{ 512 + 79, 0xff }, /* beyond every disk */
	};
	uint8_t blocks[1024] = { 0 };
	struct partition_table table;

	(void)state;
	blocks[510] = 0x55;
	blocks[511] = 0xaa;
	assert_false(partition_table_parse(blocks, 512, &table)); /* no signature */
	blocks[450] = 0xee;
	memcpy(blocks + 512, "EFI PART", 8);
	blocks[512 + 72] = 2;
	blocks[512 + 80] = 128;
	blocks[512 + 84] = 128;
	assert_true(partition_table_parse(blocks, 512, &table));
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		uint8_t damaged[1024];

		memcpy(damaged, blocks, sizeof(damaged));
		damaged[damages[i].offset] = damages[i].value;
		assert_false(partition_table_parse(damaged, 512, &table));
	}
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/image", directory);
	unlink(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_systems_are_known_by_their_superblocks),
		cmocka_unit_test(journal_alone_is_no_file_system),
		cmocka_unit_test(partitions_are_named_by_their_table),
		cmocka_unit_test(damaged_tables_name_nothing),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
