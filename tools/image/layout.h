/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An OCI image layout: a directory with oci-layout, index.json and blobs/, whose layers make up a
 * root file system.
 */
#ifndef WIREROOT_IMAGE_LAYOUT_H
#define WIREROOT_IMAGE_LAYOUT_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/image/tree.h"
#include "userspace/lib/progress.h"

bool layout_is_one(const char *directory);

/*
 * Unpack the image with the tag @reference (NULL: the only one) of the layout in @directory, for
 * this machine's architecture, into @tree. All that is used is verified before it is: size and
 * SHA-256. 0 or -errno with @fault; -EBADMSG when something is not what its digest says.
 */
int layout_unpack(const char *directory, const char *reference, struct tree *tree,
		  struct progress *progress, struct fault *fault);

#endif
