/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is changed in an image's files when they become a volume: what must not be the same on two
 * nodes goes, what a root on a disk needs comes.
 *
 * Each adaptation is a function in a table and applied to the volume's tree, after the image was
 * written and again when the volume was cloned: it must come to the same when applied twice, and
 * leave alone what the image has no program for. Paths are resolved in the tree
 * (tools/image/tree.h): an image's links may point anywhere.
 */
#ifndef WIREROOT_IMAGE_ADAPTATIONS_H
#define WIREROOT_IMAGE_ADAPTATIONS_H

#include <stdbool.h>

#include "initramfs/fault.h"

/* What the volume's tree is for. */
struct image_volume {
	int root; /* its open directory */
	const char *uuid, *file_system; /* "ext4" */
	const char *host_name; /* NULL: none, as in a golden volume */
	bool checked; /* fsck is to look at it at boot */
};

/* All of the table, in its order. 0 or -errno with @fault, which names the adaptation. */
int adaptations_apply(const struct image_volume *volume, struct fault *fault);

#endif
