/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From one generation in force to another: the link, our drop-ins, the services. Under the lock.
 *
 * Order of things: a note of the switch → `current` → services that are no more end → drop-ins →
 * the other services → the note goes. When a service fails, everything is done again the other
 * way. Whoever finds the note later (after a crash) tells the services once more.
 */
#ifndef WIREROOT_GENERATION_DEPLOY_H
#define WIREROOT_GENERATION_DEPLOY_H

#include "tools/generation/manifest.h"
#include "tools/generation/services.h"
#include "tools/generation/store.h"

struct deployment {
	struct store *store;
	struct services services;
	const char *etc; /* where our drop-ins go; NULL: nowhere */
	const struct log *log; /* is told each step */
};

/* Finish a switch that was cut off, or go back to where it began. 0 or -errno with @fault. */
int deploy_resume(const struct deployment *deployment, struct fault *fault);

/*
 * Where drop-ins for @current, which is in force, are missing, make them and tell all services.
 * They were removed, or services were not told until now. 0 or -errno with @fault.
 */
int deploy_refresh(const struct deployment *deployment, const struct manifest *current,
		   struct fault *fault);

/* Is there nothing in the way of drop-ins for @new? Before anything is written. */
int deploy_check(const struct deployment *deployment, const struct manifest *new,
		 struct fault *fault);

/*
 * Check the files in which @new differs from @old, by their owners' checkers. The tree of @new is
 * at @tree; @old's in the store, unless it is empty.
 */
int deploy_verify(const struct deployment *deployment, const struct manifest *old,
		  const struct manifest *new, const char *tree, struct fault *fault);

/*
 * Put @new in force in the place of @old, an empty manifest standing for none. On failure -errno
 * with @fault, and @old is in force again.
 */
int deploy_switch(const struct deployment *deployment, const struct manifest *old,
		  const struct manifest *new, struct fault *fault);

#endif
