// SPDX-License-Identifier: GPL-2.0-only
/* Changes in configfs; see configfs.h. */
#include "tools/target/configfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int configfs_make_dir(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

int configfs_remove_dir(const char *path)
{
	return rmdir(path) < 0 ? -errno : 0;
}

int configfs_write(const char *path, const char *value)
{
	const size_t length = strlen(value);
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;
	ssize_t done;

	if (fd < 0)
		return -errno;
	/* An attribute takes its value in one piece. */
	do
		done = write(fd, value, length);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		error = -errno;
	else if ((size_t)done != length)
		error = -EIO;
	close(fd);
	return error;
}

int configfs_link(const char *target, const char *path)
{
	return symlink(target, path) < 0 ? -errno : 0;
}

int configfs_unlink(const char *path)
{
	return unlink(path) < 0 ? -errno : 0;
}
