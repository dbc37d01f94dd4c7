// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writable root in memory over the read-only one (Documentation/filesystems/overlayfs.rst).
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
#define UPPER		  MEMORY "/upper"
#define WORK		  MEMORY "/work"

static int mount_memory(const char *size, struct fault *fault)
{
	char options[48];

	snprintf(options, sizeof(options), "mode=0755%s%s", size[0] ? ",size=" : "", size);
	if (mount("wireroot-overlay", MEMORY, "tmpfs", 0, options) < 0)
		return fault_set(fault, errno, "mount a tmpfs for the overlay", options,
				 "check wireroot.overlay=tmpfs:SIZE");
	if (make_directories(UPPER, 0755) < 0 || make_directories(WORK, 0755) < 0) {
		int error = errno;

		(void)umount2(MEMORY, MNT_DETACH);
		return fault_set(fault, error, "make the overlay's directories", MEMORY, NULL);
	}
	return 0;
}

int overlay_mount(const char *root, const char *size, struct fault *fault)
{
	int error = make_directories(LOWER, 0755);

	if (error == 0)
		error = make_directories(MEMORY, 0755);
	if (error < 0)
		return fault_set(fault, error, "make a directory", OVERLAY_DIRECTORY, NULL);
	if (chmod(OVERLAY_DIRECTORY, 0700) < 0)
		return fault_set(fault, errno, "protect", OVERLAY_DIRECTORY, NULL);
	error = mount_memory(size, fault);
	if (error < 0)
		return error;
	if (mount(root, LOWER, NULL, MS_MOVE, NULL) < 0) {
		error = errno;
		(void)umount2(MEMORY, MNT_DETACH);
		return fault_set(fault, error, "move the root below the overlay", LOWER, NULL);
	}
	if (mount("wireroot", root, "overlay", 0,
		  "lowerdir=" LOWER ",upperdir=" UPPER ",workdir=" WORK) == 0)
		return 0;
	error = errno;
	(void)mount(LOWER, root, NULL, MS_MOVE, NULL);
	(void)umount2(MEMORY, MNT_DETACH);
	return fault_set(fault, error, "mount the overlay", root,
			 error == ENODEV
				 ? "the kernel has no overlayfs: build the initrd `--with overlay`"
				 : NULL);
}
