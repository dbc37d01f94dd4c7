// SPDX-License-Identifier: GPL-2.0-only
/*
 * Growing the file system of a clone; see grow.h.
 *
 * XFS and Btrfs grow while they are mounted, and no other way; the mount is one that no directory
 * shows. ext4 grows offline, too, which needs no more than e2fsprogs.
 */
#include "tools/storage/grow.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tools/image/volume.h"
#include "userspace/lib/spawn.h"

/* Of the kernel's fs/xfs/libxfs/xfs_fs.h. */
struct xfs_growfs_data {
	__u64 blocks; /* of the whole, after it has grown */
	__u32 inodes_percent; /* the most that inodes may take */
};

#define XFS_IOC_FSGROWFSDATA _IOW('X', 110, struct xfs_growfs_data)
/* mkfs.xfs's own for less than 1 TiB. */
#define XFS_INODES_PERCENT 25

static uint64_t blocks_of(int root, uint64_t bytes)
{
	struct statfs status;

	return fstatfs(root, &status) < 0 || !status.f_bsize ? 0 : bytes / (uint64_t)status.f_bsize;
}

static int grow_xfs(int root, uint64_t bytes)
{
	struct xfs_growfs_data data = { .blocks = blocks_of(root, bytes),
					.inodes_percent = XFS_INODES_PERCENT };

	return ioctl(root, XFS_IOC_FSGROWFSDATA, &data);
}

static int grow_btrfs(int root, uint64_t bytes)
{
	struct btrfs_ioctl_vol_args arguments = { .name = "max" };

	(void)bytes;
	return ioctl(root, BTRFS_IOC_RESIZE, &arguments);
}

static const struct {
	const char *name;
	int (*grow)(int root, uint64_t bytes);
} kinds[] = { { "xfs", grow_xfs }, { "btrfs", grow_btrfs } };

/* ioctl() wants a directory that was opened, which a mount is not. Returns 0 or -errno. */
static int grow_mounted(int mount, const char *file_system, uint64_t bytes)
{
	int root = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = -EINVAL;

	if (root < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, file_system) == 0)
			error = kinds[i].grow(root, bytes) < 0 ? -errno : 0;
	close(root);
	return error;
}

/* It was checked when it was written, which resize2fs would do again, through the whole volume. */
static int grow_ext4(const char *path, struct fault *fault)
{
	const char *const argv[] = { "resize2fs", "-f", path, NULL };

	return spawn_quietly(argv, fault);
}

int grow_file_system(const char *path, const char *file_system, uint64_t bytes, struct fault *fault)
{
	const struct volume_kind *kind = volume_kind_find(file_system);
	struct volume_mount mount = { .loop = -1, .root = -1 };
	struct fault closing = { 0 };
	int error, close_error;

	if (!kind)
		return fault_set(fault, EINVAL, "grow file system", file_system, NULL);
	if (strcmp(file_system, "ext4") == 0)
		return grow_ext4(path, fault);
	error = volume_open(&mount, path, kind, fault);
	if (!error) {
		error = grow_mounted(mount.root, file_system, bytes);
		if (error)
			fault_set(fault, error, "grow the file system of volume", path, NULL);
	}
	close_error = volume_close(&mount, !error, &closing);
	if (error || !close_error)
		return error;
	*fault = closing;
	return close_error;
}
