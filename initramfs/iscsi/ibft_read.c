// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the iSCSI Boot Firmware Table; see ibft_read.h.
 *
 * UEFI has it among ACPI's tables. BIOS firmware, and iPXE under it, leave it in the memory below
 * 1 MiB, at a multiple of 16, where the kernel looks for it as well, and keeps it from being used.
 */
#include "ibft_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../sys.h"
#include "ibft.h"

/* As in the kernel's iscsi_ibft_find.c; memory of the video card begins where the first part ends.
 */
#define LOW_START  0x80000
#define LOW_END	   0xa0000
#define HIGH_START 0xc0000
#define HIGH_END   0x100000
#define PAGE_BYTES 4096
#define ALIGNMENT  16

static ssize_t take_table(int memory, off_t at, off_t end, char *table)
{
	uint8_t header[6];
	size_t length;

	if (pread(memory, header, sizeof(header), at) != sizeof(header) ||
	    memcmp(header, "iBFT", 4) != 0)
		return -ENOENT;
	length = (size_t)(header[5] << 8 | header[4]);
	if (length > (size_t)(end - at) || length >= IBFT_BYTES)
		return -ENOENT;
	return pread(memory, table, length, at) == (ssize_t)length ? (ssize_t)length : -EIO;
}

/* Pages that the kernel does not show are passed over: those of its own read as zeros. */
static ssize_t search(int memory, off_t start, off_t end, char *table)
{
	char page[PAGE_BYTES];

	for (off_t at = start; at < end; at += PAGE_BYTES) {
		if (pread(memory, page, sizeof(page), at) != sizeof(page))
			continue;
		for (int i = 0; i < PAGE_BYTES; i += ALIGNMENT) {
			ssize_t length = memcmp(page + i, "iBFT", 4) == 0
						 ? take_table(memory, at + i, end, table)
						 : -ENOENT;

			if (length > 0)
				return length;
		}
	}
	return -ENOENT;
}

ssize_t ibft_read(char table[static IBFT_BYTES])
{
	ssize_t length = file_read(IBFT_PATH, table, IBFT_BYTES);
	int memory;

	if (length >= 0)
		return length;
	memory = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return length;
	length = search(memory, LOW_START, LOW_END, table);
	if (length < 0)
		length = search(memory, HIGH_START, HIGH_END, table);
	close(memory);
	return length;
}
