// SPDX-License-Identifier: GPL-2.0-only
/* Swap on and off; see swap_volume.h. */
#include "userspace/memory/borrow/swap_volume.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/fs.h>

#include "initramfs/swap/swap_header.h"
#include "userspace/lib/fs.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/shared.h"
#include "userspace/memory/borrow/stats.h"

/*
 * Of what is available, this much stays free, and never less: pages come back into memory that
 * others work with, and through buffers of the network's. Where pages that are on their way take
 * all there is, none arrives, and the kernel has nothing left but to kill.
 */
#define MARGIN_SHARE	   10
#define MARGIN_LEAST_BYTES (32ull << 20)

/* Linux sends the discards of swap only to what says that it does not rotate. */
static void stop_rotating(const char *device)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s/queue/rotational", device + strlen("/dev/"));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fs_write_all(fd, "0", 1);
		close(fd);
	}
}

static int write_header(int fd, struct fault *fault)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *page = calloc(1, page_bytes), uuid[16];
	uint64_t bytes = 0;
	int error = 0;

	if (!page || ioctl(fd, BLKGETSIZE64, &bytes) < 0 || getrandom(uuid, sizeof(uuid), 0) < 0)
		error = fault_set(fault, errno, "make swap", "", NULL);
	if (!error)
		error = swap_header_write(page, page_bytes, bytes, uuid, "wireroot", fault);
	if (!error && (fs_write_all(fd, page, page_bytes) < 0 || fsync(fd) < 0))
		error = fault_set(fault, errno, "make swap", "", NULL);
	free(page);
	return error;
}

int swap_volume_on(const char *device, int priority, struct fault *fault)
{
	int fd = open(device, O_WRONLY | O_EXCL | O_CLOEXEC), error;

	if (fd < 0)
		return fault_set(fault, errno, "make swap", device, NULL);
	error = write_header(fd, fault);
	close(fd);
	if (error)
		return error;
	stop_rotating(device);
	if (swapon(device, SWAP_FLAG_DISCARD | SWAP_FLAG_PREFER | priority) < 0)
		return fault_set(fault, errno, "swap on", device, NULL);
	return 0;
}

static uint64_t room_in_memory(const struct stats *stats)
{
	uint64_t margin = stats->available_bytes / MARGIN_SHARE;

	if (margin < MARGIN_LEAST_BYTES)
		margin = MARGIN_LEAST_BYTES;
	return stats->available_bytes > margin ? stats->available_bytes - margin : 0;
}

int swap_volume_check_room(const char *device, const char *what, struct fault *fault)
{
	struct swap_usage own = { 0 }, others;
	struct stats stats;
	uint64_t room;
	char hint[sizeof(fault->hint)];

	stats_read(&stats);
	if (!swap_usage_of(stats.swaps, device, &own))
		return 0;
	others = swap_usage_but(stats.swaps, device);
	room = room_in_memory(&stats) + (others.size_bytes - others.used_bytes);
	if (own.used_bytes <= room)
		return 0;
	snprintf(hint, sizeof(hint),
		 "it holds %" PRIu64 " MiB, memory and other swap have room for %" PRIu64 " MiB",
		 own.used_bytes >> 20, room >> 20);
	return fault_set(fault, ENOMEM, "give memory back", what, hint);
}

/*
 * Pages for which memory has no room would push out others, for which other swap has to have room
 * twice, and they are asked for faster than anything can be pushed out. What is shared comes from
 * all devices at once.
 */
void swap_volume_prefetch(int type)
{
	struct stats stats;
	uint64_t room;

	stats_read(&stats);
	room = room_in_memory(&stats);
	if (type >= 0)
		(void)pages_prefetch(type, room);
	if (swap_usage_but(stats.swaps, "").used_bytes <= room)
		shared_prefetch();
}

/* Beside the kernel, which reads one page after the other, they are asked for at once. */
int swap_volume_off(const char *device, int type, struct fault *fault)
{
	struct swap_usage usage;
	struct stats stats;
	int status;
	pid_t pid;

	stats_read(&stats);
	if (!swap_usage_of(stats.swaps, device, &usage))
		return 0;
	pid = fork();
	if (pid < 0)
		return fault_set(fault, errno, "start a process", "", NULL);
	if (pid == 0)
		_exit(swapoff(device) < 0 ? errno : 0);
	swap_volume_prefetch(type);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return fault_set(fault, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR, "swap off", device,
			 "memory and other swap do not hold its pages");
}
