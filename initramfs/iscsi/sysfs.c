// SPDX-License-Identifier: GPL-2.0-only
/* Values of the kernel's iSCSI sessions; sysfs.h has the contract. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys.h"
#include "sysfs.h"

bool sysfs_value(const char *directory, const char *name, char *value, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return file_read_line(path, value, size) && value[0] && strcmp(value, "(null)") != 0;
}

uint32_t sysfs_number(const char *directory, const char *name)
{
	char value[16];

	return sysfs_value(directory, name, value, sizeof(value))
		       ? (uint32_t)strtoul(value, NULL, 10)
		       : 0;
}
