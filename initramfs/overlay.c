// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writable root, in memory or on a disk, over the read-only one
 * (Documentation/filesystems/overlayfs.rst).
 *
 * Both sides stay below /run/wireroot, so that the second stage can see what was changed and how
 * much room is left; mode 0700 keeps its users away from the writable side.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "overlay.h"
#include "sys.h"

#define OVERLAY_DIRECTORY "/run/wireroot/overlay"
#define LOWER		  OVERLAY_DIRECTORY "/lower"
#define MEMORY		  OVERLAY_DIRECTORY "/memory"

static int mount_memory(const char *size, struct fault *fault)
{
	char options[48];

	snprintf(options, sizeof(options), "mode=0755%s%s", size[0] ? ",size=" : "", size);
	if (mount("wireroot-overlay", MEMORY, "tmpfs", 0, options) < 0)
		return fault_set(fault, errno, "mount a tmpfs for the overlay", options,
				 "check wireroot.overlay=tmpfs:SIZE");
	return 0;
}

/* Without a disk the upper side would be in memory, unasked. */
static int check_disk(struct fault *fault)
{
	struct stat disk, above;

	if (stat(OVERLAY_DISK, &disk) == 0 && stat(OVERLAY_DIRECTORY, &above) == 0 &&
	    disk.st_dev != above.st_dev)
		return 0;
	return fault_set(fault, ENODEV, "find the overlay's disk", "",
			 "wireroot.overlay=LABEL= and its like need a root on iSCSI disks, too");
}

static int mount_overlay(const char *root, const char *upper, struct fault *fault)
{
	char options[160];
	int error;

	if (mount(root, LOWER, NULL, MS_MOVE, NULL) < 0)
		return fault_set(fault, errno, "move the root below the overlay", LOWER, NULL);
	snprintf(options, sizeof(options), "lowerdir=" LOWER ",upperdir=%s/upper,workdir=%s/work",
		 upper, upper);
	if (mount("wireroot", root, "overlay", 0, options) == 0)
		return 0;
	error = errno;
	(void)mount(LOWER, root, NULL, MS_MOVE, NULL);
	return fault_set(fault, error, "mount the overlay", root,
			 error == ENODEV
				 ? "the kernel has no overlayfs: build the initrd `--with overlay`"
				 : NULL);
}

static int make_upper(const char *upper, struct fault *fault)
{
	static const char *const names[] = { "upper", "work" };
	char path[64];
	int error = 0;

	for (int i = 0; !error && i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", upper, names[i]);
		error = make_directories(path, 0755);
	}
	return error ? fault_set(fault, error, "make the overlay's directories", upper, NULL) : 0;
}

int overlay_mount(const char *root, bool on_disk, const char *size, struct fault *fault)
{
	const char *upper = on_disk ? OVERLAY_DISK : MEMORY;
	int error = make_directories(LOWER, 0755);

	if (error == 0)
		error = make_directories(upper, 0755);
	if (error < 0)
		return fault_set(fault, error, "make a directory", OVERLAY_DIRECTORY, NULL);
	if (chmod(OVERLAY_DIRECTORY, 0700) < 0)
		return fault_set(fault, errno, "protect", OVERLAY_DIRECTORY, NULL);
	error = on_disk ? check_disk(fault) : mount_memory(size, fault);
	if (error < 0)
		return error;
	error = make_upper(upper, fault);
	if (!error)
		error = mount_overlay(root, upper, fault);
	if (error && !on_disk)
		(void)umount2(MEMORY, MNT_DETACH);
	return error;
}
