/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a node that borrows on demand is short of memory, and when it no longer is. Pure.
 *
 *	easy ──a stall, little available, little swap left──▶ short: borrow a step
 *	short ──a minute of quiet, more than enough available──▶ easy: give the last step back
 *
 * The two are far apart, and a rest follows whatever went back, so that a node at the border does
 * not borrow and return in turn.
 */
#ifndef WIREROOT_DEMAND_H
#define WIREROOT_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

struct demand_sample {
	int64_t now_ms;
	uint64_t total_bytes, available_bytes; /* memory */
	uint64_t swap_total_bytes, swap_free_bytes; /* all swap */
	double pressure; /* per cent of the last 10 s */
	bool crowded; /* there is no room for what is wanted back */
};

struct demand_rule {
	uint64_t step_bytes; /* 0: never */
	uint64_t most_bytes; /* 0: no limit */
	double pressure_max;
};

/*
 * What went back is not asked for again at once: who wanted it would have gained nothing, and what
 * was not needed shows as pressure while it goes. Begin with { 0 }.
 */
struct demand_rest {
	int64_t until_ms; /* 0: nothing went back */
	int64_t short_since_ms; /* 0: memory is not short */
};

/* Begin with { 0 }. */
struct demand {
	struct demand_rest rest; /* of what is borrowed on demand */
	int64_t borrowed_at_ms; /* 0: never yet */
	int64_t quiet_since_ms; /* 0: it is not quiet */
};

enum demand_verdict { DEMAND_KEEP, DEMAND_MORE, DEMAND_LESS };

/*
 * Judge @sample: @borrowed bytes are there or on their way, @last of them are what would be given
 * back first (0: nothing that was borrowed on demand).
 */
enum demand_verdict demand_judge(struct demand *demand, const struct demand_rule *rule,
				 const struct demand_sample *sample, uint64_t borrowed,
				 uint64_t last);

/*
 * Is nothing to be asked for yet? Memory that stays short ends the rest; giving back makes it so
 * for a while by itself. @rule->step_bytes is what would be asked for.
 */
bool demand_rests(struct demand_rest *rest, const struct demand_rule *rule,
		  const struct demand_sample *sample);

#endif
