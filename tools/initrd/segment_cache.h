/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compressed segments that were made before.
 *
 * Compressing the modules is nearly all the work of building an initrd, and the modules of a kernel
 * seldom change. A cached segment counts only if it unpacks to exactly the bytes that are wanted,
 * so it can be neither stale nor forged; the cache may be deleted at any time.
 */
#ifndef WIREROOT_SEGMENT_CACHE_H
#define WIREROOT_SEGMENT_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/initrd/compression.h"
#include "userspace/lib/text.h"

/* Where segments are kept unless it is said: for the caller to free; NULL when there is no place.
 */
char *segment_cache_directory(void);

/*
 * Add @length bytes at @cpio, compressed, to @packed. They come from the cache in @directory if
 * they can (*@cached) and are left there if not; @directory NULL does without. A cache that cannot
 * be used is no error.
 */
int segment_pack(const char *directory, enum compression compression, const char *cpio,
		 size_t length, struct text *packed, bool *cached, struct fault *fault);

#endif
