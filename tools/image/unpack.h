/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unpacking tar archives, in any compression that libarchive does without other programs, with all
 * that belongs to their files.
 */
#ifndef WIREROOT_IMAGE_UNPACK_H
#define WIREROOT_IMAGE_UNPACK_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/image/tree.h"
#include "userspace/lib/progress.h"

/* What an archive seems to hold, by its first file. */
enum archive_kind {
	ARCHIVE_TREE, /* the files of a root */
	ARCHIVE_OCI, /* an OCI image: index.json, blobs/ */
};

/* 0; -EINVAL for what is no archive, or another -errno, both with @fault. */
int unpack_probe(const char *path, enum archive_kind *kind, struct fault *fault);

/*
 * Unpack the archive at @path into @tree, from its root on. The unit of @progress is bytes of the
 * archive. 0 or -errno with @fault filled in; -EBADMSG for an archive that is damaged or cut off.
 */
int unpack_archive(const char *path, struct tree *tree, struct progress *progress,
		   struct fault *fault);

/*
 * Unpack a layer of an OCI image, the open file @fd at its beginning, over what is there: its
 * whiteouts first take away what they name (OCI image specification, "Layer filesystem changeset").
 * @name stands in faults.
 */
int unpack_layer(int fd, const char *name, struct tree *tree, struct progress *progress,
		 struct fault *fault);

#endif
