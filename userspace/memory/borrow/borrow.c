// SPDX-License-Identifier: GPL-2.0-only
/*
 * wireroot-borrow: attaches neighbours' memory as swap, looks after it, and gives it back.
 *
 * One loop waits for the clock's tick, signals, PSI, the ends of jobs and the broker's answers;
 * each makes the borrower look at how things are and do what follows from that. It holds all its
 * memory, and is not to be killed for want of any: it must go on when the swap that it looks after
 * does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "userspace/lib/notify.h"
#include "userspace/lib/signals.h"
#include "userspace/lib/spawn.h"
#include "userspace/memory/borrow/borrower.h"
#include "userspace/memory/borrow/pid1.h"

/* Sessions are looked at so often: a lender that is gone is to be told of within seconds. */
#define TICK_MS 1000

enum { FD_SIGNALS, FD_PRESSURE, FD_JOBS };

static void serve_jobs(struct borrower *borrower, const struct pollfd *fds)
{
	/* Loans do not move while jobs are served. */
	for (unsigned int i = 0; i < borrower->count; i++)
		if (fds[i].revents && borrower->loans[i].job.pid)
			borrower_job_ended(borrower, &borrower->loans[i]);
}

/* Returns false when it is time to go. */
static bool serve_once(struct borrower *borrower, int signals, int *pressure)
{
	struct pollfd fds[FD_JOBS + LOANS_MAX] = {
		[FD_SIGNALS] = { .fd = signals, .events = POLLIN },
		[FD_PRESSURE] = { .fd = *pressure, .events = POLLPRI },
	};
	int pipes[LOANS_MAX], ready;
	unsigned int count = borrower->count;

	for (unsigned int i = 0; i < count; i++) {
		pipes[i] = borrower->loans[i].job.pid ? borrower->loans[i].job.pipe : -1;
		fds[FD_JOBS + i] = (struct pollfd){ .fd = pipes[i], .events = POLLIN };
	}
	ready = broker_poll(borrower->broker, fds, FD_JOBS + count, TICK_MS);
	if (ready <= 0)
		return true;
	if (fds[FD_PRESSURE].revents & POLLERR) {
		close(*pressure);
		*pressure = -1;
	}
	/* An answer within may have moved the loans: then the next turn serves them. */
	for (unsigned int i = 0; i < count; i++)
		if (i >= borrower->count ||
		    (pipes[i] >= 0 &&
		     (!borrower->loans[i].job.pid || borrower->loans[i].job.pipe != pipes[i])))
			return !fds[FD_SIGNALS].revents;
	serve_jobs(borrower, fds + FD_JOBS);
	return !fds[FD_SIGNALS].revents;
}

static void run(struct borrower *borrower, int signals)
{
	int pressure = borrower->options->step_bytes ? stats_open_pressure() : -1;

	do
		borrower_reconcile(borrower);
	while (serve_once(borrower, signals, &pressure));
	if (pressure >= 0)
		close(pressure);
}

/* What cannot be loaded may be built in; what is missing is told by who misses it. */
static void load_modules(void)
{
	static const char *const argv[] = { "modprobe",	  "-qab",     "iscsi_tcp", "sd_mod",
					    "algif_hash", "dm_crypt", "xts",	   NULL };
	struct fault ignored;

	(void)spawn_run(argv, &ignored);
}

/*
 * It has lenders logged in to again: what it needs for that, its memory and the kernel's for it,
 * must not wait until others' pages have been written to such a lender. Its jobs may, see job.c.
 */
static void stay_alive(const struct log *log)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "-1000", 5) < 0 || mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		log_line(log, LOG_LEVEL_WARNING,
			 "cannot hold on to memory (errno %d): it runs as root as a rule", errno);
	if (fd >= 0)
		close(fd);
	(void)prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	if (!pid1_keep_in_memory())
		log_line(log, LOG_LEVEL_WARNING,
			 "PID 1 may be swapped out: it has no init.scope of cgroup v2 to itself; "
			 "when a lender that has a page of it dies, the kernel panics");
}

int main(int argc, char **argv)
{
	static struct borrower borrower; /* static only for its size */
	struct log log = log_open("wireroot-borrow");
	struct borrow_options options;
	struct fault fault = { 0 };
	bool done = false;
	int status = borrow_options_read(&options, argc, argv, &done, &fault), signals;

	if (done || status > 1)
		return status;
	if (status) {
		log_fault(&log, &fault);
		return EXIT_FAILURE;
	}
	load_modules();
	stay_alive(&log);
	signals = signals_open(false, &fault);
	if (signals < 0 || borrower_open(&borrower, &options, &log, &fault) < 0) {
		log_fault(&log, &fault);
		return EXIT_FAILURE;
	}
	notify("READY=1");
	run(&borrower, signals);
	notify("STOPPING=1");
	borrower_close(&borrower);
	return EXIT_SUCCESS;
}
