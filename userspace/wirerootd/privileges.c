/* SPDX-License-Identifier: GPL-2.0-only */
/* Drops the rights of root. See privileges.h for what is promised. */
#include "userspace/wirerootd/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

int user_find(const char *name, struct user *user, struct fault *fault)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(name);
	if (!entry)
		return fault_set(fault, errno ? errno : ENOENT, "look up the user to run as", name,
				 "give --user the name of an existing user");
	user->name = name;
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	return 0;
}

int privileges_drop(const struct user *user, struct fault *fault)
{
	/* Groups first: afterwards there is no right left to change them. */
	if (initgroups(user->name, user->gid) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return fault_set(fault, errno, "run as another user", user->name,
				 "--user needs to be started by root");
	if (user->uid != 0 && setuid(0) == 0)
		return fault_set(fault, EPERM, "give up the rights of root", user->name, NULL);
	return 0;
}
