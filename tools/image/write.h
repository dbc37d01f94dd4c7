/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing an image to the volume that a node has as its disk.
 *
 * A volume is a block device or a file that has its size already. It gets a file system without a
 * partition table, the image's files, and what a copy must have of its own; see adaptations.h. All
 * of it is done offline, by root, on a mount that no directory shows and that ends with this
 * process, however that ends: nothing stays mounted. Whether a volume is whole is for the caller to
 * remember: it is once the function has returned 0, and before that must be taken for rubbish.
 */
#ifndef WIREROOT_IMAGE_WRITE_H
#define WIREROOT_IMAGE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/progress.h"

/* Where an image's files are. */
struct image_source {
	const char *path; /* a directory, or a tar archive, compressed or not */
};

struct image_write_options {
	const char *file_system; /* "ext4", "xfs" or "btrfs" */
	const char *label; /* NULL: none */
	const char *uuid; /* of the file system; NULL: a random one */
	const char *host_name; /* NULL: none, as in a golden volume; the node then takes its own
				  from the init or from DHCP */
	bool blank; /* the volume reads as zeros, as new thin volumes do; files are asked */
};

/*
 * Make a file system on the volume @volume and write the image @source to it, down to the disk, and
 * check it. @progress may be NULL. 0, or -errno with @fault filled in: -EBUSY when the volume is in
 * use, -ENOSPC when the image does not fit.
 */
int image_write(const struct image_source *source, const char *volume,
		const struct image_write_options *options, struct progress *progress,
		struct fault *fault);

/*
 * Give the volume @volume, a copy of one that image_write() wrote and that nobody uses, what is to
 * be its own: @options' UUID, label (NULL: the one it has) and host name, and all that the
 * adaptations take away. Takes a moment, however large the volume. 0 or -errno with @fault filled
 * in.
 */
int image_identify(const char *volume, const struct image_write_options *options,
		   struct fault *fault);

/* Is @name a file system that image_write() makes? */
bool image_file_system_is_known(const char *name);

#endif
