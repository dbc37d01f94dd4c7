// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as an initrd: every segment and every member is looked at. */
/* links: tools/initrd/segments.c tools/initrd/cpio.c tools/initrd/compression.c */
/* links: userspace/lib/text.c initramfs/fault.c */
/* libraries: libzstd liblzma zlib */
#include <stdint.h>
#include <string.h>

#include "tools/initrd/segments.h"

/* Keeps a bomb from taking the fuzzer's time. */
#define LIMIT_BYTES (1 << 20)

static volatile unsigned int sink;

static void read_members(const struct segment *segment)
{
	struct cpio_member member;
	struct fault fault;
	size_t offset = 0;

	while (segment_member(segment, &offset, &member, &fault) > 0) {
		sink += (unsigned int)strlen(member.name);
		for (uint32_t i = 0; i < member.length; i++)
			sink += (unsigned char)member.data[i];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segment segment;
	struct fault fault;
	size_t offset = 0;

	while (segment_next((const char *)data, size, LIMIT_BYTES, &offset, &segment, &fault) > 0) {
		read_members(&segment);
		segment_free(&segment);
	}
	return 0;
}
