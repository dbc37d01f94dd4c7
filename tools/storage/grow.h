/* SPDX-License-Identifier: GPL-2.0-only */
/* Letting the file system of a clone have all of a volume that is larger than the golden one. */
#ifndef WIREROOT_STORAGE_GROW_H
#define WIREROOT_STORAGE_GROW_H

#include <stdint.h>

#include "initramfs/fault.h"

/* Nobody uses the volume @path, which has @bytes. 0 or -errno with @fault. */
int grow_file_system(const char *path, const char *file_system, uint64_t bytes,
		     struct fault *fault);

#endif
