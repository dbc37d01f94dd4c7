/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compression of initrd segments and of module files, between buffers.
 *
 * Packing is done with settings that the kernel's decompressors accept and that make the smallest
 * result which unpacks quickly; the same input gives the same output with the same libraries.
 * Unpacking takes any bytes: lengths are limited by the caller, and so is the memory for the
 * window.
 */
#ifndef WIREROOT_COMPRESSION_H
#define WIREROOT_COMPRESSION_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/* Everything that a Linux kernel recognises; the first four are the ones that we handle. */
enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP, /* unpacking only */
	COMPRESSION_XZ,
	COMPRESSION_ZSTD,
	COMPRESSION_BZIP2,
	COMPRESSION_LZMA,
	COMPRESSION_LZO,
	COMPRESSION_LZ4,
	COMPRESSION_COUNT,
};

const char *compression_name(enum compression compression);

/* The compression called @name, or -ENOENT. */
int compression_from_name(const char *name);

/* What the first bytes say; COMPRESSION_NONE for anything else. */
enum compression compression_detect(const void *data, size_t length);

/* Is @config, a kernel's configuration, one of a kernel that unpacks such initrds? */
int compression_supported(enum compression compression, const char *config);

/* The versions of the libraries, which the packed bytes depend on. */
void compression_versions(struct text *text);

/* Add @length bytes at @data to @packed. Returns 0, or -errno with @fault filled in. */
int compression_pack(enum compression compression, const void *data, size_t length,
		     struct text *packed, struct fault *fault);

/*
 * Add what one compressed stream at the start of @data holds to @unpacked, at most @limit bytes
 * (-EFBIG); *@consumed says where the stream ends. Returns 0, or -errno with @fault filled in:
 * -EBADMSG for damaged data, -EOPNOTSUPP for a compression that we do not handle.
 */
int compression_unpack(enum compression compression, const void *data, size_t length, size_t limit,
		       struct text *unpacked, size_t *consumed, struct fault *fault);

#endif
