/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The segments of an initrd: cpio archives one behind the other, each plain or compressed, with
 * NULs between them; found and unpacked as the kernel does it, from any bytes.
 */
#ifndef WIREROOT_SEGMENTS_H
#define WIREROOT_SEGMENTS_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/initrd/compression.h"
#include "tools/initrd/cpio.h"

struct segment {
	size_t offset; /* in the initrd */
	size_t packed_length; /* what it takes there */
	enum compression compression;
	const char *cpio; /* unpacked; points into the initrd or to @owned */
	size_t cpio_length;
	char *owned;
};

/*
 * Find the segment at or behind *@offset of the @length bytes at @initrd and move *@offset behind
 * it. Unpacked it may have @limit bytes. Returns 1, 0 when there is none left, or -errno with
 * @fault filled in. segment_free() must be called after 1.
 */
int segment_next(const char *initrd, size_t length, size_t limit, size_t *offset,
		 struct segment *segment, struct fault *fault);
void segment_free(struct segment *segment);

/*
 * The member of @segment at *@offset, which begins with 0. A compressed segment may hold several
 * archives; their trailers are passed over. Returns 1, 0 at the end, or -EINVAL with @fault filled
 * in.
 */
int segment_member(const struct segment *segment, size_t *offset, struct cpio_member *member,
		   struct fault *fault);

#endif
