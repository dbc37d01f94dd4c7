/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A volume, a block device or a file, with a file system on all of it.
 *
 * It is mounted where nobody sees it: the mount hangs in no directory and belongs to a descriptor
 * (fsmount(2)), so that the kernel takes it down when this process ends, by SIGKILL too. The same
 * holds for the loop device under a file. All functions return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_IMAGE_VOLUME_H
#define WIREROOT_IMAGE_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define VOLUME_DEVICE_BYTES 32 /* "/dev/loop12" */

/* Ways of each file system; see volume_kind_find(). */
struct volume_kind;

/* NULL when @name is none of "ext4", "xfs", "btrfs". */
const struct volume_kind *volume_kind_find(const char *name);

/* Is fsck to look at a root of this kind at boot? xfs and btrfs have nothing of the sort. */
bool volume_kind_is_checked(const struct volume_kind *kind);

/*
 * Is a copy's UUID best changed last of all? Then its one superblock tells whether that was done.
 * Else it is changed before the copy is mounted: two Btrfs of one UUID are one to the kernel, and
 * XFS has a UUID in each of many places.
 */
bool volume_kind_uuid_is_last(const struct volume_kind *kind);

/* struct tree's ->early_bytes for it. */
uint64_t volume_kind_early_bytes(const struct volume_kind *kind);

/*
 * Open and lock the volume @path, which nobody may use (-EBUSY). *@fd, which holds the lock, is
 * closed by the caller; *@bytes is the volume's size.
 */
int volume_claim(const char *path, int *fd, uint64_t *bytes, struct fault *fault);

/* Is it known to read as zeros, as a file without any block does? */
bool volume_is_blank(int fd);

/* Make a file system in the place of whatever there is. @label may be NULL; @blank: it reads as
 * zeros. */
int volume_format(const char *path, const struct volume_kind *kind, const char *label,
		  const char *uuid, bool blank, struct fault *fault);

/* Give the file system another UUID and label (NULL: as it is). It is not mounted. */
int volume_rename(const char *path, const struct volume_kind *kind, const char *label,
		  const char *uuid, struct fault *fault);

/* Nothing is wrong with the file system, or -EIO. It is not mounted. */
int volume_verify(const char *path, const struct volume_kind *kind, struct fault *fault);

/* Begin with { .loop = -1, .root = -1 }. */
struct volume_mount {
	int loop; /* -1: none */
	int root; /* the directory, for openat() and the like */
};

/* volume_close() in any case; when @sync, it is all on the disk then. */
int volume_open(struct volume_mount *mount, const char *path, const struct volume_kind *kind,
		struct fault *fault);
int volume_close(struct volume_mount *mount, bool sync, struct fault *fault);

/*
 * Give the mounted file system another UUID, once all that was written before is on the disk. 1
 * when the kernel cannot do that: volume_rename() can, when it is not mounted any more.
 */
int volume_rename_mounted(const struct volume_mount *mount, const char *uuid, struct fault *fault);

#endif
