// SPDX-License-Identifier: GPL-2.0-only
/* Who runs which generation, by what wirerootd answers at /v1/nodes; see remains.h. Pure. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/generation/remains.h"

struct nodeset *remains_nodes(const struct remains *remains, unsigned int generation)
{
	for (size_t i = 0; i < remains->count; i++)
		if (remains->users[i].generation == generation)
			return remains->users[i].nodes;
	return NULL;
}

static struct nodeset *add_user(struct remains *remains, unsigned int generation)
{
	struct remains_user *more = reallocarray(remains->users, remains->count + 1, sizeof(*more));

	if (!more)
		return NULL;
	remains->users = more;
	more[remains->count] = (struct remains_user){ generation, nodeset_new() };
	return more[remains->count].nodes ? more[remains->count++].nodes : NULL;
}

/* wirerootd also serves what is no generation of ours; that is 0. */
static unsigned int read_generation(const char *text)
{
	size_t length = strlen(text);

	if (!length || length > 9 || text[0] == '0' || strspn(text, "0123456789") != length)
		return 0;
	return (unsigned int)strtoul(text, NULL, 10);
}

/* One that has no name of its own, or no good one, counts by its MAC address. */
static int add_node(struct remains *remains, const json_t *item, struct fault *fault)
{
	const char *text = json_string_value(json_object_get(item, "generation"));
	const char *name = json_string_value(json_object_get(item, "name"));
	const char *mac = json_string_value(json_object_get(item, "mac"));
	unsigned int generation = text ? read_generation(text) : 0;
	struct nodeset *nodes;
	struct fault ignored;

	if (!generation)
		return 0;
	nodes = remains_nodes(remains, generation);
	if (!nodes)
		nodes = add_user(remains, generation);
	if (!nodes)
		return fault_set(fault, ENOMEM, "read wirerootd's list of nodes", "", NULL);
	if (!name || nodeset_add_name(nodes, name, &ignored))
		nodeset_add_name(nodes, mac ? mac : "?", &ignored);
	return 0;
}

int remains_read(struct remains *remains, const char *answer, size_t length, struct fault *fault)
{
	json_t *list = json_loadb(answer, length, 0, NULL);
	const json_t *item;
	int error = 0;
	size_t i;

	if (!json_is_array(list))
		error = fault_set(fault, EBADMSG, "read wirerootd's list of nodes", "", NULL);
	json_array_foreach(list, i, item)
	{
		if (!error)
			error = add_node(remains, item, fault);
	}
	json_decref(list);
	return error;
}

int remains_read_since(struct remains *remains, const char *answer, size_t length,
		       struct fault *fault)
{
	json_t *json = json_loadb(answer, length, 0, NULL);
	const char *text = json_string_value(json_object_get(json, "since"));
	struct tm utc = { 0 };
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;
	int error = 0;

	if (end && !*end)
		remains->since = timegm(&utc);
	else
		error = fault_set(fault, EBADMSG, "read since when wirerootd keeps boots", "",
				  NULL);
	json_decref(json);
	return error;
}

void remains_free(struct remains *remains)
{
	for (size_t i = 0; i < remains->count; i++)
		nodeset_free(remains->users[i].nodes);
	free(remains->users);
	*remains = (struct remains){ 0 };
}
