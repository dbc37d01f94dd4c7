// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of this machine's memory and swap; see stats.h. */
#include "userspace/memory/borrow/stats.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "userspace/memory/lib/vitals.h"

#define PRESSURE "/proc/pressure/memory"

uint64_t stats_meminfo(const char *text, const char *key)
{
	uint64_t bytes = 0;

	return vitals_read_size(text, strlen(text), key, &bytes) ? bytes : 0;
}

double stats_pressure(const char *text)
{
	struct vitals vitals = { 0 };

	return vitals_read_pressure(text, strlen(text), &vitals) && vitals.pressure <= 100
		       ? vitals.pressure
		       : 0;
}

bool stats_read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = -1;

	while (fd >= 0 && length < size - 1 &&
	       (got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	if (fd >= 0)
		close(fd);
	text[length] = '\0';
	return fd >= 0 && got >= 0;
}

void stats_read(struct stats *stats)
{
	char text[8192];

	*stats = (struct stats){ 0 };
	(void)stats_read_file("/proc/swaps", stats->swaps, sizeof(stats->swaps));
	if (stats_read_file("/proc/meminfo", text, sizeof(text))) {
		stats->total_bytes = stats_meminfo(text, "MemTotal:");
		stats->available_bytes = stats_meminfo(text, "MemAvailable:");
	}
	if (stats_read_file(PRESSURE, text, sizeof(text)))
		stats->pressure = stats_pressure(text);
}

int stats_open_pressure(void)
{
	int fd = vitals_watch(PRESSURE);

	return fd < 0 ? -1 : fd;
}
