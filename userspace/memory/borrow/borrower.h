/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this node has borrowed, and what follows from what is wanted: the state of wireroot-borrow.
 *
 * Everything is level-triggered: events only change what is known, and borrower_reconcile() looks
 *at all of it and begins what is to be done.
 *
 *	attaching ──▶ attached ──wanted back, or broken──▶ detaching ──▶ detached ──broker knows──▶
 *(gone) └──failed──────────────────────────────────────────────────────▲
 */
#ifndef WIREROOT_BORROWER_H
#define WIREROOT_BORROWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "userspace/lib/log.h"
#include "userspace/memory/borrow/answer.h"
#include "userspace/memory/borrow/demand.h"
#include "userspace/memory/borrow/job.h"
#include "userspace/memory/borrow/options.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/stats.h"
#include "userspace/memory/lib/broker.h"

#define LOANS_MAX	  32
#define INSTANCE_LENGTH	  16
#define REPORT_INTERVAL_S 5

enum loan_state { LOAN_ATTACHING, LOAN_ATTACHED, LOAN_DETACHING, LOAN_DETACHED };

/* Memory that is being asked for; ->bytes is 0 when none is. */
struct asking {
	uint64_t bytes;
	char request[GRANT_ID_BYTES]; /* an administrator's; or empty */
	int64_t until_ms; /* a request stands so long */
	bool on_demand; /* it may be given back when memory is no longer short */
	bool exactly; /* a copy of another one: less is of no use */
};

struct loan {
	struct grant grant;
	struct asking asked; /* what it was granted for */
	enum loan_state state;
	bool wanted_back;
	bool silent; /* its session is down; it may come back */
	bool broken; /* its pages cannot be read any more */
	bool stop_processes; /* the policy at the deadline */
	int stopping; /* a pidfd of the last one that was told to end; -1: none */
	int64_t stopping_until_ms; /* the next one has to wait until it has ended, or so long */
	bool overdue; /* which was told */
	bool told; /* that it is detached */
	bool crowded; /* the last try found no room for its pages */
	int64_t deadline_ms; /* 0: none */
	int64_t retry_ms; /* giving back is tried again then */
	struct job job;
	pid_t mender; /* 0: none; it logs in again */
	char detail[160]; /* what the last try said */
};

struct borrower {
	const struct borrow_options *options;
	const struct log *log;
	const struct mode *mode;
	struct broker *broker;
	char instance[INSTANCE_LENGTH + 1];
	char address[64]; /* ours, on the way to the broker; empty while unknown */
	struct loan loans[LOANS_MAX];
	unsigned int count;
	struct asking asking;
	struct asking wish; /* a request or a step that is to be asked for next */
	char handled[ANSWER_REQUESTS_MAX][GRANT_ID_BYTES]; /* requests that were asked for */
	unsigned int handled_next;
	struct stats stats;
	struct swap_types types;
	struct demand demand;
	struct demand_rest rest;
	uint64_t sequence;
	bool heard; /* ->sequence holds */
	bool reporting, watching; /* such a call is under way */
	bool report_due; /* something has changed */
	bool refused; /* the broker's last answer was a fault, which was told */
	unsigned int failures; /* of asking, in a row */
	char refusal[FAULT_LINE_BYTES]; /* what was told last; empty after a grant */
	int64_t report_ms, watch_ms, ask_ms; /* not before */
};

int64_t borrower_now_ms(void);

/* Begin, and take over what the initrd or an earlier life of this program attached. */
int borrower_open(struct borrower *borrower, const struct borrow_options *options,
		  const struct log *log, struct fault *fault);

/* Nothing is detached: whoever comes next takes it over. */
void borrower_close(struct borrower *borrower);

/* Look at everything, and begin what is to be done. */
void borrower_reconcile(struct borrower *borrower);

/* The job of @loan has ended. */
void borrower_job_ended(struct borrower *borrower, struct loan *loan);

/* --- the parts of it, a file each --- */

/* talk.c: reports, the held call, asking for grants. */
void talk_to_broker(struct borrower *borrower, int64_t now_ms);

/* sessions.c: note which lenders are silent and which loans are broken, and tell. */
void sessions_look(struct borrower *borrower);

/* Log which processes have pages on @loan. */
void sessions_tell_owners(const struct borrower *borrower, const struct loan *loan);

/* mend.c: log in again to the lender of @loan, if nobody is at it; reap who was. */
void mend_begin(struct borrower *borrower, struct loan *loan);
void mend_look(struct loan *loan);

/* adopt.c: read what is noted of grants into the loans. */
int adopt_all(struct borrower *borrower, struct fault *fault);

struct loan *borrower_find(struct borrower *borrower, const char *id);
struct loan *borrower_add(struct borrower *borrower, const struct grant *grant);

/* Take an answer to a report in. */
void borrower_take_answer(struct borrower *borrower, const struct borrow_answer *answer);

/* A grant was given; begin to attach it. */
void borrower_take_grant(struct borrower *borrower, const struct grant *grant);

#endif
