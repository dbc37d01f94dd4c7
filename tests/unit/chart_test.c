/* SPDX-License-Identifier: GPL-2.0-only */
/* links: tools/timeline/chart.c tools/timeline/bars.c tools/timeline/svg.c */
/* links: userspace/lib/text.c initramfs/timeline.c initramfs/fault.c */
/* Drawings of timelines: rows, bars of characters, SVG. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/timeline/chart.h"

static struct timeline booted(void)
{
	return (struct timeline){
		.node = "n01",
		.mac = "52:54:00:12:34:56",
		.boot_id = "0c5dd3c2-1b5e-4d2f-9f2b-00c0ffee0001",
		.stages = {
			[STAGE_PARAMS] = { STAGE_DONE, 1000000, 1001000 },
			[STAGE_MODULES] = { STAGE_DONE, 1001000, 1500000 },
			[STAGE_SWITCH_ROOT] = { STAGE_DONE, 1900000, 2000000 },
		},
	};
}

static struct timeline failed(void)
{
	struct timeline timeline = booted();

	timeline.stages[STAGE_ROOT] = (struct stage_times){ STAGE_RUNNING, 1500000, 0 };
	timeline.stages[STAGE_SWITCH_ROOT] = (struct stage_times){ 0 };
	timeline.fault_stage = STAGE_ROOT;
	timeline.fault_us = 4000000;
	timeline.fault_errno = 13;
	snprintf(timeline.fault_line, sizeof(timeline.fault_line), "mount <root> & co");
	return timeline;
}

static void kernel_is_the_first_row(void **state)
{
	struct timeline timeline = booted();
	struct chart chart;

	(void)state;
	chart_make(&chart, &timeline);
	assert_int_equal(chart.count, 4);
	assert_string_equal(chart.rows[0].name, "kernel");
	assert_true(chart.rows[0].end_s == 1.0);
	assert_string_equal(chart.rows[3].name, "switch_root");
	assert_true(chart.end_s == 2.0);
	assert_true(chart.tick_s == 0.5);
	assert_int_equal(chart_tick_decimals(&chart), 1);
	assert_string_equal(chart.heading, "n01: 2.00 s from kernel start to second stage");
}

static void running_stage_lasts_until_the_fault(void **state)
{
	struct timeline timeline = failed();
	struct chart chart;

	(void)state;
	chart_make(&chart, &timeline);
	assert_true(chart.rows[3].end_s == 4.0);
	assert_string_equal(chart.heading, "n01: failed in root after 4.00 s");
}

static void empty_and_extreme_timelines_are_drawn(void **state)
{
	const struct bars_style style = { 80, true, true };
	struct timeline timeline = { 0 };
	struct text output = { 0 };
	struct chart chart;

	(void)state;
	for (int i = 0; i < 2; i++) {
		chart_make(&chart, &timeline);
		bars_draw(&chart, &style, &output);
		svg_draw(&chart, &output);
		assert_int_equal(output.error, 0);
		timeline.stages[STAGE_PARAMS] = (struct stage_times){ STAGE_DONE, 0, 1 };
		timeline.stages[STAGE_LINK] =
			(struct stage_times){ STAGE_FAILED, UINT64_MAX, UINT64_MAX };
	}
	text_free(&output);
}

static void bars_keep_to_the_width(void **state)
{
	static const unsigned int widths[] = { 50, 80, 81, 132 };
	struct timeline timeline = failed();
	struct chart chart;

	(void)state;
	timeline.fault_line[0] = '\0'; /* the one line that is as long as it is */
	chart_make(&chart, &timeline);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		const struct bars_style style = { widths[i], false, false };
		struct text output = { 0 };

		bars_draw(&chart, &style, &output);
		for (char *line = strtok(output.data, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= widths[i]);
		text_free(&output);
	}
}

static void plain_bars_are_ascii(void **state)
{
	const struct bars_style style = { 80, false, false };
	struct timeline timeline = failed();
	struct text output = { 0 };
	struct chart chart;

	(void)state;
	chart_make(&chart, &timeline);
	bars_draw(&chart, &style, &output);
	for (const char *at = output.data; *at; at++)
		assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
	assert_non_null(strstr(output.data, "kernel         0.000    1.000  ##########"));
	assert_non_null(strstr(output.data, "root at 4.000 s: mount <root> & co\n"));
	text_free(&output);
}

static void bars_show_in_eighths(void **state)
{
	/* 42 cells for 2 s: the kernel's second ends with a whole cell. */
	const struct bars_style style = { 80, true, false };
	struct timeline timeline = booted();
	struct text output = { 0 };
	struct chart chart;

	(void)state;
	chart_make(&chart, &timeline);
	bars_draw(&chart, &style, &output);
	assert_non_null(strstr(output.data, "\u2588\u2588\nparams"));
	assert_non_null(strstr(output.data, "   \u258f\nmodules"));
	text_free(&output);
}

static void svg_is_escaped_and_whole(void **state)
{
	struct timeline timeline = failed();
	struct text output = { 0 };
	struct chart chart;

	(void)state;
	chart_make(&chart, &timeline);
	svg_draw(&chart, &output);
	assert_memory_equal(output.data, "<svg ", 5);
	assert_non_null(strstr(output.data, "mount &lt;root&gt; &amp; co"));
	assert_non_null(strstr(output.data, "class=\"running\""));
	assert_non_null(strstr(output.data, "prefers-color-scheme: dark"));
	assert_string_equal(output.data + output.length - 7, "</svg>\n");
	text_free(&output);
}

static void long_fault_is_broken_into_lines(void **state)
{
	struct timeline timeline = failed();
	struct text output = { 0 };
	unsigned int lines = 0;
	struct chart chart;

	(void)state;
	/* Without a space anywhere, too. */
	memset(timeline.fault_line, 'x', sizeof(timeline.fault_line) - 1);
	chart_make(&chart, &timeline);
	svg_draw(&chart, &output);
	for (const char *at = output.data; (at = strstr(at, "class=\"fault\"")); at++)
		lines++;
	assert_true(lines >= 5 && lines <= 6);
	text_free(&output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_is_the_first_row),
		cmocka_unit_test(running_stage_lasts_until_the_fault),
		cmocka_unit_test(empty_and_extreme_timelines_are_drawn),
		cmocka_unit_test(bars_keep_to_the_width),
		cmocka_unit_test(plain_bars_are_ascii),
		cmocka_unit_test(bars_show_in_eighths),
		cmocka_unit_test(svg_is_escaped_and_whole),
		cmocka_unit_test(long_fault_is_broken_into_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
