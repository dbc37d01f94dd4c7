// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each grant is a swap device of its own.
 *
 * Giving one back is swapoff, which stops new writes first and then reads what is left, one page
 * after the other. Beside it, pages are asked for at once, as many as memory has room for, so that
 * it finds most of them there.
 */
#include <stddef.h>

#include "userspace/memory/borrow/modes.h"
#include "userspace/memory/borrow/pages.h"
#include "userspace/memory/borrow/room.h"
#include "userspace/memory/borrow/stats.h"
#include "userspace/memory/borrow/swap_program.h"
#include "userspace/memory/borrow/swap_volume.h"

static int attach(const struct borrow_options *options, struct grant *grant, struct fault *fault)
{
	return swap_program_attach(options, grant, false, fault);
}

struct device {
	const char *name;
	int type;
};

static void prefetch(void *context)
{
	const struct device *device = context;

	swap_volume_prefetch(device->name, device->type);
}

static int give_back(const struct borrow_options *options, const struct grant *grant,
		     const struct give_back *how, struct fault *fault)
{
	struct device device = { grant->swap, how->type };
	int error = 0;

	if (grant->swap[0] && !how->broken)
		error = room_check(grant->swap, how->type, grant->id, fault);
	if (error)
		return error;
	return swap_program_detach(options, grant, how->broken ? NULL : prefetch, &device, fault);
}

static bool adopt(const struct borrow_options *options, struct grant *grant)
{
	struct swap_usage usage;
	struct stats stats;

	(void)options;
	stats_read(&stats);
	return grant->swap[0] && swap_usage_of(stats.swaps, grant->swap, &usage);
}

const struct mode mode_plain = { "plain", NULL, attach, give_back, adopt };
