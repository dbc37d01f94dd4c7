// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last step: leave the initramfs for the root.
 *
 * Deleting the initramfs is the dangerous part, so it stands behind named checks, never leaves the
 * file system that "/" was on when they were made, and happens last: a child holds the old root
 * open and deletes it while the second stage already starts. Until the second stage runs, nothing
 * is lost.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "switch_root.h"

/* Deeper trees than this are not in any initrd of ours. */
#define DELETE_DEPTH_MAX 32

static int check(const char *root, struct fault *fault)
{
	struct stat old_root, new_root;
	struct statfs file_system;

	if (getpid() != 1)
		return fault_set(fault, EPERM, "switch to the root", "", "this is not PID 1");
	if (stat("/", &old_root) < 0 || stat(root, &new_root) < 0 || statfs("/", &file_system) < 0)
		return fault_set(fault, errno, "look at the root", root, NULL);
	if (old_root.st_dev == new_root.st_dev)
		return fault_set(fault, EINVAL, "switch to the root", root,
				 "nothing is mounted there");
	if (file_system.f_type != RAMFS_MAGIC && file_system.f_type != TMPFS_MAGIC)
		return fault_set(fault, EINVAL, "switch to the root", "/",
				 "the initramfs is not in memory, so it will not be deleted");
	return 0;
}

/* Delete what is in the directory @fd, without leaving the file system @device. Takes @fd. */
static void delete_contents(int fd, dev_t device, unsigned int depth)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		const char *name = entry->d_name;
		struct stat status;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_dev != device)
			continue;
		if (S_ISDIR(status.st_mode) && depth < DELETE_DEPTH_MAX) {
			int below =
				openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (below >= 0)
				delete_contents(below, device, depth + 1);
		}
		(void)unlinkat(fd, name, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
	}
	closedir(directory);
}

/*
 * The child waits for the write end of @go to be closed, which execve() does in the parent: only
 * then does the second stage run, and the old files are of no more use.
 */
static void delete_when_told(int old_root, dev_t device, int go)
{
	char byte;

	setsid();
	setpriority(PRIO_PROCESS, 0, 19);
	if (read(go, &byte, 1) == 0)
		delete_contents(old_root, device, 0);
	_exit(0);
}

static int start_deletion(struct fault *fault)
{
	struct stat status;
	int go[2];
	pid_t child;
	int old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (old_root < 0 || fstat(old_root, &status) < 0 || pipe2(go, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "hold the initramfs open", "/", NULL);
	child = fork();
	if (child == 0) {
		close(go[1]);
		delete_when_told(old_root, status.st_dev, go[0]);
	}
	close(old_root);
	close(go[0]);
	/* go[1] stays open, close-on-exec. Without a child the files only stay in memory. */
	return 0;
}

static void move_mounts(const char *root)
{
	static const char *const mounts[] = { "/dev", "/proc", "/sys", "/run" };
	unsigned int i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		char to[64];

		snprintf(to, sizeof(to), "%s%s", root, mounts[i]);
		/* A root without such a directory does without; the mount must not stay hidden. */
		if (mount(mounts[i], to, NULL, MS_MOVE, NULL) < 0)
			(void)umount2(mounts[i], MNT_DETACH);
	}
}

static void reopen_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return; /* the old one still works */
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int switch_root(const char *root, const char *init, char *const arguments[], struct fault *fault)
{
	int error = check(root, fault);

	if (error == 0)
		error = start_deletion(fault);
	if (error < 0)
		return error;
	move_mounts(root);
	if (chdir(root) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		return fault_set(fault, errno, "make the mount the root", root, NULL);
	reopen_console();
	execv(init, arguments);
	return fault_set(fault, errno, "start the second stage", init,
			 errno == ENOENT    ? "its interpreter or a library is missing in the root"
			 : errno == ENOEXEC ? "it is no program for this machine"
					    : NULL);
}
