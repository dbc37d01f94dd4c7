// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shell on the console for whoever has to find out; only in images built `--with rescue`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "report.h"
#include "rescue.h"
#include "sys.h"

#define BUSYBOX "/bin/busybox"

/* /dev/console cannot be a controlling terminal; the tty behind it can, and then Ctrl-C works. */
static int open_terminal(void)
{
	char active[64], path[80];
	char *last;
	int fd = -1;

	if (file_read("/sys/class/tty/console/active", active, sizeof(active)) > 0) {
		/* Several names may stand there; the last is the one that /dev/console means. */
		active[strcspn(active, "\n")] = '\0';
		last = strrchr(active, ' ');
		snprintf(path, sizeof(path), "/dev/%s", last ? last + 1 : active);
		fd = open(path, O_RDWR);
	}
	return fd >= 0 ? fd : open("/dev/console", O_RDWR);
}

static void become_shell(void)
{
	static char *const install[] = { "busybox", "--install", "-s", "/bin", NULL };
	static char *const shell[] = { "sh", "-i", NULL };
	int fd;

	if (fork() == 0) {
		execv(BUSYBOX, install);
		_exit(127);
	}
	wait(NULL);
	setsid();
	fd = open_terminal();
	if (fd >= 0) {
		ioctl(fd, TIOCSCTTY, (void *)1);
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	setenv("PATH", "/bin:/sbin", 1);
	setenv("PS1", "wireroot rescue # ", 1);
	execv(BUSYBOX, shell);
	_exit(127);
}

int rescue_shell(struct fault *fault)
{
	pid_t child;

	if (access(BUSYBOX, X_OK) < 0)
		return fault_set(fault, ENOENT, "start the rescue shell", BUSYBOX,
				 "build the initrd `--with rescue`");
	report_line("rescue shell; leave it with `exit` to go on");
	child = fork();
	if (child == 0)
		become_shell();
	if (child < 0)
		return fault_set(fault, errno, "start the rescue shell", BUSYBOX, NULL);
	waitpid(child, NULL, 0);
	return 0;
}
