/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the nodes' last timelines. See nodes.h for the rules. */
#include "userspace/wirerootd/nodes.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/timeline_json.h"

#define MAC_LENGTH	17
#define CURRENT_SUFFIX	".timeline"
#define PREVIOUS_SUFFIX ".previous"
#define FILE_PATH_BYTES 4096
#define POINTER_BYTES	sizeof(void *) /* of an element of nodes->sorted */
#define TIMELINE_MODE	0644

/* An address that one machine can have: unicast and not all zeros. The form, timeline_parse()
 * checked. */
static bool is_usable_mac(const char *mac)
{
	unsigned int first;

	return strlen(mac) == MAC_LENGTH && strcmp(mac, "00:00:00:00:00:00") != 0 &&
	       sscanf(mac, "%2x", &first) == 1 && !(first & 1);
}

/* Where @mac is or would be in the order; *@found says which. */
static size_t find_slot(const struct nodes *nodes, const char *mac, bool *found)
{
	size_t low = 0, high = nodes->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcasecmp(mac, nodes->sorted[middle]->timeline.mac);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct node *nodes_find(const struct nodes *nodes, const char *mac)
{
	bool found;
	size_t slot = find_slot(nodes, mac, &found);

	return found ? nodes->sorted[slot] : NULL;
}

static struct node *insert_node(struct nodes *nodes, size_t slot, const char *mac,
				struct fault *fault)
{
	struct node *node;

	if (nodes->count == NODES_MAX) {
		fault_set(fault, ENOSPC, "remember another node", mac,
			  "remove files of nodes that are gone from --timelines and restart");
		return NULL;
	}
	if (!nodes->sorted)
		nodes->sorted = calloc(NODES_MAX, POINTER_BYTES);
	node = calloc(1, sizeof(*node));
	if (!nodes->sorted || !node) {
		free(node);
		fault_set(fault, ENOMEM, "remember another node", mac, NULL);
		return NULL;
	}
	memmove(&nodes->sorted[slot + 1], &nodes->sorted[slot],
		(nodes->count - slot) * POINTER_BYTES);
	nodes->sorted[slot] = node;
	nodes->count++;
	return node;
}

static void file_path(const struct nodes *nodes, const char *mac, const char *suffix,
		      char path[static FILE_PATH_BYTES])
{
	snprintf(path, FILE_PATH_BYTES, "%s/%s%s", nodes->directory, mac, suffix);
}

/* Write the text form to MAC.timeline; what was there of an earlier boot becomes MAC.previous. */
static int store(const struct nodes *nodes, const struct timeline *timeline, bool new_boot,
		 struct fault *fault)
{
	char path[FILE_PATH_BYTES], previous[FILE_PATH_BYTES], text[TIMELINE_TEXT_BYTES];
	int length;

	if (!nodes->directory)
		return 0;
	length = timeline_format(timeline, text);
	if (length < 0)
		return fault_set(fault, length, "write a timeline", timeline->mac, NULL);
	file_path(nodes, timeline->mac, CURRENT_SUFFIX, path);
	file_path(nodes, timeline->mac, PREVIOUS_SUFFIX, previous);
	if (new_boot && rename(path, previous) < 0 && errno != ENOENT)
		return fault_set(fault, errno, "keep the timeline of the boot before", path,
				 "wirerootd's user must be able to write to --timelines");
	return fs_write_file(path, text, (size_t)length, TIMELINE_MODE, fault);
}

static bool same_fault(const struct timeline *a, const struct timeline *b)
{
	return a->fault_stage == b->fault_stage && !strcmp(a->fault_line, b->fault_line);
}

static enum nodes_news compare(const struct node *node, const struct timeline *newer)
{
	const struct timeline *old = &node->timeline;

	if (!strcmp(newer->boot_id, node->previous_boot_id))
		return NODES_STALE;
	if (strcmp(newer->boot_id, old->boot_id) != 0)
		return NODES_NEW_BOOT;
	if (newer->sequence <= old->sequence)
		return NODES_STALE;
	if (newer->fault_line[0] && !same_fault(old, newer))
		return NODES_NEW_FAULT;
	if (newer->stages[STAGE_SWITCH_ROOT].state != STAGE_WAITING &&
	    old->stages[STAGE_SWITCH_ROOT].state == STAGE_WAITING)
		return NODES_HANDED_OVER;
	return NODES_PROGRESS;
}

int nodes_accept(struct nodes *nodes, const struct timeline *timeline, const char *address,
		 time_t now, struct fault *fault)
{
	enum nodes_news news = NODES_NEW_BOOT;
	struct node *node;
	bool found;
	size_t slot;
	int error;

	if (!is_usable_mac(timeline->mac) || !timeline->boot_id[0])
		return fault_set(fault, EINVAL, "take a timeline in", timeline->mac,
				 "it names no MAC address of a machine, or no boot");
	slot = find_slot(nodes, timeline->mac, &found);
	node = found ? nodes->sorted[slot] : insert_node(nodes, slot, timeline->mac, fault);
	if (!node)
		return -fault->error;
	if (found)
		news = compare(node, timeline);
	if (news == NODES_STALE)
		return news;
	if (news == NODES_NEW_BOOT)
		memcpy(node->previous_boot_id, node->timeline.boot_id,
		       sizeof(node->previous_boot_id));
	node->timeline = *timeline;
	node->last_seen = now;
	snprintf(node->address, sizeof(node->address), "%s", address);
	error = store(nodes, timeline, news == NODES_NEW_BOOT, fault);
	return error ? error : (int)news;
}

/* The boot id in MAC.previous, so that its late datagrams are still known after a restart. */
static void load_previous(const struct nodes *nodes, struct node *node)
{
	char path[FILE_PATH_BYTES];
	struct timeline previous;
	struct fault ignored;
	size_t length;
	char *text;

	file_path(nodes, node->timeline.mac, PREVIOUS_SUFFIX, path);
	if (fs_read_file(path, TIMELINE_TEXT_BYTES, &text, &length, &ignored))
		return;
	if (!timeline_parse(text, length, &previous))
		memcpy(node->previous_boot_id, previous.boot_id, sizeof(node->previous_boot_id));
	free(text);
}

/* Read the file called @name; false when it cannot be read or holds something else than it says. */
static bool load_one(struct nodes *nodes, const char *name)
{
	char path[FILE_PATH_BYTES];
	struct timeline timeline;
	struct fault ignored;
	struct stat status;
	struct node *node;
	size_t length, slot;
	bool found;
	char *text;
	int error;

	snprintf(path, sizeof(path), "%s/%s", nodes->directory, name);
	if (stat(path, &status) < 0 ||
	    fs_read_file(path, TIMELINE_TEXT_BYTES, &text, &length, &ignored))
		return false;
	error = timeline_parse(text, length, &timeline);
	free(text);
	if (error || !is_usable_mac(timeline.mac) || !timeline.boot_id[0] ||
	    strncmp(name, timeline.mac, MAC_LENGTH) != 0)
		return false;
	slot = find_slot(nodes, timeline.mac, &found);
	node = found ? NULL : insert_node(nodes, slot, timeline.mac, &ignored);
	if (!node)
		return false;
	node->timeline = timeline;
	node->last_seen = status.st_mtime;
	load_previous(nodes, node);
	return true;
}

int nodes_load(struct nodes *nodes, unsigned int *skipped, struct fault *fault)
{
	struct dirent *entry;
	DIR *directory = opendir(nodes->directory);

	*skipped = 0;
	if (!directory)
		return fault_set(fault, errno, "read the kept timelines", nodes->directory,
				 "wirerootd's user must be able to read and write --timelines");
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length == MAC_LENGTH + strlen(CURRENT_SUFFIX) &&
		    !strcmp(entry->d_name + MAC_LENGTH, CURRENT_SUFFIX))
			*skipped += !load_one(nodes, entry->d_name);
	}
	closedir(directory);
	return 0;
}

json_t *node_to_json(const struct node *node)
{
	json_t *json = timeline_to_json(&node->timeline);
	char seen[sizeof("9999-12-31T23:59:59Z")];
	struct tm utc;

	if (!json)
		return NULL;
	json_object_set_new(json, "address",
			    node->address[0] ? json_string(node->address) : json_null());
	if (!gmtime_r(&node->last_seen, &utc) ||
	    strftime(seen, sizeof(seen), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		seen[0] = '\0';
	json_object_set_new(json, "last_seen", json_string(seen));
	return json;
}

json_t *nodes_to_json(const struct nodes *nodes)
{
	json_t *array = json_array();

	for (size_t i = 0; i < nodes->count; i++)
		json_array_append_new(array, node_to_json(nodes->sorted[i]));
	return array;
}

void nodes_free(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++)
		free(nodes->sorted[i]);
	free(nodes->sorted);
	*nodes = (struct nodes){ 0 };
}
