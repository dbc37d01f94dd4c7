// SPDX-License-Identifier: GPL-2.0-only
/* By what one sees that a file is the one it was; see stamp.h. */
#include "tools/generate/stamp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void stamp_file(const char *path, char stamp[static STAMP_BYTES])
{
	struct stat status;

	if (stat(path, &status) < 0) {
		snprintf(stamp, STAMP_BYTES, "-");
		return;
	}
	snprintf(stamp, STAMP_BYTES, "%llx.%llx.%llx.%llx.%lx.%llx.%lx",
		 (unsigned long long)status.st_dev, (unsigned long long)status.st_ino,
		 (unsigned long long)status.st_size, (unsigned long long)status.st_mtim.tv_sec,
		 (unsigned long)status.st_mtim.tv_nsec, (unsigned long long)status.st_ctim.tv_sec,
		 (unsigned long)status.st_ctim.tv_nsec);
}
