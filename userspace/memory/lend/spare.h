/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a machine can spare of its memory, and what it wants back. Pure: no clock, no files.
 *
 * What is lent counts as given away in full, whether the borrower has written to it or not: what is
 * promised can be called in at any moment. So the measure is the headroom: what would be left if
 * all borrowers filled up what they have.
 *
 *	headroom = available + allocated − lent − held for guests
 *
 *	                reserve − ¼        reserve        reserve + ¼
 *	  ── wants back ────┤                 │                ├── spares what is above ──▶ headroom
 *	     until ───────────────────────────┤
 *
 * Between the marks nothing changes, so that what is given does not come back the next moment. Who
 * was short lends again after some time of calm only. While the machine feels pressure (PSI), which
 * is earlier and surer than any count of pages, it is short, and its reserve counts twice.
 */
#ifndef WIREROOT_SPARE_H
#define WIREROOT_SPARE_H

#include <stdbool.h>
#include <stdint.h>

/* Grants are of whole ones: what swap frees comes back in clusters of this size. */
#define SPARE_UNIT_BYTES (2u << 20)

/* How long a machine that was short must have been calm before it offers again. */
#define SPARE_CALM_MS 30000

enum spare_state { SPARE_LENDING, SPARE_SHORT, SPARE_BORROWING, SPARE_LEAVING };

struct spare_rules {
	uint64_t reserve_bytes; /* that is never lent */
	uint64_t limit_bytes; /* of all that is lent; UINT64_MAX: none */
	double pressure_max; /* per cent of the time that somebody waits for memory */
};

struct spare_machine {
	uint64_t total_bytes;
	uint64_t available_bytes; /* as the kernel sees it; what borrowers wrote is not in it */
	uint64_t lent_bytes; /* all grants in full */
	uint64_t allocated_bytes; /* what borrowers wrote of them */
	uint64_t held_bytes; /* for guests */
	double pressure; /* per cent, of the last ten seconds */
	bool stalled; /* a PSI trigger has just fired */
	bool borrowing; /* it has memory of others */
	bool exposed; /* what is lent could be swapped out to a disk */
	bool leaving; /* it has been told to end */
};

/* What is remembered; begin with { 0 }. */
struct spare_past {
	bool is_short;
	bool was_calm;
	int64_t calm_since_ms;
};

struct spare {
	enum spare_state state;
	uint64_t spare_bytes; /* that could be granted in addition */
	uint64_t grantable_bytes; /* no less: of what was offered a moment ago, what can be kept */
	uint64_t wanted_back_bytes;
};

/* @now_ms: of any clock that only goes forward. */
struct spare spare_judge(const struct spare_rules *rules, const struct spare_machine *machine,
			 int64_t now_ms, struct spare_past *past);

/* "lending", "short", "borrowing" or "leaving". */
const char *spare_state_name(enum spare_state state);

#endif
