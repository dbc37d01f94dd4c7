// SPDX-License-Identifier: GPL-2.0-only
/* The drivers that remote swap needs; driver.h has the contract. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../sys.h"
#include "driver.h"

/* klibc has the call, but no header for it. */
extern int finit_module(int fd, const char *options, int flags);

/* A module is called as its file, with '_' for each '-' and without what follows the first dot. */
static bool is_live(const char *path)
{
	const char *base = strrchr(path, '/');
	char name[64];

	strlcpy(name, base ? base + 1 : path, sizeof(name));
	name[strcspn(name, ".")] = '\0';
	for (char *at = name; *at; at++)
		if (*at == '-')
			*at = '_';
	return module_is_live(name);
}

static void load(const char *version, const char *path)
{
	char whole[320];
	int fd;

	if (is_live(path))
		return;
	snprintf(whole, sizeof(whole), "/lib/modules/%s/%s", version, path);
	fd = open(whole, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* The init's loader takes the same lock: what comes second finds it loaded. */
	(void)flock(fd, LOCK_EX);
	if (!is_live(path))
		(void)finit_module(fd, "", 0);
	close(fd);
}

void driver_load_all(void)
{
	struct utsname kernel;
	char *list, *rest, *path;

	if (uname(&kernel) < 0 || file_read_all(DRIVER_LIST_PATH, &list) < 0)
		return;
	rest = list;
	while ((path = strsep(&rest, "\n")))
		if (*path)
			load(kernel.release, path);
	free(list);
}
