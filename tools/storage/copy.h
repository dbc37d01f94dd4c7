/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of volumes. What they write is on disk when they return; 0 or -errno with @fault.
 */
#ifndef WIREROOT_STORAGE_COPY_H
#define WIREROOT_STORAGE_COPY_H

#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/progress.h"

/* The first @bytes of the device @from to the device @to. */
int copy_device(const char *from, const char *to, uint64_t bytes, struct progress *progress,
		struct fault *fault);

/* Let the file @to share all blocks of @from. -EOPNOTSUPP, without a @fault, when the file system
 * cannot. */
int copy_shared(int from, int to);

/* What the file @from has that is no hole to @to, which is empty. @name is for faults. */
int copy_sparse(int from, int to, const char *name, struct progress *progress, struct fault *fault);

#endif
