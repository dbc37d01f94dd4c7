// SPDX-License-Identifier: GPL-2.0-only
/* The device of a logical volume; see lvm_device.h. */
#include "tools/storage/lvm_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tools/storage/lvm_line.h"

#define CONTROL	    "/dev/mapper/control"
#define WAIT_MS	    5
#define PATIENCE_MS 60000

/* Its number, by the kernel's linux/dm-ioctl.h. */
static int look_up(const char *group, const char *volume, dev_t *device, struct fault *fault)
{
	struct dm_ioctl status = { .version = { DM_VERSION_MAJOR, 0, 0 },
				   .data_size = sizeof(status) };
	int error, fd;

	error = lvm_mapper_name(group, volume, status.name, sizeof(status.name));
	fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (!error && (fd < 0 || ioctl(fd, DM_DEV_STATUS, &status) < 0))
		error = -errno;
	if (fd >= 0)
		close(fd);
	if (error)
		return fault_set(fault, error, "look up the device of volume", volume,
				 "lvs tells whether it is active");
	*device = makedev(major(status.dev), minor(status.dev));
	return 0;
}

static bool is_device(const char *path, dev_t device)
{
	struct stat there;

	return stat(path, &there) == 0 && S_ISBLK(there.st_mode) && there.st_rdev == device;
}

int lvm_device_path(const char *group, const char *volume, char **path, struct fault *fault)
{
	dev_t device = 0;
	int error = look_up(group, volume, &device, fault);

	*path = NULL;
	if (error)
		return error;
	if (asprintf(path, "/dev/dm-%u", minor(device)) < 0)
		return fault_set(fault, ENOMEM, "find the device of volume", volume, NULL);
	if (is_device(*path, device))
		return 0;
	fault_set(fault, ENODEV, "find the device of volume", *path,
		  "the kernel makes it in /dev, where that is a devtmpfs");
	free(*path);
	*path = NULL;
	return -ENODEV;
}

int lvm_await_name(const char *group, const char *volume, struct fault *fault)
{
	const struct timespec wait = { .tv_nsec = WAIT_MS * 1000000L };
	char path[sizeof("/dev//") + 2 * DM_NAME_LEN];
	dev_t device = 0;
	int error = look_up(group, volume, &device, fault);

	if (error)
		return error;
	snprintf(path, sizeof(path), "/dev/%.127s/%.127s", group, volume);
	for (int waited = 0; waited < PATIENCE_MS; waited += WAIT_MS) {
		if (is_device(path, device))
			return 0;
		nanosleep(&wait, NULL);
	}
	return fault_set(fault, ETIMEDOUT, "wait for the device of volume", path,
			 "udev makes it; does systemd-udevd run?");
}
