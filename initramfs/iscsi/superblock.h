/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file system a block device holds, and how partition tables name their partitions.
 *
 * Formats: ext4 (kernel Documentation/filesystems/ext4/super.rst), XFS (xfs_format.h), btrfs
 * (btrfs_tree.h), GPT (UEFI specification 5.3) and the classic MBR. Pure.
 */
#ifndef WIREROOT_SUPERBLOCK_H
#define WIREROOT_SUPERBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_BYTES 37 /* 8-4-4-4-12 digits */

/* Where the bytes are that superblock_parse() looks at. */
#define SUPERBLOCK_START_BYTES	4096
#define SUPERBLOCK_BTRFS_OFFSET 65536
#define SUPERBLOCK_BTRFS_BYTES	4096

struct superblock {
	const char *type; /* for mount(2): "ext4" (ext2 and ext3, too), "xfs", "btrfs" */
	char uuid[UUID_TEXT_BYTES]; /* lower case */
	char label[257]; /* as it is on the disk, up to its first NUL */
};

/*
 * Look at the first @start_length bytes of a device, and the @btrfs_length bytes from 65536 on (0:
 * it is too small to have them). Returns whether there is a known file system.
 */
bool superblock_parse(const uint8_t *start, size_t start_length, const uint8_t *btrfs,
		      size_t btrfs_length, struct superblock *superblock);

struct partition_table {
	uint32_t mbr_signature; /* 0: this is a GPT */
	uint64_t entries_offset; /* in bytes from the device's start */
	uint32_t entry_count, entry_bytes;
};

/* More than these are refused; 128 are usual. */
#define GPT_ENTRIES_MAX	    1024
#define GPT_ENTRY_BYTES	    128 /* the least; what is looked at is in its first 32 bytes */
#define GPT_ENTRY_BYTES_MAX 4096

/*
 * Look at the first two blocks, each of @block_bytes (512 to 4096), at @blocks. Returns whether
 * there is a table with names for its partitions.
 */
bool partition_table_parse(const uint8_t *blocks, size_t block_bytes,
			   struct partition_table *table);

/* The PARTUUID of partition @number of an MBR, and that in a GPT's @entry. Both lower case. */
void partition_mbr_uuid(uint32_t signature, unsigned int number, char text[static UUID_TEXT_BYTES]);
void partition_gpt_uuid(const uint8_t entry[static 32], char text[static UUID_TEXT_BYTES]);

#endif
