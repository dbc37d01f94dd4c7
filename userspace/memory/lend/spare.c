// SPDX-License-Identifier: GPL-2.0-only
/* What a machine can spare, and what it wants back; see spare.h. */
#include "userspace/memory/lend/spare.h"

/* Of the reserve: how far apart the marks are. */
#define MARGIN_PART 4

/* Below this part of the pressure that counts, it is calm. */
#define CALM_PRESSURE_PART 2

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t headroom_of(const struct spare_machine *machine)
{
	return minus(plus(machine->available_bytes,
			  least(machine->allocated_bytes, machine->lent_bytes)),
		     plus(machine->lent_bytes, machine->held_bytes));
}

static bool is_pressed(const struct spare_rules *rules, const struct spare_machine *machine)
{
	return machine->stalled || machine->pressure >= rules->pressure_max;
}

/* Calm begins anew with each moment that is none. */
static bool is_calm_long_enough(const struct spare_rules *rules,
				const struct spare_machine *machine, int64_t now_ms,
				struct spare_past *past)
{
	bool calm = headroom_of(machine) >= rules->reserve_bytes && !machine->stalled &&
		    machine->pressure < rules->pressure_max / CALM_PRESSURE_PART;

	if (calm && !past->was_calm)
		past->calm_since_ms = now_ms;
	past->was_calm = calm;
	return calm && now_ms - past->calm_since_ms >= SPARE_CALM_MS;
}

static bool is_short(const struct spare_rules *rules, const struct spare_machine *machine,
		     int64_t now_ms, struct spare_past *past)
{
	uint64_t mark = rules->reserve_bytes - rules->reserve_bytes / MARGIN_PART;
	bool calm = is_calm_long_enough(rules, machine, now_ms, past);

	if (is_pressed(rules, machine) || headroom_of(machine) < mark)
		past->is_short = true;
	else if (calm)
		past->is_short = false;
	return past->is_short;
}

/* In whole units, and no more than there is to take back. */
static uint64_t in_units(const struct spare_machine *machine, uint64_t bytes)
{
	return least(plus(bytes, SPARE_UNIT_BYTES - 1) / SPARE_UNIT_BYTES * SPARE_UNIT_BYTES,
		     machine->lent_bytes);
}

static uint64_t over_limit(const struct spare_rules *rules, const struct spare_machine *machine)
{
	return minus(machine->lent_bytes, rules->limit_bytes);
}

static uint64_t wanted_when_short(const struct spare_rules *rules,
				  const struct spare_machine *machine)
{
	uint64_t wanted = rules->reserve_bytes;
	uint64_t over = over_limit(rules, machine);

	if (is_pressed(rules, machine))
		wanted = plus(wanted, rules->reserve_bytes);
	wanted = minus(wanted, headroom_of(machine));
	return in_units(machine, wanted > over ? wanted : over);
}

/* What is above @mark, in whole units, and within the limit. */
static uint64_t above(const struct spare_rules *rules, const struct spare_machine *machine,
		      uint64_t mark)
{
	return least(minus(headroom_of(machine), mark),
		     minus(rules->limit_bytes, machine->lent_bytes)) /
	       SPARE_UNIT_BYTES * SPARE_UNIT_BYTES;
}

struct spare spare_judge(const struct spare_rules *rules, const struct spare_machine *machine,
			 int64_t now_ms, struct spare_past *past)
{
	bool now_short = is_short(rules, machine, now_ms, past);
	struct spare all_back = { .wanted_back_bytes = machine->lent_bytes };

	if (machine->leaving || machine->borrowing || machine->exposed) {
		all_back.state = machine->leaving     ? SPARE_LEAVING
				 : machine->borrowing ? SPARE_BORROWING
						      : SPARE_SHORT;
		return all_back;
	}
	if (now_short)
		return (struct spare){ .state = SPARE_SHORT,
				       .wanted_back_bytes = wanted_when_short(rules, machine) };
	return (struct spare){
		.state = SPARE_LENDING,
		.spare_bytes =
			above(rules, machine,
			      plus(rules->reserve_bytes, rules->reserve_bytes / MARGIN_PART)),
		.grantable_bytes = above(rules, machine, rules->reserve_bytes),
		.wanted_back_bytes = in_units(machine, over_limit(rules, machine)),
	};
}

const char *spare_state_name(enum spare_state state)
{
	static const char *const names[] = {
		[SPARE_LENDING] = "lending",
		[SPARE_SHORT] = "short",
		[SPARE_BORROWING] = "borrowing",
		[SPARE_LEAVING] = "leaving",
	};

	return names[state];
}
