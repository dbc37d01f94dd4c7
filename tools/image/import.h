/* SPDX-License-Identifier: GPL-2.0-only */
/* Making an image of what there is: a tar archive, a directory, an OCI archive or layout. */
#ifndef WIREROOT_IMAGE_IMPORT_H
#define WIREROOT_IMAGE_IMPORT_H

#include "initramfs/fault.h"
#include "userspace/lib/progress.h"

struct image_import {
	const char *store, *name;
	const char *source; /* a file or a directory */
	const char *reference; /* of several images in an OCI archive, the tag of one; or NULL */
};

/* 0 or -errno with @fault; nothing is left behind then. Root alone can. */
int image_import(const struct image_import *import, struct progress *progress, struct fault *fault);

#endif
