/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a timeline ready to be drawn. See chart.h. */
#include "tools/timeline/chart.h"

#include <inttypes.h>
#include <stdio.h>

/* So many ticks have room for their labels on the narrowest drawing. */
#define TICKS_MAX 6

static double seconds(uint64_t us)
{
	return (double)us / 1e6;
}

/* The first and the last moment that @timeline tells of; UINT64_MAX and 0 when of none. */
static void find_span(const struct timeline *timeline, uint64_t *first_us, uint64_t *last_us)
{
	*first_us = UINT64_MAX;
	*last_us = timeline->fault_line[0] ? timeline->fault_us : 0;
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		const struct stage_times *times = &timeline->stages[stage];

		if (times->state == STAGE_WAITING)
			continue;
		if (times->start_us < *first_us)
			*first_us = times->start_us;
		if (times->start_us > *last_us)
			*last_us = times->start_us;
		if (times->end_us > *last_us)
			*last_us = times->end_us;
	}
}

static void add_rows(struct chart *chart, uint64_t first_us)
{
	const struct timeline *timeline = chart->timeline;

	if (first_us != UINT64_MAX)
		chart->rows[chart->count++] =
			(struct chart_row){ "kernel", 0, seconds(first_us), STAGE_DONE };
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		const struct stage_times *times = &timeline->stages[stage];

		if (times->state == STAGE_WAITING)
			continue;
		chart->rows[chart->count++] = (struct chart_row){
			.name = stage_name((enum stage)stage),
			.start_s = seconds(times->start_us),
			.end_s = times->state == STAGE_RUNNING ? chart->end_s
							       : seconds(times->end_us),
			.state = times->state,
		};
	}
}

/* 1, 2 or 5 times a power of ten. */
static double round_tick(double end_s)
{
	double tick = 1e-6;

	for (;;) {
		if (end_s / tick <= TICKS_MAX)
			return tick;
		if (end_s / (2 * tick) <= TICKS_MAX)
			return 2 * tick;
		if (end_s / (5 * tick) <= TICKS_MAX)
			return 5 * tick;
		tick *= 10;
	}
}

int chart_tick_decimals(const struct chart *chart)
{
	double tick = chart->tick_s;
	int decimals = 0;

	while (tick < 0.999) {
		tick *= 10;
		decimals++;
	}
	return decimals;
}

static void write_heading(struct chart *chart)
{
	const struct timeline *timeline = chart->timeline;
	const char *node = timeline->node[0] ? timeline->node : timeline->mac;
	const struct stage_times *last = &timeline->stages[STAGE_SWITCH_ROOT];

	if (!*node)
		node = "unnamed node";
	if (last->state == STAGE_DONE || (last->state == STAGE_RUNNING && !timeline->fault_line[0]))
		snprintf(chart->heading, sizeof(chart->heading),
			 "%s: %.2f s from kernel start to second stage", node, chart->end_s);
	else if (timeline->fault_line[0] &&
		 timeline->stages[timeline->fault_stage].state != STAGE_DONE)
		snprintf(chart->heading, sizeof(chart->heading), "%s: failed in %s after %.2f s",
			 node, stage_name(timeline->fault_stage), seconds(timeline->fault_us));
	else
		snprintf(chart->heading, sizeof(chart->heading), "%s: still booting after %.2f s",
			 node, chart->end_s);
}

void chart_make(struct chart *chart, const struct timeline *timeline)
{
	uint64_t first_us, last_us;

	*chart = (struct chart){ .timeline = timeline };
	find_span(timeline, &first_us, &last_us);
	/* A timeline without any stage still has an axis. */
	chart->end_s = last_us ? seconds(last_us) : 1;
	chart->tick_s = round_tick(chart->end_s);
	add_rows(chart, first_us);
	write_heading(chart);
}
