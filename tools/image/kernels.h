/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernels in an image: boot/vmlinuz-VERSION, and its modules in usr/lib/modules/VERSION or
 * lib/modules/VERSION. Links are followed within the image only.
 */
#ifndef WIREROOT_IMAGE_KERNELS_H
#define WIREROOT_IMAGE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

struct image_kernel {
	char *version;
	bool vmlinuz, modules; /* which of the two there is */
};

/* The newest first. */
struct image_kernels {
	struct image_kernel *list;
	size_t count;
};

/* In the tree at @path. None is no fault. 0 or -errno with @fault; image_kernels_free() in any
 * case.
 */
int image_kernels_find(const char *path, struct image_kernels *kernels, struct fault *fault);
void image_kernels_free(struct image_kernels *kernels);

/* The newest with both, or NULL. */
const struct image_kernel *image_kernels_newest(const struct image_kernels *kernels);

/* A line, without its end, for each kernel that lacks something and for an image that has none that
 * a node could boot; "" when all is well. */
void image_kernels_problems(const struct image_kernels *kernels, struct text *text);

#endif
