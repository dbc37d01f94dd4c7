// SPDX-License-Identifier: GPL-2.0-only
/* A node's state by wirerootd's list of nodes; see running.h. Pure. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tools/storage/running.h"

void running_read(const char *answer, size_t length, const char *node,
		  char text[static RUNNING_STATE_BYTES])
{
	json_t *list = json_loadb(answer, length, 0, NULL);
	const json_t *item;
	size_t i;

	text[0] = '\0';
	json_array_foreach(list, i, item)
	{
		const char *name = json_string_value(json_object_get(item, "name"));
		const char *state = json_string_value(json_object_get(item, "state"));

		if (name && state && strcmp(name, node) == 0)
			snprintf(text, RUNNING_STATE_BYTES, "%s", state);
	}
	json_decref(list);
}
