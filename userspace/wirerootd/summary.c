/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the line about a boot. See summary.h. */
#include "userspace/wirerootd/summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Add one item; what does not fit any more is cut. */
static void add(char *line, const char *item)
{
	size_t length = strlen(line);

	snprintf(line + length, SUMMARY_BYTES - length, "%s%s", length ? ", " : "", item);
}

static void add_stage(char *line, const struct timeline *timeline, enum stage stage)
{
	const struct stage_times *times = &timeline->stages[stage];
	bool has_fault = timeline->fault_line[0] && timeline->fault_stage == stage;
	const char *name = stage_name(stage);
	char item[SUMMARY_BYTES];

	if (times->state == STAGE_DONE)
		snprintf(item, sizeof(item), "%s %.2f s%s%s", name,
			 (double)(times->end_us - times->start_us) / 1e6,
			 has_fault ? ", after " : "", has_fault ? timeline->fault_line : "");
	else if (has_fault)
		snprintf(item, sizeof(item), "%s FAILED: %s", name, timeline->fault_line);
	else if (times->state == STAGE_FAILED)
		snprintf(item, sizeof(item), "%s FAILED", name);
	else if (times->state == STAGE_RUNNING)
		snprintf(item, sizeof(item), "%s under way", name);
	else
		return;
	add(line, item);
}

char *summary_line(const struct timeline *timeline, char line[static SUMMARY_BYTES])
{
	line[0] = '\0';
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		add_stage(line, timeline, (enum stage)stage);
	return line;
}
