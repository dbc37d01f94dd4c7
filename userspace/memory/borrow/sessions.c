// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the lenders still answer, from what the kernel's initiator tells in sysfs.
 *
 * A session that fails has seconds to come back, for which its requests wait; then they fail, and
 * with them whoever needs a page from there.
 */
#include <stdio.h>
#include <string.h>

#include "userspace/memory/borrow/borrower.h"

#define OWNERS_TOLD 16

static bool session_is_up(const struct grant *grant)
{
	char path[96], state[32];

	snprintf(path, sizeof(path), "/sys/class/iscsi_session/session%u/state", grant->session);
	return stats_read_file(path, state, sizeof(state)) && !strncmp(state, "LOGGED_IN", 9);
}

/* "transport-offline" once the time for coming back is over; no file when the session is gone. */
static bool disk_is_lost(const struct grant *grant)
{
	char path[96], state[32];

	snprintf(path, sizeof(path), "/sys/block/%s/device/state", grant->disk);
	return !stats_read_file(path, state, sizeof(state)) ||
	       !strncmp(state, "transport-offline", 17) || !strncmp(state, "offline", 7);
}

void sessions_tell_owners(const struct borrower *borrower, const struct loan *loan)
{
	struct page_owner owners[OWNERS_TOLD];
	int type = swap_types_find(&borrower->types, loan->grant.swap);
	size_t count =
		loan->grant.swap[0] && type >= 0 ? pages_find_owners(type, owners, OWNERS_TOLD) : 0;

	for (size_t i = 0; i < count; i++)
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: %s (process %d) has %llu KiB there",
			 loan->grant.id, owners[i].name, (int)owners[i].pid,
			 (unsigned long long)owners[i].bytes >> 10);
	if (!count)
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: no process has pages there",
			 loan->grant.id);
}

static void note_silence(struct borrower *borrower, struct loan *loan, bool silent)
{
	if (loan->silent == silent)
		return;
	loan->silent = silent;
	if (!silent) {
		log_line(borrower->log, LOG_LEVEL_NOTICE, "%s: lender %s is back", loan->grant.id,
			 loan->grant.lender);
		return;
	}
	log_line(borrower->log, LOG_LEVEL_ERROR,
		 "%s: lender %s does not answer; its %llu MiB on %s are lost unless it is back "
		 "within seconds",
		 loan->grant.id, loan->grant.lender, (unsigned long long)loan->grant.bytes >> 20,
		 loan->grant.swap);
	sessions_tell_owners(borrower, loan);
}

static void note_loss(struct borrower *borrower, struct loan *loan)
{
	if (loan->broken || !disk_is_lost(&loan->grant))
		return;
	loan->broken = true;
	borrower->report_due = true;
	snprintf(loan->detail, sizeof(loan->detail), "lender %s is gone", loan->grant.lender);
	log_line(borrower->log, LOG_LEVEL_ERROR,
		 "%s: lender %s is gone; who needs a page from there gets SIGBUS", loan->grant.id,
		 loan->grant.lender);
}

void sessions_look(struct borrower *borrower)
{
	for (unsigned int i = 0; i < borrower->count; i++) {
		struct loan *loan = &borrower->loans[i];

		if (loan->state != LOAN_ATTACHED && loan->state != LOAN_DETACHING)
			continue;
		if (!loan->grant.session || !loan->grant.disk[0])
			continue;
		note_silence(borrower, loan, !session_is_up(&loan->grant));
		if (loan->silent)
			note_loss(borrower, loan);
	}
}
