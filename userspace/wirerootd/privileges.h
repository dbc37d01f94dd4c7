/* SPDX-License-Identifier: GPL-2.0-only */
/* Give the rights of root up for those of another user, for good. */
#ifndef WIREROOT_PRIVILEGES_H
#define WIREROOT_PRIVILEGES_H

#include <sys/types.h>

#include "initramfs/fault.h"

struct user {
	const char *name;
	uid_t uid;
	gid_t gid;
};

/* Look @name up while its database can still be read. 0 or -errno with @fault filled in. */
int user_find(const char *name, struct user *user, struct fault *fault);

/* Become @user, with its groups. 0, or -errno with @fault filled in: then end, nothing is promised.
 */
int privileges_drop(const struct user *user, struct fault *fault);

#endif
