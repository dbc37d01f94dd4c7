// SPDX-License-Identifier: GPL-2.0-only
/* Try hardware virtualisation; see kvm_probe.h. */
#include "tools/lab/kvm_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

/* /run is emptied at each boot, which is as long as the answer holds. */
#define ANSWER_DIR  "/run/wireroot"
#define ANSWER_FILE ANSWER_DIR "/kvm"

/* With KVM that works, a kernel gets to its panic for want of a root in less than two seconds. */
#define BOOT_TIMEOUT_MS 8000
/* A guest that hangs in the kernel of this machine may not even be killed; then it is left alone.
 */
#define KILL_TIMEOUT_MS 2000

/* The answer of an earlier probe: 1 yes, 0 no, -1 unknown. */
static int read_answer(void)
{
	struct fault unused;
	int answer = -1;
	size_t length;
	char *text;

	if (fs_read_file(ANSWER_FILE, 16, &text, &length, &unused))
		return -1;
	if (!strcmp(text, "yes\n"))
		answer = 1;
	else if (!strcmp(text, "no\n"))
		answer = 0;
	free(text);
	return answer;
}

/* An answer that cannot be kept is only asked for again. */
static void keep_answer(bool works)
{
	const char *text = works ? "yes\n" : "no\n";
	struct fault unused;

	if (fs_make_dirs(ANSWER_DIR, 0755, &unused) == 0)
		fs_write_file(ANSWER_FILE, text, strlen(text), 0644, &unused);
}

/*
 * Without an initrd and a root, the kernel panics when it has come far enough to look for them,
 * panic=-1 makes it reboot at once, and -no-reboot makes QEMU end with status 0 instead.
 */
static void become_guest(const char *kernel)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-machine", "q35", "-accel", "kvm",
	       "-cpu", "host", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot",
	       "-kernel", kernel, "-append", "panic=-1", NULL);
	_exit(127);
}

/* 1 yes, 0 it hangs, -1 QEMU ended with an error, which says nothing of KVM: it may lack @kernel.
 */
static int guest_boots(const char *kernel)
{
	pid_t pid = fork();
	struct pollfd ended = { .events = POLLIN };
	int status = 0, boots;

	if (pid == 0)
		become_guest(kernel);
	if (pid < 0)
		return -1;
	ended.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (poll(&ended, 1, BOOT_TIMEOUT_MS) <= 0) {
		kill(pid, SIGKILL);
		poll(&ended, 1, KILL_TIMEOUT_MS);
		waitpid(pid, NULL, WNOHANG);
		boots = 0;
	} else {
		waitpid(pid, &status, 0);
		boots = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : -1;
	}
	close(ended.fd);
	return boots;
}

static bool probe(const char *kernel)
{
	int boots = guest_boots(kernel);

	/* What ended at once is asked at once again, perhaps with QEMU installed. */
	if (boots >= 0)
		keep_answer(boots);
	return boots > 0;
}

bool kvm_works(const char *kernel)
{
	int answer = read_answer();
	bool works = false;
	glob_t found = { 0 };

	if (access("/dev/kvm", R_OK | W_OK))
		return false;
	if (answer >= 0)
		return answer;
	if (kernel)
		return probe(kernel);
	/* In order of names: the last one is as good as any. */
	if (glob("/boot/vmlinuz-*", 0, NULL, &found) == 0)
		works = probe(found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return works;
}
