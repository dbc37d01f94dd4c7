/* SPDX-License-Identifier: GPL-2.0-only */
/* links: userspace/lib/timeline_json.c userspace/wirerootd/summary.c initramfs/timeline.c */
/* links: initramfs/fault.c */
/* libraries: jansson */
/* Timelines as JSON, there and back, and as one line for the log. */
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

#include "userspace/lib/timeline_json.h"
#include "userspace/wirerootd/summary.h"

static struct timeline sample(void)
{
	return (struct timeline){
		.node = "n01",
		.mac = "52:54:00:12:34:56",
		.boot_id = "0c5dd3c2-1b5e-4d2f-9f2b-00c0ffee0001",
		.sequence = UINT32_MAX,
		.stages = {
			[STAGE_PARAMS] = { STAGE_DONE, 1000000, 1010000 },
			[STAGE_LEASE] = { STAGE_FAILED, 1010000, 1410000 },
			[STAGE_ROOT] = { STAGE_RUNNING, 1500000, 0 },
		},
		.fault_stage = STAGE_ROOT,
		.fault_us = 2000000,
		.fault_errno = 13,
		.fault_line = "mount: \"denied\"",
	};
}

static void timeline_reads_back_the_same(void **state)
{
	struct timeline before = sample(), after;
	json_t *json = timeline_to_json(&before);
	char first[TIMELINE_TEXT_BYTES], second[TIMELINE_TEXT_BYTES];

	(void)state;
	assert_non_null(json);
	assert_int_equal(timeline_from_json(json, &after), 0);
	assert_true(timeline_format(&before, first) > 0);
	assert_true(timeline_format(&after, second) > 0);
	assert_string_equal(first, second);
	json_decref(json);
}

static void unknown_things_are_null(void **state)
{
	struct timeline timeline = { 0 };
	json_t *json = timeline_to_json(&timeline);

	(void)state;
	assert_true(json_is_null(json_object_get(json, "node")));
	assert_true(json_is_null(json_object_get(json, "fault")));
	assert_int_equal(timeline_from_json(json, &timeline), 0);
	json_decref(json);
}

static void foreign_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"[]",
		"1",
		"{}",
		"{\"stages\":1}",
		"{\"stages\":[1]}",
		"{\"stages\":[{}]}",
		"{\"stages\":[{\"name\":\"none\",\"state\":\"done\"}]}",
		"{\"stages\":[{\"name\":\"lease\",\"state\":\"waiting\"}]}",
		"{\"stages\":[{\"name\":\"lease\",\"state\":\"done\",\"start_us\":-1}]}",
		"{\"stages\":[{\"name\":\"lease\",\"state\":\"done\",\"start_us\":2,\"end_us\":1}]}",
		"{\"stages\":[],\"sequence\":4294967296}",
		"{\"stages\":[],\"node\":1}",
		"{\"stages\":[],\"mac\":\"52:54:00:12:34:567\"}",
		"{\"stages\":[],\"fault\":{\"stage\":\"none\",\"text\":\"x\"}}",
		"{\"stages\":[],\"fault\":1}",
	};
	struct timeline timeline;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		if (timeline_from_json(json, &timeline) != -EINVAL)
			fail_msg("%s passes", texts[i]);
		json_decref(json);
	}
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	json_t *json = json_loads("{\"stages\":[],\"fault\":{\"stage\":\"root\",\"errno\":1,"
				  "\"text\":\"a\\u001b[2Jb\"}}",
				  0, NULL);
	struct timeline timeline;

	(void)state;
	assert_int_equal(timeline_from_json(json, &timeline), 0);
	assert_string_equal(timeline.fault_line, "a?[2Jb");
	json_decref(json);
}

static void times_beyond_json_are_capped(void **state)
{
	struct timeline timeline = { .stages = { { STAGE_DONE, UINT64_MAX, UINT64_MAX } } };
	json_t *json = timeline_to_json(&timeline);

	(void)state;
	assert_int_equal(timeline_from_json(json, &timeline), 0);
	assert_true(timeline.stages[0].end_us == INT64_MAX);
	json_decref(json);
}

static void summary_tells_lengths_and_the_fault(void **state)
{
	struct timeline timeline = sample();
	char line[SUMMARY_BYTES];

	(void)state;
	assert_string_equal(summary_line(&timeline, line),
			    "params 0.01 s, lease FAILED, root FAILED: mount: \"denied\"");
	timeline.stages[STAGE_ROOT] = (struct stage_times){ STAGE_DONE, 1500000, 3500000 };
	assert_string_equal(summary_line(&timeline, line),
			    "params 0.01 s, lease FAILED, root 2.00 s, after mount: \"denied\"");
}

static void longest_summary_is_cut(void **state)
{
	struct timeline timeline = { .fault_stage = STAGE_ROOT };
	char line[SUMMARY_BYTES];

	(void)state;
	memset(timeline.fault_line, 'x', sizeof(timeline.fault_line) - 1);
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		timeline.stages[stage] = (struct stage_times){ STAGE_DONE, 0, UINT64_MAX };
	assert_true(strlen(summary_line(&timeline, line)) < SUMMARY_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeline_reads_back_the_same),
		cmocka_unit_test(unknown_things_are_null),
		cmocka_unit_test(foreign_json_is_refused),
		cmocka_unit_test(control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(times_beyond_json_are_capped),
		cmocka_unit_test(summary_tells_lengths_and_the_fault),
		cmocka_unit_test(longest_summary_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
