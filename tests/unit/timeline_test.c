/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/timeline.c initramfs/fault.c */
/* The timeline's text: what is written, that it reads back the same, and what is refused. */
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

#include "initramfs/timeline.h"

#define BOOT_ID "0c5dd3c2-1b5e-4d2f-9f2b-00c0ffee0001"

static const struct timeline sample = {
	.node = "n01",
	.mac = "52:54:00:12:34:56",
	.boot_id = BOOT_ID,
	.sequence = 3,
	.stages = {
		[STAGE_PARAMS] = { STAGE_DONE, 1503211, 1510200 },
		[STAGE_LEASE] = { STAGE_RUNNING, 1510300, 0 },
		[STAGE_OVERLAY] = { STAGE_FAILED, 1510300, 1510300 },
	},
	.fault_stage = STAGE_LEASE,
	.fault_us = 2500000,
	.fault_errno = 110,
	.fault_line = "get a lease: eth0: timed out (errno 110)",
};

#define HEAD	   "wireroot-timeline 1\nnode n01\nmac 52:54:00:12:34:56\nboot " BOOT_ID "\nsequence 3\n"
#define EMPTY_HEAD "wireroot-timeline 1\nnode -\nmac -\nboot -\nsequence 0\n"
#define STAGES                                                                                     \
	"stage params 1503211 1510200 done\n"                                                      \
	"stage lease 1510300 0 running\n"                                                          \
	"stage overlay 1510300 1510300 failed\n"
#define FAULT "fault lease 2500000 110 get a lease: eth0: timed out (errno 110)\n"

static const char sample_text[] = HEAD STAGES FAULT "end\n";

/* Parse a copy of exact size, so that the sanitizer sees one byte too many. */
static int parse(const char *text, size_t length, struct timeline *timeline)
{
	char *copy = malloc(length ? length : 1);
	int error;

	assert_non_null(copy);
	memcpy(copy, text, length);
	error = timeline_parse(copy, length, timeline);
	free(copy);
	return error;
}

static void text_is_as_documented(void **state)
{
	char text[TIMELINE_TEXT_BYTES];

	(void)state;
	assert_int_equal(timeline_format(&sample, text), strlen(sample_text));
	assert_string_equal(text, sample_text);
}

static void text_reads_back_the_same(void **state)
{
	struct timeline timeline;

	(void)state;
	assert_int_equal(parse(sample_text, strlen(sample_text), &timeline), 0);
	assert_string_equal(timeline.node, sample.node);
	assert_string_equal(timeline.mac, sample.mac);
	assert_string_equal(timeline.boot_id, sample.boot_id);
	assert_int_equal(timeline.sequence, 3);
	for (int i = 0; i < STAGE_COUNT; i++) {
		assert_int_equal(timeline.stages[i].state, sample.stages[i].state);
		assert_int_equal(timeline.stages[i].start_us, sample.stages[i].start_us);
		assert_int_equal(timeline.stages[i].end_us, sample.stages[i].end_us);
	}
	assert_int_equal(timeline.fault_stage, STAGE_LEASE);
	assert_int_equal(timeline.fault_us, 2500000);
	assert_int_equal(timeline.fault_errno, 110);
	assert_string_equal(timeline.fault_line, sample.fault_line);
}

static void unknown_things_are_dashes(void **state)
{
	struct timeline timeline = { 0 };
	char text[TIMELINE_TEXT_BYTES];

	(void)state;
	assert_true(timeline_format(&timeline, text) > 0);
	assert_string_equal(text, EMPTY_HEAD "end\n");
	assert_int_equal(parse(text, strlen(text), &timeline), 0);
	assert_string_equal(timeline.node, "");
	assert_string_equal(timeline.mac, "");
	assert_string_equal(timeline.boot_id, "");
	assert_string_equal(timeline.fault_line, "");
}

static void odd_names_stay_one_word(void **state)
{
	struct timeline timeline = sample;
	char text[TIMELINE_TEXT_BYTES];

	(void)state;
	strcpy(timeline.node, "rack 1\nend");
	strcpy(timeline.mac, "52:54:00:12:34:5X");
	strcpy(timeline.boot_id, "unknown");
	strcpy(timeline.fault_line, "a\nb");
	assert_true(timeline_format(&timeline, text) > 0);
	assert_non_null(strstr(text, "\nnode rack_1_end\nmac -\nboot -\n"));
	assert_non_null(strstr(text, " a?b\nend\n"));
	assert_int_equal(parse(text, strlen(text), &timeline), 0);
}

static void fullest_timeline_fits(void **state)
{
	struct timeline timeline = sample;
	char text[TIMELINE_TEXT_BYTES];

	(void)state;
	memset(timeline.node, 'n', sizeof(timeline.node) - 1);
	memset(timeline.fault_line, 'f', sizeof(timeline.fault_line) - 1);
	timeline.fault_stage = STAGE_SWITCH_ROOT;
	timeline.fault_us = UINT64_MAX;
	timeline.fault_errno = 2147483647;
	timeline.sequence = UINT32_MAX;
	for (int i = 0; i < STAGE_COUNT; i++)
		timeline.stages[i] = (struct stage_times){ STAGE_FAILED, UINT64_MAX, UINT64_MAX };
	assert_true(timeline_format(&timeline, text) > 0);
	assert_int_equal(parse(text, strlen(text), &timeline), 0);
	assert_true(timeline.stages[STAGE_SWITCH_ROOT].end_us == UINT64_MAX);
	assert_int_equal(timeline.fault_errno, 2147483647);
}

static void truncated_text_is_refused(void **state)
{
	struct timeline timeline;

	(void)state;
	for (size_t length = 0; length < strlen(sample_text); length++)
		assert_int_equal(parse(sample_text, length, &timeline), -EINVAL);
}

static const char *const refused[] = {
	HEAD "end\n\n",
	HEAD "end\nend\n",
	"wireroot-timeline 2\nnode -\nmac -\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nmac -\nnode -\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode a b\nmac -\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode <b>\nmac -\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode \nmac -\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode -\nmac 52-54\nboot -\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode -\nmac -\nboot xyz\nsequence 0\nend\n",
	"wireroot-timeline 1\nnode -\nmac -\nboot -\nsequence 4294967296\nend\n",
	"wireroot-timeline 1\nnode -\nmac -\nboot -\nsequence -1\nend\n",
	"wireroot-timeline 1\nnode -\nmac -\nboot -\nsequence +1\nend\n",
	"wireroot-timeline 1\nnode -\nmac -\nboot -\nsequence \nend\n",
	HEAD "stage nap 1 2 done\nend\n",
	HEAD "stage params 1 2 waiting\nend\n",
	HEAD "stage params 1 2 done \nend\n",
	HEAD "stage params 2 1 done\nend\n",
	HEAD "stage params 1 2 running\nend\n",
	HEAD "stage params 1 18446744073709551616 done\nend\n",
	HEAD "stage params 1 99999999999999999999 done\nend\n",
	HEAD "stage params 1 0x2 done\nend\n",
	HEAD "stage params 1  2 done\nend\n",
	HEAD "stage params 1 2 done\nstage params 1 2 done\nend\n",
	HEAD "stage lease 1 2 done\nstage params 1 2 done\nend\n",
	HEAD "fault nap 1 2 x\nend\n",
	HEAD "fault lease 1 2147483648 x\nend\n",
	HEAD "fault lease 1 2 \nend\n",
	HEAD "fault lease 1 2 a\tb\nend\n",
	HEAD "fault lease 1 2 a\nfault lease 1 2 a\nend\n",
	HEAD "fault lease 1 2 a\nstage params 1 2 done\nend\n",
	HEAD "mood good\nend\n",
};

static void anything_else_is_refused(void **state)
{
	struct timeline timeline;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (parse(refused[i], strlen(refused[i]), &timeline) != -EINVAL)
			fail_msg("read: %s", refused[i]);
	assert_int_equal(parse(HEAD "end\0\n", sizeof(HEAD "end\0\n") - 1, &timeline), -EINVAL);
}

static void names_too_long_are_refused(void **state)
{
	char text[1024], name[80];
	struct timeline timeline;

	(void)state;
	for (int length = 64; length <= 65; length++) {
		memset(name, 'n', sizeof(name));
		snprintf(text, sizeof(text),
			 "wireroot-timeline 1\nnode %.*s\nmac -\nboot -\nsequence 0\nend\n", length,
			 name);
		assert_int_equal(parse(text, strlen(text), &timeline), length == 64 ? 0 : -EINVAL);
	}
}

static void stage_names_lead_back_to_stages(void **state)
{
	(void)state;
	for (int i = 0; i < STAGE_COUNT; i++)
		assert_int_equal(stage_from_name(stage_name(i)), i);
	assert_string_equal(stage_name(STAGE_SWITCH_ROOT), "switch_root");
	assert_int_equal(stage_from_name("nap"), -ENOENT);
	assert_int_equal(stage_from_name(""), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_as_documented),
		cmocka_unit_test(text_reads_back_the_same),
		cmocka_unit_test(unknown_things_are_dashes),
		cmocka_unit_test(odd_names_stay_one_word),
		cmocka_unit_test(fullest_timeline_fits),
		cmocka_unit_test(truncated_text_is_refused),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(names_too_long_are_refused),
		cmocka_unit_test(stage_names_lead_back_to_stages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
