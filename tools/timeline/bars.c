/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws a chart with characters, for a terminal. See chart.h. */
#include <stdio.h>
#include <string.h>

#include "tools/timeline/chart.h"

#define WIDTH_MIN 50
/* More makes a bar harder to follow back to its name. */
#define WIDTH_MAX 160
/* "switch_root" start and length: what stands before the bars. */
#define MARGIN	31
#define EIGHTHS 8

#define RESET  "\033[0m"
#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define BLUE   "\033[34m"
#define GREY   "\033[90m"

struct drawing {
	const struct chart *chart;
	const struct bars_style *style;
	struct text *output;
	unsigned int cells; /* for the bars */
};

static void set_colour(const struct drawing *drawing, const char *sequence)
{
	if (drawing->style->colour)
		text_add(drawing->output, sequence);
}

static const char *colour_of(const struct chart_row *row)
{
	switch (row->state) {
	case STAGE_FAILED:
		return RED;
	case STAGE_RUNNING:
		return YELLOW;
	default:
		return strcmp(row->name, "kernel") ? BLUE : GREY;
	}
}

/*
 * The character for a cell that is filled from eighth @from to eighth @to. Blocks in eighths begin
 * at the left edge; at the right edge there are only the half and the eighth.
 */
static const char *cell(unsigned int from, unsigned int to)
{
	static const char *const left[] = { " ",      "\u258f", "\u258e", "\u258d", "\u258c",
					    "\u258b", "\u258a", "\u2589", "\u2588" };

	if (from < 2)
		return left[to];
	if (to < EIGHTHS - 1)
		return from < EIGHTHS / 2 ? left[EIGHTHS / 2] : "\u2590";
	return from < 6 ? "\u2590" : "\u2595";
}

/* @start and @end in eighths of a cell. */
static void draw_unicode(const struct drawing *drawing, unsigned int start, unsigned int end)
{
	unsigned int at = start / EIGHTHS;

	for (unsigned int i = 0; i < at; i++)
		text_add(drawing->output, " ");
	for (; at * EIGHTHS < end; at++) {
		unsigned int left = at * EIGHTHS;

		text_add(drawing->output, cell(start > left ? start - left : 0,
					       end - left < EIGHTHS ? end - left : EIGHTHS));
	}
}

static void draw_ascii(const struct drawing *drawing, unsigned int start, unsigned int end)
{
	unsigned int from = start / EIGHTHS, to = (end + EIGHTHS / 2) / EIGHTHS;

	for (unsigned int i = 0; i < from; i++)
		text_add(drawing->output, " ");
	if (to <= from)
		text_add(drawing->output, "|");
	for (unsigned int i = from; i < to; i++)
		text_add(drawing->output, "#");
}

static void draw_row(const struct drawing *drawing, const struct chart_row *row)
{
	double eighths = drawing->cells * EIGHTHS / drawing->chart->end_s;
	unsigned int start = (unsigned int)(row->start_s * eighths);
	unsigned int end = (unsigned int)(row->end_s * eighths + 0.5);
	unsigned int most = drawing->cells * EIGHTHS;

	/* However short, a stage shows. */
	if (start >= most)
		start = most - 1;
	if (end <= start)
		end = start + 1;
	text_printf(drawing->output, "%-11s %8.3f%9.3f  ", row->name, row->start_s,
		    row->end_s - row->start_s);
	set_colour(drawing, colour_of(row));
	if (drawing->style->unicode)
		draw_unicode(drawing, start, end);
	else
		draw_ascii(drawing, start, end);
	set_colour(drawing, RESET);
	if (row->state == STAGE_FAILED)
		text_add(drawing->output, " failed");
	else if (row->state == STAGE_RUNNING)
		text_add(drawing->output, drawing->style->unicode ? "\u2026" : "...");
	text_add(drawing->output, "\n");
}

/* The labels stand with their first character below the moment that they name. */
static void draw_axis(const struct drawing *drawing)
{
	const struct chart *chart = drawing->chart;
	unsigned int column = 0;

	set_colour(drawing, GREY);
	text_printf(drawing->output, "%*s", MARGIN, "");
	for (unsigned int tick = 0; tick * chart->tick_s <= chart->end_s * 1.0001; tick++) {
		double time = tick * chart->tick_s;
		unsigned int at = (unsigned int)(time / chart->end_s * drawing->cells);
		char label[32];
		int length =
			snprintf(label, sizeof(label), "%.*f%s",
				 tick ? chart_tick_decimals(chart) : 0, time, tick ? "" : " s");

		if (at < column || at + (unsigned int)length > drawing->cells)
			continue;
		text_printf(drawing->output, "%*s%s", (int)(at - column), "", label);
		column = at + (unsigned int)length;
	}
	set_colour(drawing, RESET);
	text_add(drawing->output, "\n");
}

static void draw_fault(const struct drawing *drawing)
{
	const struct timeline *timeline = drawing->chart->timeline;

	if (!timeline->fault_line[0])
		return;
	set_colour(drawing, RED);
	text_printf(drawing->output, "%s at %.3f s: %s", stage_name(timeline->fault_stage),
		    (double)timeline->fault_us / 1e6, timeline->fault_line);
	set_colour(drawing, RESET);
	text_add(drawing->output, "\n");
}

void bars_draw(const struct chart *chart, const struct bars_style *style, struct text *output)
{
	unsigned int width = style->width > WIDTH_MAX ? WIDTH_MAX : style->width;
	struct drawing drawing = { chart, style, output, 0 };

	/* " failed" behind the longest bar has room, too. */
	drawing.cells = (width < WIDTH_MIN ? WIDTH_MIN : width) - MARGIN - strlen(" failed");
	set_colour(&drawing, BOLD);
	text_add(output, chart->heading);
	set_colour(&drawing, RESET);
	text_printf(output, "\n%-11s %8s%9s\n", "stage", "start", "length");
	for (size_t i = 0; i < chart->count; i++)
		draw_row(&drawing, &chart->rows[i]);
	draw_axis(&drawing);
	draw_fault(&drawing);
}
