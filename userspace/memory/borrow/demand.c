// SPDX-License-Identifier: GPL-2.0-only
/* When a node is short of memory; see demand.h. */
#include "userspace/memory/borrow/demand.h"

/* A step has to show its effect before the next one is taken. */
#define STEP_MS 10000
/* This long nothing may have been short before anything is given back. */
#define QUIET_MS 60000
/* Longer than giving back shows in pressure, an average of 10 s, when it is over. */
#define STAYS_SHORT_MS 20000
/* Of all memory: below this little is available, above that there is more than enough. */
#define SHORT_PER_CENT	10
#define ENOUGH_PER_CENT 40
/* To attach a step takes memory itself, and some seconds in which processes go on. */
#define SHORT_LEAST_BYTES (32ull << 20)
/* Of a step: below this little swap is left. */
#define SWAP_LEFT_PER_CENT 25
/* Of the pressure that is too much: below this it is quiet. */
#define QUIET_SHARE 0.1

/* Memory alone may be full of what nobody waits for, and swap may stand ready. */
static bool is_short(const struct demand_rule *rule, const struct demand_sample *sample)
{
	uint64_t tenth = sample->total_bytes / 100 * SHORT_PER_CENT;
	uint64_t least = tenth > SHORT_LEAST_BYTES ? tenth : SHORT_LEAST_BYTES;
	bool little_memory = sample->available_bytes < least;
	bool little_swap = sample->swap_free_bytes < rule->step_bytes / 100 * SWAP_LEFT_PER_CENT;

	return sample->crowded ||
	       (little_swap && (little_memory || sample->pressure >= rule->pressure_max));
}

/* Would everything be well without the last step, too? */
static bool is_enough(const struct demand_rule *rule, const struct demand_sample *sample,
		      uint64_t last)
{
	uint64_t used = sample->swap_total_bytes - sample->swap_free_bytes;
	uint64_t room = sample->available_bytes;

	if (sample->swap_free_bytes > last)
		room += sample->swap_free_bytes - last;
	return sample->pressure < rule->pressure_max * QUIET_SHARE &&
	       sample->available_bytes > sample->total_bytes / 100 * ENOUGH_PER_CENT &&
	       room > used + sample->total_bytes / 100 * SHORT_PER_CENT;
}

bool demand_rests(struct demand_rest *rest, const struct demand_rule *rule,
		  const struct demand_sample *sample)
{
	if (!is_short(rule, sample))
		rest->short_since_ms = 0;
	else if (!rest->short_since_ms)
		rest->short_since_ms = sample->now_ms;
	return sample->now_ms < rest->until_ms &&
	       (!rest->short_since_ms || sample->now_ms - rest->short_since_ms < STAYS_SHORT_MS);
}

static enum demand_verdict judge_shortage(struct demand *demand, const struct demand_rule *rule,
					  const struct demand_sample *sample, uint64_t borrowed)
{
	if (rule->most_bytes && borrowed + rule->step_bytes > rule->most_bytes)
		return DEMAND_KEEP;
	if (demand->borrowed_at_ms && sample->now_ms - demand->borrowed_at_ms < STEP_MS)
		return DEMAND_KEEP;
	demand->borrowed_at_ms = sample->now_ms;
	return DEMAND_MORE;
}

enum demand_verdict demand_judge(struct demand *demand, const struct demand_rule *rule,
				 const struct demand_sample *sample, uint64_t borrowed,
				 uint64_t last)
{
	bool rests = demand_rests(&demand->rest, rule, sample);

	if (!rule->step_bytes)
		return DEMAND_KEEP;
	if (is_short(rule, sample)) {
		demand->quiet_since_ms = 0;
		return rests ? DEMAND_KEEP : judge_shortage(demand, rule, sample, borrowed);
	}
	if (!last || !is_enough(rule, sample, last)) {
		demand->quiet_since_ms = 0;
		return DEMAND_KEEP;
	}
	if (!demand->quiet_since_ms)
		demand->quiet_since_ms = sample->now_ms;
	if (sample->now_ms - demand->quiet_since_ms < QUIET_MS)
		return DEMAND_KEEP;
	demand->quiet_since_ms = 0;
	return DEMAND_LESS;
}
