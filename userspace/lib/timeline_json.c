/* SPDX-License-Identifier: GPL-2.0-only */
/* Timelines as JSON and back. See timeline_json.h for the shape. */
#include "userspace/lib/timeline_json.h"

#include <errno.h>
#include <string.h>

static const char *const state_names[] = {
	[STAGE_WAITING] = "waiting",
	[STAGE_RUNNING] = "running",
	[STAGE_DONE] = "done",
	[STAGE_FAILED] = "failed",
};

const char *stage_state_name(enum stage_state state)
{
	return state_names[state];
}

static json_int_t json_time(uint64_t time_us)
{
	return time_us < INT64_MAX ? (json_int_t)time_us : INT64_MAX;
}

static json_t *text_or_null(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *stages_to_json(const struct timeline *timeline)
{
	json_t *array = json_array();

	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		const struct stage_times *times = &timeline->stages[stage];
		json_t *end;

		if (times->state == STAGE_WAITING)
			continue;
		end = times->end_us ? json_integer(json_time(times->end_us)) : json_null();
		json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:o}", "name",
						       stage_name((enum stage)stage), "state",
						       stage_state_name(times->state), "start_us",
						       json_time(times->start_us), "end_us", end));
	}
	return array;
}

static json_t *fault_to_json(const struct timeline *timeline)
{
	if (!timeline->fault_line[0])
		return json_null();
	return json_pack("{s:s, s:I, s:i, s:o}", "stage", stage_name(timeline->fault_stage),
			 "time_us", json_time(timeline->fault_us), "errno", timeline->fault_errno,
			 "text", json_string(timeline->fault_line));
}

json_t *timeline_to_json(const struct timeline *timeline)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o}", "node", text_or_null(timeline->node),
			 "mac", text_or_null(timeline->mac), "boot_id",
			 text_or_null(timeline->boot_id), "sequence",
			 (json_int_t)timeline->sequence, "stages", stages_to_json(timeline),
			 "fault", fault_to_json(timeline));
}

/* Copy the string called @name, if there is one, into @text of @size bytes. */
static int copy_text(const json_t *object, const char *name, char *text, size_t size)
{
	const json_t *value = json_object_get(object, name);

	text[0] = '\0';
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value) || json_string_length(value) >= size)
		return -EINVAL;
	memcpy(text, json_string_value(value), json_string_length(value) + 1);
	return 0;
}

/* The number called @name, from 0 to @most; null and missing are 0. */
static int copy_number(const json_t *object, const char *name, uint64_t most, uint64_t *number)
{
	const json_t *value = json_object_get(object, name);

	*number = 0;
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > most)
		return -EINVAL;
	*number = (uint64_t)json_integer_value(value);
	return 0;
}

static int stage_named(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? stage_from_name(text) : -EINVAL;
}

static int state_named(const char *name)
{
	for (int state = STAGE_RUNNING; name && state <= STAGE_FAILED; state++)
		if (!strcmp(name, state_names[state]))
			return state;
	return -EINVAL;
}

static int read_stage(const json_t *object, struct timeline *timeline)
{
	int stage = stage_named(object, "name");
	int state = state_named(json_string_value(json_object_get(object, "state")));
	struct stage_times *times;

	if (stage < 0 || state < 0)
		return -EINVAL;
	times = &timeline->stages[stage];
	times->state = (enum stage_state)state;
	if (copy_number(object, "start_us", INT64_MAX, &times->start_us) ||
	    copy_number(object, "end_us", INT64_MAX, &times->end_us))
		return -EINVAL;
	return 0;
}

static int read_fault(const json_t *object, struct timeline *timeline)
{
	uint64_t number;
	int stage;

	if (!object || json_is_null(object))
		return 0;
	stage = stage_named(object, "stage");
	if (stage < 0 || copy_number(object, "errno", INT32_MAX, &number) ||
	    copy_number(object, "time_us", INT64_MAX, &timeline->fault_us) ||
	    copy_text(object, "text", timeline->fault_line, sizeof(timeline->fault_line)))
		return -EINVAL;
	timeline->fault_stage = (enum stage)stage;
	timeline->fault_errno = (int)number;
	return 0;
}

/* Let the text form's reader, which knows what is allowed, judge it, too. */
static int check(struct timeline *timeline)
{
	char text[TIMELINE_TEXT_BYTES];
	int length = timeline_format(timeline, text);

	return length < 0 ? -EINVAL : timeline_parse(text, (size_t)length, timeline);
}

int timeline_from_json(const json_t *json, struct timeline *timeline)
{
	json_t *stages = json_object_get(json, "stages");
	json_t *stage;
	uint64_t sequence;
	size_t i;

	memset(timeline, 0, sizeof(*timeline));
	if (copy_text(json, "node", timeline->node, sizeof(timeline->node)) ||
	    copy_text(json, "mac", timeline->mac, sizeof(timeline->mac)) ||
	    copy_text(json, "boot_id", timeline->boot_id, sizeof(timeline->boot_id)) ||
	    copy_number(json, "sequence", UINT32_MAX, &sequence) || !json_is_array(stages))
		return -EINVAL;
	timeline->sequence = (uint32_t)sequence;
	json_array_foreach(stages, i, stage)
	{
		if (read_stage(stage, timeline))
			return -EINVAL;
	}
	return read_fault(json_object_get(json, "fault"), timeline) ? -EINVAL : check(timeline);
}
