/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A lender that runs: all that it knows, and what it does when something happens.
 *
 *	lend.c		waits for what happens
 *	lender.c	begins, looks, judges, works, ends
 *	talk.c		reports to the broker and hears from it
 *
 * Nothing here hangs on the broker: what is lent stays lent while nobody says otherwise.
 */
#ifndef WIREROOT_LENDER_H
#define WIREROOT_LENDER_H

#include "userspace/memory/lend/backing.h"
#include "userspace/memory/lend/grants.h"
#include "userspace/memory/lend/guests.h"
#include "userspace/memory/lend/options.h"
#include "userspace/memory/lend/spare.h"
#include "userspace/memory/lend/tgtd.h"
#include "userspace/memory/lib/broker.h"

struct lender {
	struct lend_options options;
	struct log log;
	struct broker *broker;
	struct backing backing;
	struct grants grants;
	struct tgtd tgtd;
	struct guests guests;
	char guest_token[MEMBER_TOKEN_BYTES];
	int guest_fd; /* -1: guests are not listened to */
	int pressure_fd; /* -1: no PSI */
	char notes[MEMBER_PATH_BYTES + 16], pages[MEMBER_PATH_BYTES + 16];
	char instance_file[MEMBER_PATH_BYTES + 16], pid_file[MEMBER_PATH_BYTES + 16];
	char instance[INSTANCE_BYTES];
	char address[IPV4_TEXT_BYTES];

	struct spare_machine machine;
	struct spare spare;
	struct spare_past past;
	int64_t stalled_until_ms; /* a PSI trigger has fired */

	bool leaving;
	int64_t leave_at_ms; /* no longer than until then */
	int64_t tgtd_started_ms, tgtd_again_ms;
	unsigned int tgtd_failures, tgtd_deaths; /* in a row: starts, and soon after them */

	/* talk.c's */
	bool dirty; /* there is something to report */
	bool reporting, holding; /* calls under way */
	int64_t next_report_ms, held_since_ms;
	uint64_t sequence; /* of the last answer */
	uint64_t held_after; /* the sequence that the held call was begun with */
	uint64_t reported_sequence; /* of the last answer when the report under way was sent */
	uint64_t report_number;
	unsigned int failures; /* reports in a row */
	bool has_told; /* the last report got through */
};

int64_t lender_now_ms(void);

/* ->options, ->log and descriptors (-1) are set. 0 or -errno with @fault; lender_close() in any
 * case. */
int lender_open(struct lender *lender, struct fault *fault);

/* The broker takes this instance for one that is over: another one, with what it holds. */
int lender_begin_anew(struct lender *lender, struct fault *fault);

/* Look at the machine, judge, do what is to be done. */
void lender_tick(struct lender *lender);

/* Somebody has had to wait for memory. */
void lender_stalled(struct lender *lender);

/* tgtd has ended. */
void lender_tgtd_ended(struct lender *lender);

/* Read the settings again: reserve, limit and the like. */
void lender_reload(struct lender *lender, int argc, char **argv);

/* Take everything back and end. A second time: end now. */
void lender_leave(struct lender *lender);

/* All is back, or the time is up. */
bool lender_may_end(const struct lender *lender);

/* Tidy up; what is still lent stays. */
void lender_close(struct lender *lender);

/* Report when it is time to, and listen. */
void talk(struct lender *lender);

/* How long until talk() has something to do. */
int talk_wait_ms(const struct lender *lender);

/* The last report of all, waited for. */
void talk_goodbye(struct lender *lender);

#endif
