/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timeline made ready to be drawn: rows in seconds, an axis, a heading; and the drawings, as bars
 * of characters and as SVG.
 *
 * Pure. The timeline has passed timeline_parse(), whose strings are printable ASCII.
 */
#ifndef WIREROOT_CHART_H
#define WIREROOT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/timeline.h"
#include "userspace/lib/text.h"

struct chart_row {
	const char *name;
	double start_s; /* since the kernel started */
	double end_s; /* of what still runs: the last moment that is known */
	enum stage_state state;
};

struct chart {
	const struct timeline *timeline; /* must outlive the chart */
	struct chart_row rows[STAGE_COUNT + 1]; /* the kernel, then the stages that have begun */
	size_t count;
	double end_s; /* of the axis' last row; more than 0 */
	double tick_s; /* a round number */
	char heading[160];
};

struct bars_style {
	unsigned int width; /* columns of the terminal */
	bool unicode; /* block characters in eighths of a column, else '#' */
	bool colour; /* ANSI sequences */
};

void chart_make(struct chart *chart, const struct timeline *timeline);

/* Decimals that tell two ticks apart. */
int chart_tick_decimals(const struct chart *chart);

/* Add the chart as lines of text, no longer than style->width, but at least 50, columns. */
void bars_draw(const struct chart *chart, const struct bars_style *style, struct text *output);

/* Add the chart as a self-contained SVG document, for light and dark surroundings. */
void svg_draw(const struct chart *chart, struct text *output);

#endif
