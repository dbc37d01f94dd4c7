// SPDX-License-Identifier: GPL-2.0-only
/* Joins what is known of nodes. See states.h. */
#include "userspace/wirerootd/states.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "userspace/lib/timeline_json.h"

static bool is_handed_over(const struct timeline *timeline)
{
	return timeline->stages[STAGE_SWITCH_ROOT].state != STAGE_WAITING;
}

/* The last fault stays in a timeline after its stage was tried again and done. */
static bool has_failed(const struct timeline *timeline)
{
	return timeline->fault_line[0] &&
	       timeline->stages[timeline->fault_stage].state != STAGE_DONE;
}

const char *state_name(const struct node *node, const struct boot *boot, time_t now, time_t *since)
{
	/* A script that was fetched later begins another boot than the timeline's. */
	bool is_fresh = !node || (boot && boot->fetched > node->last_seen);

	*since = is_fresh ? boot->fetched : node->last_seen;
	if (!is_fresh && is_handed_over(&node->timeline))
		return "running";
	if (!is_fresh && has_failed(&node->timeline))
		return "failed";
	return now - *since < ACCESS_SECONDS ? "booting" : "silent";
}

static json_t *time_json(time_t time)
{
	char text[sizeof("9999-12-31T23:59:59Z")];
	struct tm utc;

	if (!gmtime_r(&time, &utc) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return json_null();
	return json_string(text);
}

json_t *states_since_to_json(const struct states *states)
{
	return json_pack("{s:o}", "since", time_json(states->access->since));
}

/* An object as that of a node with a timeline, of one that has sent none. */
static json_t *without_timeline(const struct boot *boot)
{
	struct timeline empty = { 0 };
	json_t *json;

	value_mac_text(boot->mac, empty.mac);
	json = timeline_to_json(&empty);
	if (!json)
		return NULL;
	json_object_set_new(json, "address", json_null());
	json_object_set_new(json, "last_seen", json_null());
	return json;
}

/* Add what the index and the boot say to @json, the node's object. */
static void add_state(json_t *json, const struct node *node, const struct boot *boot,
		      const struct index_node *indexed, time_t now)
{
	char address[IPV4_TEXT_BYTES];
	time_t since;

	json_object_set_new(json, "name", indexed ? json_string(indexed->name) : json_null());
	if (json_is_null(json_object_get(json, "address"))) {
		if (boot)
			json_object_set_new(json, "address", json_string(boot->peer));
		else if (indexed && indexed->address)
			json_object_set_new(
				json, "address",
				json_string(value_ipv4_text(indexed->address, address)));
	}
	json_object_set_new(json, "generation", boot ? json_string(boot->generation) : json_null());
	json_object_set_new(json, "state", json_string(state_name(node, boot, now, &since)));
	json_object_set_new(json, "since", time_json(since));
}

static json_t *join(const struct states *states, const uint8_t mac[static 6],
		    const struct node *node, time_t now)
{
	const struct boot *boot = access_find(states->access, mac);
	json_t *json = NULL;

	if (node)
		json = node_to_json(node);
	else if (boot)
		json = without_timeline(boot);
	if (json)
		add_state(json, node, boot, index_find_mac(states->index, mac), now);
	return json;
}

json_t *state_to_json(const struct states *states, const char *mac, time_t now)
{
	uint8_t bytes[6];

	return value_mac(mac, bytes) ? join(states, bytes, nodes_find(states->nodes, mac), now)
				     : NULL;
}

static const char *mac_of(const json_t *json)
{
	const char *mac = json_string_value(json_object_get(json, "mac"));

	return mac ? mac : "";
}

static int compare_macs(const void *first, const void *second)
{
	json_t *const *a = first, *const *b = second;

	return strcmp(mac_of(*a), mac_of(*b));
}

/* The members of @array in the order of their MAC addresses; the same array, or NULL. */
static json_t *sorted(json_t *array)
{
	size_t count = json_array_size(array);
	json_t **members = calloc(count + 1, sizeof(json_t *));
	json_t *result = members ? json_array() : NULL;

	for (size_t i = 0; result && i < count; i++)
		members[i] = json_array_get(array, i);
	if (result)
		qsort(members, count, sizeof(json_t *), compare_macs);
	for (size_t i = 0; result && i < count; i++)
		json_array_append(result, members[i]);
	free(members);
	json_decref(array);
	return result;
}

struct walk {
	const struct states *states;
	json_t *array;
	time_t now;
};

static void add_with_timeline(const struct node *node, void *context)
{
	struct walk *walk = context;
	uint8_t mac[6];

	if (value_mac(node->timeline.mac, mac))
		json_array_append_new(walk->array, join(walk->states, mac, node, walk->now));
}

static void add_without_timeline(const struct boot *boot, void *context)
{
	struct walk *walk = context;
	char mac[MAC_TEXT_BYTES];

	if (!nodes_find(walk->states->nodes, value_mac_text(boot->mac, mac)))
		json_array_append_new(walk->array, join(walk->states, boot->mac, NULL, walk->now));
}

json_t *states_to_json(const struct states *states, time_t now)
{
	struct walk walk = { .states = states, .array = json_array(), .now = now };

	if (!walk.array)
		return NULL;
	nodes_walk(states->nodes, add_with_timeline, &walk);
	access_walk(states->access, add_without_timeline, &walk);
	return sorted(walk.array);
}
