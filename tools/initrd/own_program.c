// SPDX-License-Identifier: GPL-2.0-only
/* Finds our programs for the node. See own_program.h. */
#include "tools/initrd/own_program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

void own_program(const char *name, char path[static PATH_MAX])
{
	static const char *const places[] = { "../lib/wireroot/", "" };
	char program[PATH_MAX - 64];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	program[length > 0 ? length : 0] = '\0';
	slash = strrchr(program, '/');
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, PATH_MAX, "%.*s/%s%s", (int)(slash - program), program, places[i],
			 name);
		if (fs_is_file(path))
			return;
	}
	snprintf(path, PATH_MAX, "%s/lib/wireroot/%s", WIREROOT_PREFIX, name);
}
