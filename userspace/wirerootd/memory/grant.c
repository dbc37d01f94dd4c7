// SPDX-License-Identifier: GPL-2.0-only
/* The table of a grant's life. See grant.h. */
#include "userspace/wirerootd/memory/grant.h"

#include <stddef.h>
#include <string.h>

#define TO(state, lender, borrower)                                                                \
	{                                                                                          \
		GRANT_##state, true, lender, borrower                                              \
	}

/*
 * Where nothing stands, the event changes nothing: it is late, or told again. A lender's `exported`
 * behind `returned` is one such, and its answer says `withdraw` once more.
 */
static const struct grant_step steps[GRANT_STATES][GRANT_EVENTS] = {
	[GRANT_OFFERED] = {
		[GRANT_EXPORTED] = TO(GRANTED, false, true),
		/* It may have got half-way: there is something to clear. */
		[GRANT_FAILED] = TO(RETURNED, true, false),
		[GRANT_CLEARED] = TO(FORGOTTEN, true, false),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, false),
		[GRANT_OFFER_OVER] = TO(RETURNED, true, false),
		[GRANT_GIVEN_UP] = TO(RETURNED, true, false),
		[GRANT_RETURN_ASKED] = TO(RETURNED, true, false),
	},
	[GRANT_GRANTED] = {
		[GRANT_FAILED] = TO(LOST, true, true),
		[GRANT_CLEARED] = TO(FORGOTTEN, true, true),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, true),
		[GRANT_BORROWER_HAS] = TO(ATTACHED, false, false),
		[GRANT_GIVEN_UP] = TO(RETURNED, true, false),
		/* The borrower may be attaching just now. */
		[GRANT_RETURN_ASKED] = TO(REVOKING, false, true),
		[GRANT_LEASE_OVER] = TO(RETURNED, true, true),
		[GRANT_BROKEN] = TO(LOST, true, true),
	},
	[GRANT_ATTACHED] = {
		[GRANT_FAILED] = TO(LOST, true, true),
		[GRANT_CLEARED] = TO(FORGOTTEN, true, true),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, true),
		[GRANT_GIVEN_UP] = TO(RETURNED, true, false),
		[GRANT_RETURN_ASKED] = TO(REVOKING, false, true),
		[GRANT_BORROWER_LOST] = TO(LOST, true, true),
		[GRANT_BROKEN] = TO(LOST, true, true),
	},
	[GRANT_REVOKING] = {
		[GRANT_FAILED] = TO(LOST, true, true),
		[GRANT_CLEARED] = TO(FORGOTTEN, true, true),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, true),
		[GRANT_GIVEN_UP] = TO(RETURNED, true, false),
		[GRANT_LEASE_OVER] = TO(RETURNED, true, true),
		[GRANT_BORROWER_LOST] = TO(LOST, true, true),
		[GRANT_BROKEN] = TO(LOST, true, true),
	},
	[GRANT_RETURNED] = {
		[GRANT_CLEARED] = TO(FORGOTTEN, true, true),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, true),
	},
	[GRANT_LOST] = {
		[GRANT_CLEARED] = TO(FORGOTTEN, true, true),
		[GRANT_VANISHED] = TO(FORGOTTEN, true, true),
	},
};

static const char *const state_names[GRANT_STATES] = {
	[GRANT_OFFERED] = "offered",	 [GRANT_GRANTED] = "granted",
	[GRANT_ATTACHED] = "attached",	 [GRANT_REVOKING] = "revoking",
	[GRANT_RETURNED] = "returned",	 [GRANT_LOST] = "lost",
	[GRANT_FORGOTTEN] = "forgotten",
};

static const char *const event_names[GRANT_EVENTS] = {
	[GRANT_EXPORTED] = "exported",
	[GRANT_FAILED] = "failed at the lender",
	[GRANT_CLEARED] = "cleared",
	[GRANT_VANISHED] = "the lender has it no more",
	[GRANT_OFFER_OVER] = "not exported in time",
	[GRANT_BORROWER_HAS] = "attached",
	[GRANT_GIVEN_UP] = "given back",
	[GRANT_RETURN_ASKED] = "asked back",
	[GRANT_LEASE_OVER] = "never attached",
	[GRANT_BORROWER_LOST] = "borrower and session are gone",
	[GRANT_BROKEN] = "broken at the borrower",
};

struct grant_step grant_next(enum grant_state state, enum grant_event event)
{
	struct grant_step step = steps[state][event];

	if (!step.is_change)
		step.to = state;
	return step;
}

const char *grant_state_name(enum grant_state state)
{
	return state_names[state];
}

const char *grant_event_name(enum grant_event event)
{
	return event_names[event];
}

bool grant_state_read(const char *name, enum grant_state *state)
{
	for (int i = 0; i < GRANT_STATES; i++) {
		if (strcmp(name, state_names[i]) != 0)
			continue;
		*state = (enum grant_state)i;
		return true;
	}
	return false;
}

bool grant_is_lent(enum grant_state state)
{
	return state == GRANT_GRANTED || state == GRANT_ATTACHED || state == GRANT_REVOKING;
}
