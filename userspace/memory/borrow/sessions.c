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
#include "userspace/memory/borrow/lvm.h"

#define OWNERS_TOLD 16
/* Less than this is not worth a line: pages are in memory and in swap for a while. */
#define REST_BYTES (1ull << 20)

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

/* Whoever detaches it removes the mapping before the session: then no page is there any more. */
static bool is_in_use(const struct grant *grant)
{
	char device[GRANT_DEVICE_BYTES];

	return lvm_mapping_device(grant->mapping, device);
}

static void tell_owner(const struct borrower *borrower, const struct loan *loan,
		       const struct page_owner *owner)
{
	if (owner->bytes)
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: %s (process %d) has %llu KiB there",
			 loan->grant.id, owner->name, (int)owner->pid,
			 (unsigned long long)owner->bytes >> 10);
	if (owner->shared_bytes)
		log_line(borrower->log, LOG_LEVEL_WARNING,
			 "%s: %s (process %d) shares %llu KiB that are in swap, there or elsewhere",
			 loan->grant.id, owner->name, (int)owner->pid,
			 (unsigned long long)owner->shared_bytes >> 10);
}

/* What no process has for itself is shared, or in files, or in memory, too, by now. */
static void tell_rest(const struct borrower *borrower, const struct loan *loan, uint64_t own_bytes)
{
	struct swap_usage usage = { 0 };

	(void)swap_usage_of(borrower->stats.swaps, loan->grant.swap, &usage);
	if (usage.used_bytes >= own_bytes + REST_BYTES)
		log_line(borrower->log, LOG_LEVEL_WARNING,
			 "%s: up to %llu MiB there are of files in tmpfs, or of what processes "
			 "share",
			 loan->grant.id, (unsigned long long)(usage.used_bytes - own_bytes) >> 20);
	else if (!own_bytes)
		log_line(borrower->log, LOG_LEVEL_WARNING, "%s: no process has pages there",
			 loan->grant.id);
}

void sessions_tell_owners(const struct borrower *borrower, const struct loan *loan)
{
	struct page_owner owners[OWNERS_TOLD];
	int type = swap_types_find(&borrower->types, loan->grant.swap);
	uint64_t own_bytes = 0;
	size_t count = loan->grant.swap[0] && type >= 0
			       ? pages_find_owners(type, owners, OWNERS_TOLD, &own_bytes)
			       : 0;

	for (size_t i = 0; i < count; i++)
		tell_owner(borrower, loan, &owners[i]);
	tell_rest(borrower, loan, own_bytes);
}

static bool is_mirrored(const struct borrower *borrower)
{
	return borrower->options->mirror != BORROW_MIRROR_NONE;
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
	mend_begin(borrower, loan);
	log_line(borrower->log, LOG_LEVEL_ERROR,
		 "%s: lender %s does not answer; its %llu MiB on %s are lost unless it is back "
		 "within seconds%s",
		 loan->grant.id, loan->grant.lender, (unsigned long long)loan->grant.bytes >> 20,
		 loan->grant.swap, is_mirrored(borrower) ? "; there is another copy" : "");
	if (!is_mirrored(borrower))
		sessions_tell_owners(borrower, loan);
}

static void note_loss(struct borrower *borrower, struct loan *loan)
{
	if (loan->broken || !disk_is_lost(&loan->grant))
		return;
	loan->broken = true;
	borrower->report_due = true;
	snprintf(loan->detail, sizeof(loan->detail), "lender %s is gone", loan->grant.lender);
	log_line(borrower->log, LOG_LEVEL_ERROR, "%s: lender %s is gone; %s", loan->grant.id,
		 loan->grant.lender,
		 is_mirrored(borrower) ? "there is another copy"
				       : "who needs a page from there gets SIGBUS");
}

void sessions_look(struct borrower *borrower)
{
	for (unsigned int i = 0; i < borrower->count; i++) {
		struct loan *loan = &borrower->loans[i];
		bool up;

		mend_look(loan);
		if (loan->state != LOAN_ATTACHED && loan->state != LOAN_DETACHING)
			continue;
		if (!loan->grant.session || !loan->grant.disk[0])
			continue;
		up = session_is_up(&loan->grant);
		if (!up && !is_in_use(&loan->grant))
			continue;
		note_silence(borrower, loan, !up);
		if (loan->silent)
			note_loss(borrower, loan);
	}
}
