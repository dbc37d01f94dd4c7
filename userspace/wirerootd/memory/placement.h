/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lender a grant is asked of: the least loaded of two that are drawn at random among those
 * with enough room.
 *
 * Two at random are nearly as even as the least loaded of all, and do not send everybody who asks
 * in the same moment to the same lender (Mitzenmacher). A copy of something goes to another
 * lender than the first, and to another rack when there is one with room. Who is cut off from a
 * lender is sent to others first: that one would be the least loaded again and again. Pure: the
 * random numbers come from the caller.
 */
#ifndef WIREROOT_PLACEMENT_H
#define WIREROOT_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct placement_lender {
	uint64_t room; /* bytes that may be granted now */
	uint64_t lent; /* bytes that are */
	bool is_out; /* not to be taken: the borrower itself, one that has a copy, one that refused
		      */
	/* in the rack of a copy, or out of reach of late; taken only when no other one has room */
	bool is_second;
};

/* A number below @limit, which is above 0. */
typedef size_t (*placement_random)(void *context, size_t limit);

/*
 * The number of the lender among the @count that @look tells of one by one, or -1 when none has
 * @bytes of room; *@largest is then the most that one has.
 */
typedef struct placement_lender (*placement_look)(const void *context, size_t number);

long placement_choose(placement_look look, const void *lenders, size_t count, uint64_t bytes,
		      placement_random random, void *source, uint64_t *largest);

#endif
