/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws a chart as SVG. See chart.h. */
#include <string.h>

#include "tools/timeline/chart.h"

/* All in pixels at the natural size. */
#define WIDTH	      880
#define EDGE	      24
#define NAME_WIDTH    104
#define VALUE_WIDTH   100 /* room for a length behind the longest bar */
#define TOP	      84
#define ROW	      30
#define BAR	      18
#define AXIS	      44
#define FAULT_LINE    20
#define FAULT_COLUMNS 104 /* characters of the fault's text in a line */

#define LEFT (EDGE + NAME_WIDTH)
#define PLOT (WIDTH - LEFT - VALUE_WIDTH - EDGE)

static const char style[] =
	"<style>\n"
	"text { font: 14px system-ui, 'DejaVu Sans', 'Liberation Sans', sans-serif; }\n"
	".paper { fill: #ffffff; }\n"
	".heading { fill: #1f2328; font-size: 18px; font-weight: 600; }\n"
	".name, .value { fill: #1f2328; }\n"
	".value { font-size: 13px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }\n"
	".quiet, .tick { fill: #59636e; font-size: 12px; }\n"
	".grid { stroke: #d8dee4; stroke-width: 1; }\n"
	".kernel { fill: #9aa4af; }\n"
	".done { fill: #2f7fd1; }\n"
	".running { fill: #c58a00; }\n"
	".failed { fill: #cf222e; }\n"
	".fault { fill: #b3202b; font-size: 13px; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	".paper { fill: #12161c; }\n"
	".heading, .name, .value { fill: #e6edf3; }\n"
	".quiet, .tick { fill: #9aa4af; }\n"
	".value { stroke: #12161c; }\n"
	".grid { stroke: #2c333b; }\n"
	".kernel { fill: #6b7580; }\n"
	".done { fill: #4c9bf0; }\n"
	".running { fill: #d9a21b; }\n"
	".failed { fill: #f85149; }\n"
	".fault { fill: #ff8079; }\n"
	"}\n"
	"</style>\n";

static void add_escaped(struct text *output, const char *text, size_t length)
{
	for (; length > 0; text++, length--) {
		if (*text == '&')
			text_add(output, "&amp;");
		else if (*text == '<')
			text_add(output, "&lt;");
		else if (*text == '>')
			text_add(output, "&gt;");
		else
			text_add_bytes(output, text, 1);
	}
}

/* Where @time_s lies from the left. */
static double x_of(const struct chart *chart, double time_s)
{
	return LEFT + time_s / chart->end_s * PLOT;
}

static void draw_axis(const struct chart *chart, double bottom, struct text *output)
{
	int decimals = chart_tick_decimals(chart);

	for (unsigned int tick = 0; tick * chart->tick_s <= chart->end_s * 1.0001; tick++) {
		double x = x_of(chart, tick * chart->tick_s);

		text_printf(output,
			    "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\"/>\n"
			    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">"
			    "%.*f s</text>\n",
			    x, TOP - 4, x, bottom, x, bottom + 18, tick ? decimals : 0,
			    tick * chart->tick_s);
	}
}

static const char *class_of(const struct chart_row *row)
{
	if (row->state == STAGE_FAILED)
		return "failed";
	if (row->state == STAGE_RUNNING)
		return "running";
	return strcmp(row->name, "kernel") ? "done" : "kernel";
}

static void draw_row(const struct chart *chart, const struct chart_row *row, double y,
		     struct text *output)
{
	double x = x_of(chart, row->start_s), end = x_of(chart, row->end_s);
	double width = end - x < 2 ? 2 : end - x; /* however short, a stage shows */
	const char *note = row->state == STAGE_FAILED	 ? ", failed"
			   : row->state == STAGE_RUNNING ? ", runs"
							 : "";

	text_printf(
		output,
		"<text class=\"name\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n"
		"<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" rx=\"2\">"
		"<title>%s: %.6f s to %.6f s%s</title></rect>\n"
		"<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%.3f s%s</text>\n",
		LEFT - 12, y + 14, row->name, class_of(row), x, y, width, BAR, row->name,
		row->start_s, row->end_s, note, x + width + 7, y + 14, row->end_s - row->start_s,
		note);
}

/* How many characters of @text go into the next line: up to a space, when there is one. */
static size_t line_length(const char *text)
{
	size_t length = strlen(text), at;

	if (length <= FAULT_COLUMNS)
		return length;
	for (at = FAULT_COLUMNS; at > 0 && text[at] != ' '; at--)
		;
	return at ? at : FAULT_COLUMNS;
}

static void fault_text(const struct timeline *timeline, struct text *text)
{
	text_add(text, "");
	if (timeline->fault_line[0])
		text_printf(text, "%s at %.3f s: %s", stage_name(timeline->fault_stage),
			    (double)timeline->fault_us / 1e6, timeline->fault_line);
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; lines++) {
		text += line_length(text);
		text += strspn(text, " ");
	}
	return lines;
}

static void draw_fault(const char *text, double y, struct text *output)
{
	for (; *text; y += FAULT_LINE) {
		size_t length = line_length(text);

		text_printf(output, "<text class=\"fault\" x=\"%d\" y=\"%.1f\">", EDGE, y);
		add_escaped(output, text, length);
		text_add(output, "</text>\n");
		text += length;
		text += strspn(text, " ");
	}
}

static void draw_head(const struct chart *chart, double height, struct text *output)
{
	const struct timeline *timeline = chart->timeline;

	text_printf(output,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
		    "viewBox=\"0 0 %d %.0f\" role=\"img\">\n<title>",
		    WIDTH, height, WIDTH, height);
	add_escaped(output, chart->heading, strlen(chart->heading));
	text_add(output, "</title>\n");
	text_add(output, style);
	text_printf(output, "<rect class=\"paper\" width=\"%d\" height=\"%.0f\" rx=\"8\"/>\n",
		    WIDTH, height);
	text_printf(output, "<text class=\"heading\" x=\"%d\" y=\"36\">", EDGE);
	add_escaped(output, chart->heading, strlen(chart->heading));
	text_printf(output, "</text>\n<text class=\"quiet\" x=\"%d\" y=\"57\">", EDGE);
	text_printf(output, "MAC %s, boot %s</text>\n",
		    timeline->mac[0] ? timeline->mac : "unknown",
		    timeline->boot_id[0] ? timeline->boot_id : "unknown");
}

void svg_draw(const struct chart *chart, struct text *output)
{
	double bottom = TOP + (double)chart->count * ROW;
	struct text fault = { 0 };
	double height;

	fault_text(chart->timeline, &fault);
	if (fault.error) {
		output->error = fault.error;
		text_free(&fault);
		return;
	}
	height = bottom + AXIS + FAULT_LINE * count_lines(fault.data);
	draw_head(chart, height, output);
	draw_axis(chart, bottom, output);
	for (size_t i = 0; i < chart->count; i++)
		draw_row(chart, &chart->rows[i], TOP + (double)i * ROW, output);
	draw_fault(fault.data, bottom + AXIS, output);
	text_add(output, "</svg>\n");
	text_free(&fault);
}
