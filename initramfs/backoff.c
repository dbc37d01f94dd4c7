/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to wait for an answer before asking again. Pure; the caller owns clock and randomness.
 *
 * RFC 2131, 4.1 starts at 4 s for the sake of slow relays. On the wired LAN that a node boots from
 * a server answers within milliseconds, and what gets lost is the first packet or two, while a
 * switch port still learns that it is up: 1 s costs one small packet more and saves three seconds
 * of every such boot. From 4 s on the two agree.
 */
#include "backoff.h"

#define FIRST_DELAY_MS 1000u
#define LAST_DOUBLING  6u /* 1 s << 6: 64 s, the RFC's ceiling */
#define JITTER_MAX_MS  1000u

uint32_t backoff_delay_ms(unsigned int attempt, uint32_t random)
{
	uint32_t delay_ms = FIRST_DELAY_MS << (attempt < LAST_DOUBLING ? attempt : LAST_DOUBLING);
	/* The RFC's +-1 s would let the early tries fall together. */
	uint32_t jitter_ms = delay_ms / 4 < JITTER_MAX_MS ? delay_ms / 4 : JITTER_MAX_MS;

	return delay_ms - jitter_ms + random % (2 * jitter_ms + 1);
}
