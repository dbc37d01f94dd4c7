// SPDX-License-Identifier: GPL-2.0-only
/* Copies of volumes; see copy.h. */
#include "tools/storage/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* Large enough for disks, small enough for a bar that moves. */
#define CHUNK_BYTES ((size_t)4 << 20)

struct copy {
	int from, to;
	const char *name;
	uint64_t done;
	void *buffer; /* once the kernel cannot copy by itself */
	struct progress *progress;
};

static int trouble(const struct copy *copy, int error, const char *doing, struct fault *fault)
{
	return fault_set(fault, error, doing, copy->name,
			 error == ENOSPC ? "make room, and repeat the command" : NULL);
}

/* Through our own memory: between devices the kernel offers nothing else. */
static ssize_t copy_through(struct copy *copy, off_t at, size_t bytes)
{
	size_t written = 0;
	ssize_t got;

	if (!copy->buffer)
		copy->buffer = malloc(CHUNK_BYTES);
	if (!copy->buffer) {
		errno = ENOMEM;
		return -1;
	}
	got = pread(copy->from, copy->buffer, bytes, at);
	while (got > 0 && written < (size_t)got) {
		ssize_t put = pwrite(copy->to, (char *)copy->buffer + written,
				     (size_t)got - written, at + (off_t)written);

		if (put < 0 && errno != EINTR)
			return -1;
		written += put > 0 ? (size_t)put : 0;
	}
	return got;
}

static ssize_t copy_chunk(struct copy *copy, off_t at, size_t bytes)
{
	off_t in = at, out = at;
	ssize_t got;

	if (copy->buffer)
		return copy_through(copy, at, bytes);
	got = copy_file_range(copy->from, &in, copy->to, &out, bytes, 0);
	if (got >= 0 || (errno != EINVAL && errno != EXDEV && errno != EOPNOTSUPP))
		return got;
	return copy_through(copy, at, bytes);
}

/* From @at to @end, at the same place of both. */
static int copy_range(struct copy *copy, off_t at, off_t end, struct fault *fault)
{
	while (at < end) {
		size_t bytes =
			(uint64_t)(end - at) < CHUNK_BYTES ? (size_t)(end - at) : CHUNK_BYTES;
		ssize_t got = copy_chunk(copy, at, bytes);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return trouble(copy, errno, "copy volume", fault);
		if (got == 0)
			return trouble(copy, EIO, "copy volume (it ends too early)", fault);
		at += got;
		copy->done += (uint64_t)got;
		progress_set(copy->progress, copy->done);
	}
	return 0;
}

static int copy_all(struct copy *copy, uint64_t bytes, struct fault *fault)
{
	int error = copy_range(copy, 0, (off_t)bytes, fault);

	if (!error && fsync(copy->to) < 0)
		error = trouble(copy, errno, "write volume to disk", fault);
	free(copy->buffer);
	return error;
}

int copy_device(const char *from, const char *to, uint64_t bytes, struct progress *progress,
		struct fault *fault)
{
	struct copy copy = { .name = to, .progress = progress };
	int error;

	progress_step(progress, "copying", bytes);
	copy.from = open(from, O_RDONLY | O_CLOEXEC);
	if (copy.from < 0)
		return fault_set(fault, errno, "read volume", from, NULL);
	copy.to = open(to, O_WRONLY | O_EXCL | O_CLOEXEC);
	if (copy.to < 0)
		error = fault_set(fault, errno, "write volume", to, NULL);
	else
		error = copy_all(&copy, bytes, fault);
	if (copy.to >= 0)
		close(copy.to);
	close(copy.from);
	return error;
}

int copy_shared(int from, int to)
{
	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	/* Which one depends on the file system that cannot. */
	if (errno == EINVAL || errno == EXDEV || errno == ENOTTY || errno == EPERM)
		return -EOPNOTSUPP;
	return -errno;
}

/* The next part that is no hole, from *@at on, up to *@end. False when there is none any more. */
static bool next_part(int fd, off_t size, off_t *at, off_t *end)
{
	off_t begin = lseek(fd, *at, SEEK_DATA);

	if (begin < 0 && errno != ENXIO) { /* a file system without holes */
		*end = size;
		return *at < size;
	}
	if (begin < 0)
		return false;
	*at = begin;
	*end = lseek(fd, begin, SEEK_HOLE);
	if (*end < 0)
		*end = size;
	return true;
}

int copy_sparse(int from, int to, const char *name, struct progress *progress, struct fault *fault)
{
	struct copy copy = { .from = from, .to = to, .name = name, .progress = progress };
	struct stat status;
	off_t at = 0, end = 0;
	int error = 0;

	if (fstat(from, &status) < 0 || ftruncate(to, status.st_size) < 0)
		return trouble(&copy, errno, "copy volume", fault);
	progress_step(progress, "copying", (uint64_t)status.st_blocks * 512);
	while (!error && next_part(from, status.st_size, &at, &end)) {
		error = copy_range(&copy, at, end, fault);
		at = end;
	}
	if (!error && fsync(to) < 0)
		error = trouble(&copy, errno, "write volume to disk", fault);
	free(copy.buffer);
	return error;
}
