/* SPDX-License-Identifier: GPL-2.0-only */
/* How the parts of the brokerage change a grant; for brokerage*.c alone. */
#ifndef WIREROOT_BROKERAGE_CHANGE_H
#define WIREROOT_BROKERAGE_CHANGE_H

#include "userspace/wirerootd/memory/brokerage.h"

/* The member called @name; made when there is none. NULL: no memory. */
struct member *change_member(struct brokerage *brokerage, const char *name);

/*
 * A grant of @bytes from @lender to @borrower, in @state, in all lists; nobody is told yet. Its id
 * is @id, or a new one when that is 0. NULL: no memory.
 */
struct grant *change_new(struct brokerage *brokerage, uint64_t id, struct member *lender,
			 struct member *borrower, uint64_t bytes, enum grant_state state,
			 int64_t now_ms);

/* Say that a new one is there. */
void change_tell_new(struct brokerage *brokerage, struct grant *grant, const char *what,
		     const char *detail);

/*
 * @event has come to pass for @grant. True when that has changed something; @grant is gone when it
 * was its last change.
 */
bool change_apply(struct brokerage *brokerage, struct grant *grant, enum grant_event event,
		  const char *detail, int64_t now_ms);

/* Whether the lender's last report, and so its spare_bytes, knows of it. */
void change_named(struct grant *grant, bool is_named);

/* The borrower's lease goes on, or ends now. */
void change_renew(const struct brokerage *brokerage, struct grant *grant, int64_t now_ms);
void change_end_lease(struct brokerage *brokerage, struct grant *grant, int64_t now_ms);

/* Somebody has something else to do than before. */
void change_tell_lender(struct brokerage *brokerage, struct member *member);
void change_tell_borrower(struct brokerage *brokerage, struct member *member);

/* Take back what @lender wants to have back. */
void change_take_back(struct brokerage *brokerage, struct member *lender, int64_t now_ms);

#endif
