// SPDX-License-Identifier: GPL-2.0-only
/*
 * exportfs has no dry run. So it runs for real, but where nothing comes of it: in a mount namespace
 * in which our file is the only list of exports and where its notes are kept nowhere, and in a
 * network namespace, since the kernel's NFS server has one life in each.
 */
#include "tools/generation/checks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/spawn.h"
#include "userspace/lib/text.h"

#define NOTES "/var/lib/nfs"
#define LISTS "/etc/exports.d"
#define LIST  "/etc/exports"
#define NFSD  "/proc/fs/nfsd"

/* An empty directory in the place of @path. */
static int cover(const char *path)
{
	return mount("none", path, "tmpfs", 0, "size=64k,mode=0755") < 0 ? -errno : 0;
}

/* LISTS may be missing, and nothing is made on the host for a check. */
static int make_private(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		return -errno;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

/*
 * exportfs reads /etc/exports first, and LISTS need not be there. So our file stands in for the
 * former, under whatever name it has.
 */
static int prepare(const char *path)
{
	int error = make_private();

	if (!error && fs_is_directory(NFSD))
		error = cover(NFSD);
	if (!error && fs_is_directory(LISTS))
		error = cover(LISTS);
	if (!error)
		error = cover(NOTES);
	if (!error && mount(path, LIST, NULL, MS_BIND, NULL) < 0)
		error = -errno;
	return error;
}

/* In the child. The fault goes back through @story. */
static void check_in_private(const char *path, int story)
{
	static const char *const argv[] = { "exportfs", "-ra", NULL };
	struct fault fault = { 0 };
	int error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	error = prepare(path);
	if (error)
		fault_set(&fault, error, "make a place to check in", path, NULL);
	else
		spawn_quietly(argv, &fault);
	_exit(write(story, &fault, sizeof(fault)) != sizeof(fault));
}

/* Its words name the file that ours stood in for. */
static void mend_name(const char *path, struct fault *fault)
{
	char hint[sizeof(fault->hint)];
	const char *name = strstr(fault->hint, LIST ":");

	if (!name)
		return;
	snprintf(hint, sizeof(hint), "line %s", name + strlen(LIST ":"));
	(void)path;
	memcpy(fault->hint, hint, sizeof(hint));
}

int check_exports(const char *path, struct fault *fault)
{
	struct fault told = { 0 };
	int story[2];
	ssize_t got;
	pid_t child;

	if (!fs_is_directory(NOTES) || !fs_is_file(LIST))
		return fault_set(fault, ENOENT, "check", path, "install nfs-kernel-server");
	if (pipe2(story, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "check", path, NULL);
	child = fork();
	if (child == 0)
		check_in_private(path, story[1]);
	close(story[1]);
	got = child > 0 ? read(story[0], &told, sizeof(told)) : -1;
	close(story[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (got != sizeof(told))
		return fault_set(fault, ECHILD, "check", path, "exportfs could not be asked");
	*fault = told;
	mend_name(path, fault);
	return -told.error;
}
