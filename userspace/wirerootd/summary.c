/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the line about a boot. See summary.h. */
#include "userspace/wirerootd/summary.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

struct line {
	char *text;
	size_t length;
};

/* Add one item; what does not fit any more is cut. */
static void __attribute__((format(printf, 2, 3))) add(struct line *line, const char *format, ...)
{
	va_list values;
	int length;

	if (line->length)
		line->length += (size_t)snprintf(line->text + line->length,
						 SUMMARY_BYTES - line->length, ", ");
	if (line->length >= SUMMARY_BYTES)
		line->length = SUMMARY_BYTES - 1;
	va_start(values, format);
	length = vsnprintf(line->text + line->length, SUMMARY_BYTES - line->length, format, values);
	va_end(values);
	if (length > 0)
		line->length += (size_t)length;
	if (line->length >= SUMMARY_BYTES)
		line->length = SUMMARY_BYTES - 1;
}

static void add_stage(struct line *line, const struct timeline *timeline, enum stage stage)
{
	const struct stage_times *times = &timeline->stages[stage];
	bool has_fault = timeline->fault_line[0] && timeline->fault_stage == stage;

	switch (times->state) {
	case STAGE_WAITING:
		if (has_fault)
			add(line, "%s FAILED: %s", stage_name(stage), timeline->fault_line);
		break;
	case STAGE_RUNNING:
		if (has_fault)
			add(line, "%s FAILED: %s", stage_name(stage), timeline->fault_line);
		else
			add(line, "%s under way", stage_name(stage));
		break;
	case STAGE_DONE:
		add(line, "%s %.2f s", stage_name(stage),
		    (double)(times->end_us - times->start_us) / 1e6);
		if (has_fault)
			add(line, "after %s", timeline->fault_line);
		break;
	case STAGE_FAILED:
		add(line, "%s FAILED%s%s", stage_name(stage), has_fault ? ": " : "",
		    has_fault ? timeline->fault_line : "");
		break;
	}
}

char *summary_line(const struct timeline *timeline, char line[static SUMMARY_BYTES])
{
	struct line writer = { .text = line };

	line[0] = '\0';
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		add_stage(&writer, timeline, (enum stage)stage);
	return line;
}
