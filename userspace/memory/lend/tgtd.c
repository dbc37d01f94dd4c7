// SPDX-License-Identifier: GPL-2.0-only
/* A tgtd of the lender's own; see tgtd.h. */
#include "userspace/memory/lend/tgtd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "userspace/lib/fs.h"

/*
 * Not below the unit's: systemd ends what is left in there before it starts the unit anew. What
 * writes to tmpfs first is charged for the page, so this keeps lent pages in memory, too.
 */
#define CONTROL_GROUP_ROOT "/sys/fs/cgroup"
#define CONTROL_GROUP	   CONTROL_GROUP_ROOT "/wireroot-lend"

/* tgtd is there within milliseconds; a loaded machine may take its time. */
#define ANSWER_TIMEOUT_MS 30000
#define ANSWER_STEP_MS	  20

#define STOP_TIMEOUT_MS 10000

/*
 * A borrower that lost its power says nothing, and tgtd's own keep-alive takes an hour to find out.
 * Asked every 10 s, whoever is silent five times is gone: well behind the time after which a
 * borrower has given up a lender that it cannot reach.
 */
#define ASK_INITIATORS "nop_interval=10,nop_count=4"

#define STAT_BYTES_MAX 4096

/* --- who it is -------------------------------------------------------------------------------- */

bool tgtd_read_pid(const char *text, pid_t *pid, uint64_t *start)
{
	char *end;
	long number;

	if (*text < '1' || *text > '9')
		return false;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || number > INT32_MAX || *end != ' ' || end[1] < '0' || end[1] > '9')
		return false;
	*start = strtoull(end + 1, &end, 10);
	*pid = (pid_t)number;
	return !errno && (*end == '\n' || *end == '\0');
}

bool tgtd_read_start(const char *stat, uint64_t *start)
{
	const char *at = strrchr(stat, ')');
	char *end;

	/* The third field is behind the name; the start is the 22nd. */
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (!at || *at < '0' || *at > '9')
		return false;
	errno = 0;
	*start = strtoull(at, &end, 10);
	return !errno && *end == ' ';
}

static bool start_of(pid_t pid, uint64_t *start)
{
	struct fault ignored;
	char path[64], *text;
	size_t length;
	bool read;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (fs_read_file(path, STAT_BYTES_MAX, &text, &length, &ignored))
		return false;
	read = tgtd_read_start(text, start);
	free(text);
	return read;
}

static bool is_resident(pid_t pid)
{
	struct fault ignored;
	char path[64], *text;
	size_t length;
	bool inside;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (fs_read_file(path, 65536, &text, &length, &ignored))
		return false;
	inside = strstr(text, "0::/wireroot-lend\n") != NULL;
	free(text);
	return inside;
}

void tgtd_find(struct tgtd *tgtd)
{
	struct fault ignored;
	uint64_t noted, start;
	size_t length;
	char *text;
	pid_t pid;
	bool read;

	tgtd->pidfd = -1;
	if (fs_read_regular_file(tgtd->pid_file, 128, &text, &length, &ignored))
		return;
	read = tgtd_read_pid(text, &pid, &noted);
	free(text);
	if (!read)
		return;
	/* The descriptor first: from then on, the number is nobody else's. */
	tgtd->pidfd = pidfd_open(pid, 0);
	if (tgtd->pidfd < 0 || (start_of(pid, &start) && start == noted)) {
		tgtd->resident = tgtd->pidfd >= 0 && is_resident(pid);
		return;
	}
	close(tgtd->pidfd);
	tgtd->pidfd = -1;
}

/* --- starting --------------------------------------------------------------------------------- */

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* A group that does not swap. False where there is none to be had, as without cgroup v2. */
static bool make_group(void)
{
	write_text(CONTROL_GROUP_ROOT "/cgroup.subtree_control", "+memory");
	if (mkdir(CONTROL_GROUP, 0755) < 0 && errno != EEXIST)
		return false;
	return write_text(CONTROL_GROUP "/memory.swap.max", "0") == 0;
}

/* Between fork() and exec(): nothing but system calls. */
static void run_child(bool grouped, const char *const argv[])
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	if (grouped && write_text(CONTROL_GROUP "/cgroup.procs", "0"))
		_exit(126);
	setsid();
	dup2(null, 0);
	dup2(2, 1);
	close_range(3, ~0u, 0); /* libraries do not mark all of theirs */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static int fork_it(struct tgtd *tgtd, pid_t *pid, struct fault *fault)
{
	char portal[96], control[16], address[IPV4_TEXT_BYTES];
	const char *const argv[] = { "tgtd", "-f", "-C", control, "--iscsi", portal, NULL };
	bool grouped = make_group();

	snprintf(portal, sizeof(portal), "portal=%s:%u," ASK_INITIATORS,
		 value_ipv4_text(tgtd->address, address), tgtd->port);
	snprintf(control, sizeof(control), "%u", tgtd->control_port);
	*pid = fork();
	if (*pid < 0)
		return fault_set(fault, errno, "start program", "tgtd", NULL);
	if (*pid == 0)
		run_child(grouped, argv);
	tgtd->resident = grouped;
	tgtd->pidfd = pidfd_open(*pid, 0);
	return tgtd->pidfd < 0 ? fault_set(fault, errno, "watch program", "tgtd", NULL) : 0;
}

static int note_pid(const struct tgtd *tgtd, pid_t pid, struct fault *fault)
{
	uint64_t start;
	char text[64];

	if (!start_of(pid, &start))
		return fault_set(fault, ESRCH, "find program", "tgtd", "it has ended at once");
	snprintf(text, sizeof(text), "%d %llu\n", pid, (unsigned long long)start);
	return fs_write_file(tgtd->pid_file, text, strlen(text), 0600, fault);
}

/* Is it there, or has it ended within @timeout_ms? */
static bool has_ended(const struct tgtd *tgtd, int timeout_ms)
{
	struct pollfd fd = { .fd = tgtd->pidfd, .events = POLLIN };

	return poll(&fd, 1, timeout_ms) > 0;
}

static int await_answer(struct tgtd *tgtd, struct fault *fault)
{
	const struct target_server server = { .operations = &target_tgt,
					      .control_port = tgtd->control_port };

	for (int waited = 0; waited < ANSWER_TIMEOUT_MS; waited += ANSWER_STEP_MS) {
		struct target_list list = { 0 };
		int error = target_list(&server, &list, fault);

		target_list_free(&list);
		if (!error)
			return 0;
		if (has_ended(tgtd, ANSWER_STEP_MS))
			return fault_set(fault, ECHILD, "start program", "tgtd",
					 "it has ended at once; is it installed (package tgt), and "
					 "its port free?");
	}
	return fault_set(fault, ETIMEDOUT, "wait for program", "tgtd", NULL);
}

int tgtd_start(struct tgtd *tgtd, struct fault *fault)
{
	pid_t pid;
	int error;

	error = fork_it(tgtd, &pid, fault);
	if (!error)
		error = note_pid(tgtd, pid, fault);
	if (!error)
		error = await_answer(tgtd, fault);
	if (error) {
		tgtd_stop(tgtd);
		return error;
	}
	log_line(tgtd->log, LOG_LEVEL_INFO, "tgtd runs as process %d, control port %u", pid,
		 tgtd->control_port);
	return 0;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* One of an earlier life is not our child, and nobody tells us how it has ended. */
static void reap(struct tgtd *tgtd, const char **how, int *number)
{
	siginfo_t info = { 0 };

	*how = "has ended";
	*number = 0;
	if (waitid(P_PIDFD, (id_t)tgtd->pidfd, &info, WEXITED | WNOHANG) == 0 && info.si_pid) {
		*how = info.si_code == CLD_EXITED ? "has ended with status" : "was ended by signal";
		*number = info.si_status;
	}
}

void tgtd_ended(struct tgtd *tgtd)
{
	const char *how;
	int number;

	reap(tgtd, &how, &number);
	log_line(tgtd->log, LOG_LEVEL_ERROR, "tgtd %s %d", how, number);
	tgtd_leave(tgtd);
	unlink(tgtd->pid_file);
}

void tgtd_stop(struct tgtd *tgtd)
{
	const char *how;
	int number;

	if (tgtd->pidfd < 0)
		return;
	/* tgtd takes SIGTERM for a wish that it may pass over. */
	pidfd_send_signal(tgtd->pidfd, SIGKILL, NULL, 0);
	has_ended(tgtd, STOP_TIMEOUT_MS);
	reap(tgtd, &how, &number);
	tgtd_leave(tgtd);
	unlink(tgtd->pid_file);
	rmdir(CONTROL_GROUP);
}

void tgtd_leave(struct tgtd *tgtd)
{
	if (tgtd->pidfd >= 0)
		close(tgtd->pidfd);
	tgtd->pidfd = -1;
}
