// SPDX-License-Identifier: GPL-2.0-only
/* Libraries that are loaded when they are needed; see late.h. */
#include "tools/late/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* As the loader's own, for what it does not find. */
#define STATUS_NOT_FOUND 127

void *late_find(const char *library, const char *name)
{
	/* Loaded once, and there until the end. */
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	void *found = handle ? dlsym(handle, name) : NULL;

	if (found)
		return found;
	fprintf(stderr, "wireroot: load library %s: %s; install it\n", library, dlerror());
	exit(STATUS_NOT_FOUND);
}
