/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A grant's life as a table: state × event → state and what is to be done.
 *
 * A grant is a piece of one lender's memory for one borrower (Documentation/memory.md). The table
 * is all that decides about it; which event has come to pass is its caller's to tell
 * (brokerage.c), and the table assumes of no event that it comes once, in order, or at all.
 *
 * What holds whatever comes: a grant leaves the states in which a borrower may have pages in it
 * (granted, attached, revoking) only when the borrower says so, when the lender says that the
 * memory is gone, or when the borrower's lease is over and the lender has looked after that and
 * seen no session. Its room counts until the lender has cleared it. Pure.
 */
#ifndef WIREROOT_GRANT_H
#define WIREROOT_GRANT_H

#include <stdbool.h>

enum grant_state {
	GRANT_OFFERED, /* the lender is to export it */
	GRANT_GRANTED, /* the borrower is to attach it */
	GRANT_ATTACHED,
	GRANT_REVOKING, /* the borrower is to move its pages and to detach */
	GRANT_RETURNED, /* the lender is to withdraw and clear it */
	GRANT_LOST, /* the same; the borrower did not give it back */
	GRANT_FORGOTTEN, /* over: only the history knows it */
	GRANT_STATES
};

enum grant_event {
	GRANT_EXPORTED, /* lender: the target is there */
	GRANT_FAILED, /* lender: it is not, or not any more */
	GRANT_CLEARED, /* lender: withdrawn and cleared, or the lender has it not */
	GRANT_VANISHED, /* the lender's next instance, or a later report, is without it */
	GRANT_OFFER_OVER, /* not exported in time */
	GRANT_BORROWER_HAS, /* borrower: attached */
	GRANT_GIVEN_UP, /* borrower: detached, or never attached */
	GRANT_RETURN_ASKED,
	GRANT_LEASE_OVER, /* and no session at the lender, and it never was attached */
	GRANT_BORROWER_LOST, /* the same, but it was attached */
	GRANT_BROKEN, /* borrower: its device fails; and the lender is silent */
	GRANT_EVENTS
};

struct grant_step {
	enum grant_state to;
	bool is_change; /* else nothing happens at all */
	bool tell_lender, tell_borrower; /* they are to do something else than before */
};

/* What @event does to a grant in @state. */
struct grant_step grant_next(enum grant_state state, enum grant_event event);

/* "offered"; "exported". */
const char *grant_state_name(enum grant_state state);
const char *grant_event_name(enum grant_event event);

/* false when there is no such state. */
bool grant_state_read(const char *name, enum grant_state *state);

/* Does the lender have to keep the memory for the borrower? */
bool grant_is_lent(enum grant_state state);

#endif
