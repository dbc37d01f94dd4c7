// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping PID 1 out of swap: when the lender of one of its pages dies, the kernel panics.
 *
 * systemd runs in a control group of its own, which gets a limit of 0. What it has had before it
 * went there, its first pages, is charged to no such group, and is swapped out like all else.
 */
#include "userspace/memory/borrow/pid1.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "userspace/memory/borrow/stats.h"

bool pid1_keep_in_memory(void)
{
	char groups[1024];
	bool written;
	int fd;

	/* Of a group with others in it, nothing at all would be swapped out. */
	if (!stats_read_file("/proc/1/cgroup", groups, sizeof(groups)) ||
	    !strstr(groups, "0::/init.scope\n"))
		return false;
	fd = open("/sys/fs/cgroup/init.scope/memory.swap.max", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	written = write(fd, "0", 1) == 1;
	close(fd);
	return written;
}
