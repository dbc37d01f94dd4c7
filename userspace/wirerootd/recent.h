/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often addresses have done something lately, for limits on it.
 *
 * Pure. Remembers RECENT_ADDRESSES of them; a new one takes the place of the one that has been
 * there for the longest time.
 */
#ifndef WIREROOT_RECENT_H
#define WIREROOT_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/wirerootd/listen.h"

#define RECENT_ADDRESSES 256

/* Begin with { 0 }. */
struct recent {
	struct recent_address {
		char text[ADDRESS_TEXT_BYTES]; /* empty: free */
		int64_t since_s;
		unsigned int count;
	} addresses[RECENT_ADDRESSES];
};

/*
 * @address does it at @now_s, seconds of any clock that never goes back. False when it has done it
 * @limit times within @seconds.
 */
bool recent_allow(struct recent *recent, const char *address, int64_t now_s, unsigned int seconds,
		  unsigned int limit);

#endif
