// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving extents by pvmove, with an eye on it.
 *
 * The mirror that pvmove makes takes a region that could not be written for copied (dm-raid1
 * without handle_errors), and pvmove would then drop the original. So it is kept from ending by
 * itself: it sleeps before it looks for the first time. When all is copied and the kernel has seen
 * no error on either side, it is ended, and another one finishes the move; else that one aborts it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/lib/spawn.h"
#include "userspace/memory/borrow/lvm.h"

#define MOVE_MAPPING "wireroot--memory-pvmove0"
/* pvmove sleeps for a day, which no move takes. */
#define ASLEEP	"+86400"
#define LOOK_MS 250
/* Every so many per cent are told. */
#define TOLD_PER_CENT 25

static void become_pvmove(const struct lvm *lvm, const char *from, const char *to)
{
	const char *const argv[] = { "lvm",	   "pvmove", "--yes",	 "--atomic",
				     "--interval", ASLEEP,   "--config", lvm->configuration,
				     from,	   to,	     NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static bool look(struct lvm_progress *progress)
{
	static const char *const argv[] = { "dmsetup", "status", MOVE_MAPPING, NULL };
	struct text text = { 0 };
	struct fault ignored;
	bool found = spawn_capture(argv, &text, &ignored) == 0 &&
		     lvm_read_progress(text_string(&text), progress);

	text_free(&text);
	return found;
}

static void tell(const struct lvm *lvm, const struct lvm_progress *progress, unsigned int *told)
{
	unsigned int per_cent =
		progress->all ? (unsigned int)(progress->done * 100 / progress->all) : 0;

	if (per_cent < *told + TOLD_PER_CENT)
		return;
	*told = per_cent - per_cent % TOLD_PER_CENT;
	log_line(&lvm->log, LOG_LEVEL_NOTICE, "moving swap: %u %%", per_cent);
}

/*
 * Wait until all is copied. 0, or -EIO with @fault. @mover is the pvmove that began it; 0 when it
 * was an earlier one.
 */
static int await_copy(const struct lvm *lvm, pid_t mover, struct fault *fault)
{
	struct lvm_progress progress = { 0 };
	unsigned int told = 0;
	int status;

	for (;;) {
		char device[GRANT_DEVICE_BYTES];
		bool there = lvm_mapping_device(MOVE_MAPPING, device) && look(&progress);

		if (there)
			tell(lvm, &progress, &told);
		if (there && progress.failed)
			return fault_set(fault, EIO, "move swap", "pvmove",
					 "a device failed: it stays where it was");
		if (there && progress.done >= progress.all)
			return 0;
		if (mover ? waitpid(mover, &status, WNOHANG) != 0 : !there)
			return fault_set(fault, EIO, "move swap", "pvmove",
					 "it ended early: see what it said above");
		(void)poll(NULL, 0, LOOK_MS);
	}
}

/* What makes the move holds LVM's lock until it sleeps; a report waits for that. */
static void end_mover(const struct lvm *lvm, pid_t mover)
{
	struct lvm_layout ignored;
	struct fault nothing;

	(void)lvm_look(lvm, &ignored, &nothing);
	if (kill(mover, SIGTERM) == 0)
		while (waitpid(mover, NULL, 0) < 0 && errno == EINTR)
			;
}

static int finish(const struct lvm *lvm, int error, struct fault *fault)
{
	struct fault other;

	if (!error)
		return lvm_run(lvm, fault, "pvmove", "--interval", "1");
	if (lvm_run(lvm, &other, "pvmove", "--abort") < 0)
		log_fault(&lvm->log, &other);
	return error;
}

int lvm_move(const struct lvm *lvm, const struct lvm_layout *layout, const char *from,
	     uint64_t extents, const char *to, struct fault *fault)
{
	char ranges[LVM_RANGES_BYTES];
	pid_t mover;
	int error;

	if (!lvm_ranges(layout, from, extents, ranges))
		return 0;
	mover = fork();
	if (mover < 0)
		return fault_set(fault, errno, "start a process", "", NULL);
	if (mover == 0)
		become_pvmove(lvm, ranges, to);
	error = await_copy(lvm, mover, fault);
	end_mover(lvm, mover);
	return finish(lvm, error, fault);
}

int lvm_end_move(const struct lvm *lvm, struct fault *fault)
{
	return finish(lvm, await_copy(lvm, 0, fault), fault);
}
