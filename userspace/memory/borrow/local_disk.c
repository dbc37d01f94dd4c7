// SPDX-License-Identifier: GPL-2.0-only
/* The local disk that swap moves to; see local_disk.h. */
#include "userspace/memory/borrow/local_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fs.h>

#include "initramfs/swap/mapper.h"
#include "userspace/lib/fs.h"

/* Begins the last MiB. */
static const char signature[] = "Wireroot swap 1: encrypted, the key is nowhere\n";

/* Less than this is not worth a volume group. */
#define BYTES_MIN (16ull << 20)

static bool is_zero(const uint8_t *edge)
{
	/* Each byte is like the one before it, and the first is zero. */
	return !edge[0] && !memcmp(edge, edge + 1, LOCAL_DISK_EDGE_BYTES - 1);
}

enum local_disk local_disk_judge(const uint8_t *first, const uint8_t *last)
{
	if (!memcmp(last, signature, sizeof(signature)))
		return LOCAL_DISK_OURS;
	return is_zero(first) && is_zero(last) ? LOCAL_DISK_BLANK : LOCAL_DISK_FOREIGN;
}

static int refuse(struct fault *fault, int error, const char *path, const char *hint)
{
	return fault_set(fault, error, "take the local disk for swap", path, hint);
}

static int look(int fd, uint64_t bytes, enum local_disk *judged)
{
	uint8_t *edges = malloc((size_t)2 * LOCAL_DISK_EDGE_BYTES);
	int error = edges ? 0 : -ENOMEM;

	errno = EIO; /* for less than what was asked for */
	if (!error && (pread(fd, edges, LOCAL_DISK_EDGE_BYTES, 0) != LOCAL_DISK_EDGE_BYTES ||
		       pread(fd, edges + LOCAL_DISK_EDGE_BYTES, LOCAL_DISK_EDGE_BYTES,
			     (off_t)(bytes - LOCAL_DISK_EDGE_BYTES)) != LOCAL_DISK_EDGE_BYTES))
		error = -errno;
	if (!error)
		*judged = local_disk_judge(edges, edges + LOCAL_DISK_EDGE_BYTES);
	free(edges);
	return error;
}

static int sign(int fd, uint64_t bytes)
{
	if (lseek(fd, (off_t)(bytes - LOCAL_DISK_EDGE_BYTES), SEEK_SET) < 0)
		return -errno;
	if (fs_write_all(fd, signature, sizeof(signature)) < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

/* Nobody else has it: a mounted file system, or a partition that is in use, does. */
static int open_disk(const char *path, uint64_t *bytes, struct fault *fault)
{
	int fd = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return refuse(fault, errno, path,
			      errno == EBUSY ? "something uses it: give another disk" : NULL);
	if (fstat(fd, &status) < 0 || !S_ISBLK(status.st_mode) ||
	    ioctl(fd, BLKGETSIZE64, bytes) < 0) {
		close(fd);
		return refuse(fault, ENOTBLK, path, "give a disk or a partition");
	}
	*bytes -= *bytes % 4096;
	if (*bytes < BYTES_MIN) {
		close(fd);
		return refuse(fault, ENOSPC, path, "it has less than 16 MiB");
	}
	return fd;
}

static int claim(const char *path, uint64_t *bytes, struct fault *fault)
{
	enum local_disk judged = LOCAL_DISK_FOREIGN;
	int fd = open_disk(path, bytes, fault), error;

	if (fd < 0)
		return fd;
	error = look(fd, *bytes, &judged);
	if (error)
		refuse(fault, error, path, NULL);
	else if (judged == LOCAL_DISK_FOREIGN)
		error = refuse(fault, EEXIST, path,
			       "there is something on it; if nobody wants that, overwrite its "
			       "first and last MiB with zeros");
	else if (judged == LOCAL_DISK_BLANK && (error = sign(fd, *bytes)) < 0)
		refuse(fault, error, path, NULL);
	close(fd);
	return error;
}

int local_disk_take(const char *path, const char *mapping, char device[static GRANT_DEVICE_BYTES],
		    struct fault *fault)
{
	char real[PATH_MAX];
	uint64_t bytes = 0;
	int error;

	if (!realpath(path, real))
		return refuse(fault, errno, path, "give the path of a disk");
	if (strncmp(real, "/dev/", 5) != 0 || strchr(real + 5, '/') ||
	    strlen(real + 5) >= GRANT_DEVICE_BYTES)
		return refuse(fault, EINVAL, real, "give a disk below /dev");
	error = claim(real, &bytes, fault);
	return error ? error
		     : mapper_encrypt(mapping, real + 5, bytes - LOCAL_DISK_EDGE_BYTES, device,
				      fault);
}
