// SPDX-License-Identifier: GPL-2.0-only
/* The table of modes; see modes.h. */
#include "userspace/memory/borrow/modes.h"

#include <stddef.h>
#include <string.h>

static const struct mode *const modes[] = { &mode_plain, &mode_lvm };

const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i]->name, name))
			return modes[i];
	return NULL;
}
