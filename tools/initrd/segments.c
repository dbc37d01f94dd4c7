// SPDX-License-Identifier: GPL-2.0-only
/* The segments of an initrd; see segments.h. */
#include "tools/initrd/segments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int bad_segment(struct fault *fault, size_t offset, int error, const char *hint)
{
	char peer[32];

	snprintf(peer, sizeof(peer), "byte %zu", offset);
	return fault_set(fault, error, "read initrd", peer, hint);
}

/* A plain archive is as long as its members, up to and with the trailer. */
static int measure_plain(const char *initrd, size_t length, struct segment *segment,
			 struct fault *fault)
{
	struct cpio_member member;
	size_t end = 0;
	const char *why = "";
	int more;

	if (segment->offset % 4)
		return bad_segment(fault, segment->offset, EINVAL,
				   "the kernel finds no archive that is not aligned to 4 bytes");
	do
		more = cpio_next(initrd + segment->offset, length - segment->offset, &end, &member,
				 &why);
	while (more > 0);
	if (more < 0)
		return bad_segment(fault, segment->offset + end, EINVAL, why);
	segment->compression = COMPRESSION_NONE;
	segment->packed_length = segment->cpio_length = end;
	segment->cpio = initrd + segment->offset;
	return 1;
}

static int unpack(const char *initrd, size_t length, size_t limit, struct segment *segment,
		  struct fault *fault)
{
	const char *start = initrd + segment->offset;
	struct text cpio = { 0 };
	int error;

	segment->compression = compression_detect(start, length - segment->offset);
	if (segment->compression == COMPRESSION_NONE)
		return bad_segment(
			fault, segment->offset, EINVAL,
			"this is neither a cpio archive nor compressed as the kernel knows it");
	error = compression_unpack(segment->compression, start, length - segment->offset, limit,
				   &cpio, &segment->packed_length, fault);
	if (error) {
		text_free(&cpio);
		return error;
	}
	segment->cpio = segment->owned = cpio.data;
	segment->cpio_length = cpio.length;
	return 1;
}

int segment_next(const char *initrd, size_t length, size_t limit, size_t *offset,
		 struct segment *segment, struct fault *fault)
{
	int result;

	while (*offset < length && !initrd[*offset])
		(*offset)++;
	if (*offset == length)
		return 0;
	*segment = (struct segment){ .offset = *offset };
	if (cpio_is_member(initrd + *offset, length - *offset))
		result = measure_plain(initrd, length, segment, fault);
	else
		result = unpack(initrd, length, limit, segment, fault);
	if (result > 0)
		*offset += segment->packed_length;
	return result;
}

void segment_free(struct segment *segment)
{
	free(segment->owned);
	*segment = (struct segment){ 0 };
}

int segment_member(const struct segment *segment, size_t *offset, struct cpio_member *member,
		   struct fault *fault)
{
	const char *why = "";
	int result = 0;

	while (result == 0) {
		while (*offset < segment->cpio_length && !segment->cpio[*offset])
			(*offset)++;
		if (*offset == segment->cpio_length)
			return 0;
		result = cpio_next(segment->cpio, segment->cpio_length, offset, member, &why);
	}
	return result > 0 ? 1 : bad_segment(fault, segment->offset, EINVAL, why);
}
