// SPDX-License-Identifier: GPL-2.0-only
/* Swap on and off; see swap_volume.h. */
#include "userspace/memory/borrow/swap_volume.h"

#include <errno.h>
#include <fcntl.h>
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
#include "userspace/memory/borrow/room.h"
#include "userspace/memory/borrow/shared.h"
#include "userspace/memory/borrow/stats.h"

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

/*
 * Pages for which memory has no room would push out others, for which other swap has to have room
 * twice, and they are asked for faster than anything can be pushed out. What is shared comes from
 * all devices at once.
 */
void swap_volume_prefetch(const char *device, int type)
{
	bool all;
	uint64_t room = room_to_read(device, type, &all);

	if (type >= 0)
		(void)pages_prefetch(type, room);
	if (all)
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
	swap_volume_prefetch(device, type);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return fault_set(fault, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR, "swap off", device,
			 "memory and other swap do not hold its pages");
}
