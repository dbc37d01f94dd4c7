// SPDX-License-Identifier: GPL-2.0-only
/* Mount options that are flags of mount(2); mount_flags.h has the contract. */
#include "mount_flags.h"

#include <string.h>
#include <sys/mount.h>

#ifndef MS_RELATIME
#define MS_RELATIME (1 << 21) /* include/uapi/linux/mount.h; klibc's list is older */
#endif

struct flag_name {
	const char *name;
	unsigned long set, clear;
};

static const struct flag_name flag_names[] = {
	{ "ro", MS_RDONLY, 0 },		{ "rw", 0, MS_RDONLY },
	{ "noatime", MS_NOATIME, 0 },	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "nosuid", MS_NOSUID, 0 },	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },	{ "exec", 0, MS_NOEXEC },
	{ "relatime", MS_RELATIME, 0 }, { "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
};

bool mount_flag_apply(const char *option, size_t length, unsigned long *flags)
{
	size_t i;

	for (i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (strlen(flag_names[i].name) == length &&
		    strncmp(flag_names[i].name, option, length) == 0) {
			*flags = (*flags | flag_names[i].set) & ~flag_names[i].clear;
			return true;
		}
	}
	return false;
}
