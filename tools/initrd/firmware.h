/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding firmware files as the kernel will. */
#ifndef WIREROOT_FIRMWARE_H
#define WIREROOT_FIRMWARE_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/initrd/archive.h"

/* The kernel's own limit is PATH_MAX. */
#define FIRMWARE_PATH_BYTES 4096

/*
 * Where in @directory the firmware called @name of a kernel @version is. *@suffix is ".zst" or
 * ".xz" when it is compressed, else "".
 */
bool firmware_find(const char *directory, const char *version, const char *name,
		   char path[static FIRMWARE_PATH_BYTES], const char **suffix);

/*
 * Add the firmware that firmware_find() finds to @tree as it is. *@found tells whether there is
 * one; a name that is there already is found. Returns 0, or -errno with @fault filled in.
 */
int firmware_add(struct archive_tree *tree, const char *directory, const char *version,
		 const char *name, bool *found, struct fault *fault);

#endif
