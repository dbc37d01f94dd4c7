// SPDX-License-Identifier: GPL-2.0-only
/* Writes figures. See metrics.h. */
#include "userspace/wirerootd/memory/metrics.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* Of a decision: most take less than a millisecond. */
static const double bounds_s[MEMORY_BUCKETS] = { 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
						 0.005,	  0.01,	  0.025,   0.1,	   0.5,	  2.5 };

static const char *const refusals[REFUSALS] = {
	[REFUSED_TOKEN] = "token", [REFUSED_LENDING] = "lends", [REFUSED_LIMIT] = "limit",
	[REFUSED_ROOM] = "room",   [REFUSED_LATE] = "late",	[REFUSED_MALFORMED] = "malformed",
};

static const char *const node_states[] = { "booting", "silent", "failed", "running" };
#define NODE_STATES (sizeof(node_states) / sizeof(*node_states))

void metrics_note(struct memory_times *times, double seconds)
{
	size_t bucket = 0;

	while (bucket < MEMORY_BUCKETS && seconds > bounds_s[bucket])
		bucket++;
	times->counts[bucket]++;
	times->count++;
	times->sum_s += seconds;
}

static void head(struct text *text, const char *name, const char *type, const char *help)
{
	text_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_nodes(const struct states *states, time_t now, struct text *text)
{
	size_t counts[NODE_STATES] = { 0 }, at;
	json_t *nodes = states_to_json(states, now), *node;

	json_array_foreach(nodes, at, node)
	{
		const char *state = json_string_value(json_object_get(node, "state"));

		for (size_t i = 0; state && i < NODE_STATES; i++)
			counts[i] += !strcmp(state, node_states[i]);
	}
	json_decref(nodes);
	head(text, "wireroot_nodes", "gauge", "Nodes that have shown themselves, by state.");
	for (size_t i = 0; i < NODE_STATES; i++)
		text_printf(text, "wireroot_nodes{state=\"%s\"} %zu\n", node_states[i], counts[i]);
}

static void write_members(const struct brokerage *brokerage, int64_t now_ms, struct text *text)
{
	size_t lenders = 0, silent = 0, borrowers = 0;
	uint64_t room = 0;

	for (size_t i = 0; i < brokerage->member_count; i++) {
		const struct member *member = brokerage->members[i];

		if (member->lender.was_heard) {
			bool is_silent = brokerage_is_silent(brokerage, member, now_ms);

			silent += is_silent;
			lenders += !is_silent;
			room += brokerage_room(brokerage, member, now_ms);
		}
		borrowers += member->borrower.was_heard &&
			     now_ms - member->borrower.heard_ms <= brokerage->lease_ms;
	}
	head(text, "wireroot_memory_members", "gauge", "Members of the definition.");
	text_printf(text, "wireroot_memory_members %zu\n", brokerage->member_count);
	head(text, "wireroot_memory_lenders", "gauge", "Lenders that have reported.");
	text_printf(text,
		    "wireroot_memory_lenders{state=\"heard\"} %zu\n"
		    "wireroot_memory_lenders{state=\"silent\"} %zu\n",
		    lenders, silent);
	head(text, "wireroot_memory_borrowers", "gauge",
	     "Borrowers that have reported within a lease.");
	text_printf(text, "wireroot_memory_borrowers %zu\n", borrowers);
	head(text, "wireroot_memory_room_bytes", "gauge", "What could be granted now.");
	text_printf(text, "wireroot_memory_room_bytes %" PRIu64 "\n", room);
}

static void write_grants(const struct brokerage *brokerage, struct text *text)
{
	head(text, "wireroot_memory_grants", "gauge", "Grants by state.");
	for (int state = 0; state < GRANT_FORGOTTEN; state++)
		text_printf(text, "wireroot_memory_grants{state=\"%s\"} %zu\n",
			    grant_state_name((enum grant_state)state),
			    brokerage->state_counts[state]);
	head(text, "wireroot_memory_lent_bytes", "gauge",
	     "Bytes of grants that borrowers may have pages in.");
	text_printf(text, "wireroot_memory_lent_bytes %" PRIu64 "\n", brokerage->bytes_lent);
}

static void write_counters(const struct memory *memory, struct text *text)
{
	head(text, "wireroot_memory_reports_total", "counter", "Reports taken.");
	text_printf(text,
		    "wireroot_memory_reports_total{of=\"lenders\"} %" PRIu64 "\n"
		    "wireroot_memory_reports_total{of=\"borrowers\"} %" PRIu64 "\n",
		    memory->lender_reports, memory->borrower_reports);
	head(text, "wireroot_memory_refused_total", "counter", "Requests refused, by reason.");
	for (int i = 0; i < REFUSALS; i++)
		text_printf(text, "wireroot_memory_refused_total{reason=\"%s\"} %" PRIu64 "\n",
			    refusals[i], memory->refused[i]);
}

static void write_times(const struct memory_times *times, struct text *text)
{
	static const char name[] = "wireroot_memory_decision_seconds";
	uint64_t below = 0;

	head(text, name, "histogram", "From a request until its grant is placed and noted.");
	for (size_t i = 0; i < MEMORY_BUCKETS; i++) {
		below += times->counts[i];
		text_printf(text, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, bounds_s[i], below);
	}
	text_printf(text, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %g\n%s_count %" PRIu64 "\n",
		    name, times->count, name, times->sum_s, name, times->count);
}

void metrics_write(const struct memory *memory, int64_t now_ms, time_t now, struct text *text)
{
	write_nodes(memory->states, now, text);
	write_members(&memory->brokerage, now_ms, text);
	write_grants(&memory->brokerage, text);
	write_counters(memory, text);
	write_times(&memory->times, text);
}
