// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each grant is a swap device of its own.
 *
 * Giving one back is swapoff, which stops new writes first and then reads what is left, one page
 * after the other. Beside it, all pages are asked for at once, so that it finds most of them in
 * memory.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "userspace/memory/borrow/modes.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/shared.h"
#include "userspace/memory/borrow/stats.h"
#include "userspace/memory/borrow/swap_program.h"

/*
 * Of what is available, this much stays free, and never less: pages come back into memory that
 * others work with, and through buffers of the network's. Where pages that are on their way take
 * all there is, none arrives, and the kernel has nothing left but to kill.
 */
#define MARGIN_SHARE	   10
#define MARGIN_LEAST_BYTES (32ull << 20)

static int attach(const struct borrow_options *options, struct grant *grant, struct fault *fault)
{
	return swap_program_attach(options, grant, false, fault);
}

static uint64_t room_in_memory(const struct stats *stats)
{
	uint64_t margin = stats->available_bytes / MARGIN_SHARE;

	if (margin < MARGIN_LEAST_BYTES)
		margin = MARGIN_LEAST_BYTES;
	return stats->available_bytes > margin ? stats->available_bytes - margin : 0;
}

/* Would memory and the rest of the swap hold what is on @grant's device? */
static int check_room(const struct grant *grant, struct fault *fault)
{
	struct swap_usage own = { 0 }, others;
	struct stats stats;
	uint64_t room;
	char hint[sizeof(fault->hint)];

	stats_read(&stats);
	if (!swap_usage_of(stats.swaps, grant->swap, &own))
		return 0;
	others = swap_usage_but(stats.swaps, grant->swap);
	room = room_in_memory(&stats) + (others.size_bytes - others.used_bytes);
	if (own.used_bytes <= room)
		return 0;
	snprintf(hint, sizeof(hint),
		 "it holds %" PRIu64 " MiB, memory and other swap have room for %" PRIu64 " MiB",
		 own.used_bytes >> 20, room >> 20);
	return fault_set(fault, ENOMEM, "give memory back", grant->id, hint);
}

/* What is shared comes from all devices at once: is there memory for all that they hold? */
static bool has_room_for_all(void)
{
	struct stats stats;

	stats_read(&stats);
	return swap_usage_but(stats.swaps, "").used_bytes <= room_in_memory(&stats);
}

static void prefetch(void *context)
{
	const int *type = context;

	if (*type >= 0)
		(void)pages_prefetch(*type);
	if (has_room_for_all())
		shared_prefetch();
}

static int give_back(const struct borrow_options *options, const struct grant *grant,
		     const struct give_back *how, struct fault *fault)
{
	int type = how->type, error = 0;

	if (grant->swap[0] && !how->broken)
		error = check_room(grant, fault);
	if (error)
		return error;
	return swap_program_detach(options, grant, how->broken ? NULL : prefetch, &type, fault);
}

static bool adopt(const struct borrow_options *options, struct grant *grant)
{
	struct swap_usage usage;
	struct stats stats;

	(void)options;
	stats_read(&stats);
	return grant->swap[0] && swap_usage_of(stats.swaps, grant->swap, &usage);
}

const struct mode mode_plain = { "plain", attach, give_back, adopt };
