/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading of cpio archives (newc, also with checksums) as the kernel does, from any bytes.
 *
 * Pure: bytes in, a view of one member out, nothing allocated.
 */
#ifndef WIREROOT_CPIO_H
#define WIREROOT_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_member {
	const char *name; /* NUL-terminated; points into the archive */
	uint32_t inode, mode, links, mtime;
	uint32_t uid, gid;
	uint32_t device_major, device_minor; /* what a device file stands for */
	const char *data;
	uint32_t length;
};

/* Do these bytes begin a member? */
bool cpio_is_member(const void *data, size_t length);

/*
 * Read the member at *@offset of the @length bytes of an archive and move *@offset behind it and
 * its padding. Returns 1, 0 behind the trailer, or -EINVAL with *@why saying what is wrong.
 */
int cpio_next(const void *archive, size_t length, size_t *offset, struct cpio_member *member,
	      const char **why);

#endif
