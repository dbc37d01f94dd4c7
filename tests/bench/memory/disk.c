// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hard disk as nbdkit serves it: a file whose every access takes as long as a disk's arm and
 * platter would. For the benchmark of lent memory, in which it is the local disk to swap to.
 *
 *	nbdkit … disk.so file=FILE [capacity=BYTES] [seek-us=N] [full-seek-us=N] [rpm=N]
 *		[rate=BYTES/s] [slow=N]
 *
 * One arm, one request at a time. An access behind the last one needs no seek, nor waits for the
 * platter, but for what lies between them to pass by at the rate, where that takes less time than a
 * seek. A seek costs seek-us, a part of (full-seek-us - seek-us) that grows with the root of the
 * distance over the whole disk's capacity, and half a turn. Then come its bytes, at the rate. What
 * a drive's own cache does for writes is left out for both directions alike, and so are command
 * overheads. All of it takes slow= times as long, for a node whose clock runs that much too fast.
 */
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_SERIALIZE_ALL_REQUESTS

static struct {
	char *path;
	int fd;
	int64_t size;
	/* A drive of 7200 turns a minute, of 160 GB. */
	int64_t capacity, seek_us, full_seek_us, rpm, rate, slow;
} disk = { .fd = -1,
	   .capacity = 160000000000,
	   .seek_us = 1000,
	   .full_seek_us = 17000,
	   .rpm = 7200,
	   .rate = 80000000,
	   .slow = 1 };

static uint64_t arm; /* behind the last access */

static int take_number(const char *key, const char *value, int64_t *number)
{
	*number = nbdkit_parse_size(value);
	if (*number > 0)
		return 0;
	nbdkit_error("%s=%s: give a number above 0", key, value);
	return -1;
}

static int disk_config(const char *key, const char *value)
{
	if (!strcmp(key, "file")) {
		free(disk.path);
		disk.path = nbdkit_absolute_path(value);
		return disk.path ? 0 : -1;
	}
	if (!strcmp(key, "capacity"))
		return take_number(key, value, &disk.capacity);
	if (!strcmp(key, "seek-us"))
		return take_number(key, value, &disk.seek_us);
	if (!strcmp(key, "full-seek-us"))
		return take_number(key, value, &disk.full_seek_us);
	if (!strcmp(key, "rpm"))
		return take_number(key, value, &disk.rpm);
	if (!strcmp(key, "rate"))
		return take_number(key, value, &disk.rate);
	if (!strcmp(key, "slow"))
		return take_number(key, value, &disk.slow);
	nbdkit_error("no such parameter: %s", key);
	return -1;
}

static int disk_config_complete(void)
{
	struct stat status;

	if (!disk.path) {
		nbdkit_error("file= is missing");
		return -1;
	}
	disk.fd = open(disk.path, O_RDWR | O_CLOEXEC);
	if (disk.fd < 0 || fstat(disk.fd, &status) < 0) {
		nbdkit_error("%s: %m", disk.path);
		return -1;
	}
	disk.size = status.st_size;
	return 0;
}

static void disk_unload(void)
{
	if (disk.fd >= 0)
		close(disk.fd);
	free(disk.path);
}

static void *disk_open(int readonly)
{
	(void)readonly;
	return &disk;
}

static int64_t disk_get_size(void *handle)
{
	(void)handle;
	return disk.size;
}

/* In microseconds, with half a turn. */
static double seek(double distance)
{
	return (double)disk.seek_us +
	       (double)(disk.full_seek_us - disk.seek_us) * sqrt(distance / (double)disk.capacity) +
	       60e6 / (double)disk.rpm / 2;
}

/* Wait as long as the disk would, since @start, for @count bytes at @offset. */
static void turn(const struct timespec *start, uint64_t offset, uint32_t count)
{
	double us = (double)count * 1e6 / (double)disk.rate;
	struct timespec end = *start;

	if (offset < arm)
		us += seek((double)(arm - offset));
	else
		us += fmin((double)(offset - arm) * 1e6 / (double)disk.rate,
			   seek((double)(offset - arm)));
	arm = offset + count;
	end.tv_nsec += (long)(us * 1000 * (double)disk.slow);
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

static int disk_pread(void *handle, void *buffer, uint32_t count, uint64_t offset, uint32_t flags)
{
	const uint64_t from = offset;
	const uint32_t whole = count;
	struct timespec start;

	(void)handle;
	(void)flags;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (count) {
		ssize_t got = pread(disk.fd, buffer, count, (off_t)offset);

		if (got <= 0) {
			nbdkit_set_error(got < 0 ? errno : EIO);
			return -1;
		}
		buffer = (char *)buffer + got;
		count -= (uint32_t)got;
		offset += (uint64_t)got;
	}
	turn(&start, from, whole);
	return 0;
}

static int disk_pwrite(void *handle, const void *buffer, uint32_t count, uint64_t offset,
		       uint32_t flags)
{
	const uint64_t from = offset;
	const uint32_t whole = count;
	struct timespec start;

	(void)handle;
	(void)flags;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (count) {
		ssize_t put = pwrite(disk.fd, buffer, count, (off_t)offset);

		if (put < 0) {
			nbdkit_set_error(errno);
			return -1;
		}
		buffer = (const char *)buffer + put;
		count -= (uint32_t)put;
		offset += (uint64_t)put;
	}
	turn(&start, from, whole);
	return 0;
}

static int disk_flush(void *handle, uint32_t flags)
{
	(void)handle;
	(void)flags;
	return 0;
}

static struct nbdkit_plugin plugin = {
	.name = "disk",
	.longname = "a hard disk's times",
	.config = disk_config,
	.config_complete = disk_config_complete,
	.config_help = "file=FILE [capacity=BYTES] [seek-us=N] [full-seek-us=N] [rpm=N] [rate=N] "
		       "[slow=N]",
	.magic_config_key = "file",
	.unload = disk_unload,
	.open = disk_open,
	.get_size = disk_get_size,
	.pread = disk_pread,
	.pwrite = disk_pwrite,
	.flush = disk_flush,
	.errno_is_preserved = 1,
};

NBDKIT_REGISTER_PLUGIN(plugin)
