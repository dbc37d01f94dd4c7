/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grants of a lender: what the broker wants of each, what there is, and the step from one to
 * the other.
 *
 *	             export                         withdraw                      forget
 *	  pending ────────────▶ exported ──┬──▶ (target away, pages cleared) cleared ──▶ not kept
 *	     └────▶ failed ────────────────┘
 *
 * It is driven by what is, not by what happened: every step can be repeated, and whoever was cut
 * off in the middle finds where he was. For that, each grant has a note in a directory of its own,
 * written before the grant's first step and before it is taken back, and removed when it is
 * forgotten. Notes hold secrets; the directory is in memory and root's alone.
 *
 * A grant that was withdrawn is never exported again, whatever an older answer of the broker says.
 */
#ifndef WIREROOT_GRANTS_H
#define WIREROOT_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/target/target.h"
#include "userspace/lib/log.h"
#include "userspace/memory/lend/backing.h"
#include "userspace/memory/lend/wanted.h"

enum grant_state { GRANT_PENDING, GRANT_EXPORTED, GRANT_FAILED, GRANT_CLEARED };

struct grant {
	struct wanted wanted;
	enum grant_state state;
	bool made; /* its memory was made: if that is not there any more, it is lost */
	bool there; /* its target was there at the last look */
	bool connected; /* the borrower was logged in at the last look */
	uint64_t allocated_bytes; /* at the last look */
	char detail[160]; /* why it failed, or why it cannot be taken back yet */
};

struct grants {
	struct grant *list;
	size_t count, capacity;
	const char *lender; /* its name */
	const char *notes; /* directory */
	const struct backing *backing;
	struct target_server server;
	bool serving; /* it runs; one that does not has no targets */
	struct iscsi_portal portal;
	const struct log *log;
};

enum grant_step { GRANT_STAY, GRANT_EXPORT, GRANT_WITHDRAW, GRANT_DROP };

/* What is to be done next. Pure. */
enum grant_step grant_next_step(const struct grant *grant);

/*
 * Take over what the broker wants. What is older than what is known, and what is not in @list,
 * changes nothing. Pure, apart from memory. 0 or -ENOMEM with @fault.
 */
int grants_want(struct grants *grants, const struct wanted_list *list, struct fault *fault);

struct grant *grants_find(const struct grants *grants, const char *id);

/* Read the notes of an earlier life. 0 or -errno with @fault. */
int grants_load(struct grants *grants, struct fault *fault);

/* Take away targets and memory that no note tells of. */
int grants_sweep(struct grants *grants, struct fault *fault);

/*
 * Look which targets are there, who is logged in, and how much has been written. 0 or -errno with
 * @fault when the target's server does not answer.
 */
int grants_look(struct grants *grants, struct fault *fault);

/*
 * Do a step for each grant that has one to do. New ones may take *@spare_bytes, from which they are
 * taken. Whoever could not be withdrawn is to be tried again. True when something has changed that
 * the broker should know.
 */
bool grants_work(struct grants *grants, uint64_t *spare_bytes);

/* All grants whose target the server does not bring back have failed. True when one has. */
bool grants_fail(struct grants *grants, const char *why);

/* Is there a grant with a step to do? */
bool grants_have_work(const struct grants *grants);

/* Sums over what is lent: in full, and what was written. */
void grants_sum(const struct grants *grants, uint64_t *lent_bytes, uint64_t *allocated_bytes);

void grants_free(struct grants *grants);

#endif
