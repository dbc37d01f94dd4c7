/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving back what is noted in /run/wireroot/memory, by hand or as the node goes down.
 *
 *	detach ▸ the broker is told
 *
 * wireroot-borrow, where it runs, sees for itself that a note is gone. The broker is told all the
 * same: at the end of a node nobody else does, and without it the memory would only be its lender's
 * again when the lease is over.
 */
#ifndef WIREROOT_GIVE_BACK_H
#define WIREROOT_GIVE_BACK_H

#include "../fault.h"

/*
 * Detach the grant @id. Returns 0 or a negative errno with @fault. A broker that could not be told
 * is a line on standard error, and no failure.
 */
int give_back(const char *id, struct fault *fault);

/*
 * The same with all of them. The first that fails is told in @fault, and the others go on. What
 * memory has no room for is tried again for @within_s seconds: the processes that have it may be
 * ending.
 */
int give_back_all(unsigned int within_s, struct fault *fault);

#endif
