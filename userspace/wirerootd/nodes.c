/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the nodes' last timelines. See nodes.h for the rules. */
#include "userspace/wirerootd/nodes.h"

#include <dirent.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/timeline_json.h"

/* An address, and the nodes that it has sent timelines of. */
struct nodes_source {
	char address[ADDRESS_TEXT_BYTES]; /* first: the tree's key */
	struct node_queue nodes;
	unsigned int count;
};

#define MAC_LENGTH	17
#define CURRENT_SUFFIX	".timeline"
#define PREVIOUS_SUFFIX ".previous"
#define FILE_PATH_BYTES 4096
#define TIMELINE_MODE	0644

/* An address that one machine can have: unicast and not all zeros. The form, timeline_parse()
 * checked. */
static bool is_usable_mac(const char *mac)
{
	unsigned int first;

	return strlen(mac) == MAC_LENGTH && strcmp(mac, "00:00:00:00:00:00") != 0 &&
	       sscanf(mac, "%2x", &first) == 1 && !(first & 1);
}

static int compare_macs(const void *first, const void *second)
{
	const struct node *a = first, *b = second;

	return strcasecmp(a->timeline.mac, b->timeline.mac);
}

static int compare_addresses(const void *first, const void *second)
{
	const struct nodes_source *a = first, *b = second;

	return strcmp(a->address, b->address);
}

void nodes_init(struct nodes *nodes, const char *directory)
{
	*nodes = (struct nodes){ .directory = directory };
	TAILQ_INIT(&nodes->unproven);
	TAILQ_INIT(&nodes->proven);
}

static struct node *find(const struct nodes *nodes, const char *mac)
{
	struct node wanted;
	void *found;

	snprintf(wanted.timeline.mac, sizeof(wanted.timeline.mac), "%s", mac);
	found = strlen(mac) == MAC_LENGTH ? tfind(&wanted, &nodes->by_mac, compare_macs) : NULL;
	return found ? *(struct node **)found : NULL;
}

const struct node *nodes_find(const struct nodes *nodes, const char *mac)
{
	return find(nodes, mac);
}

static void file_path(const struct nodes *nodes, const char *mac, const char *suffix,
		      char path[static FILE_PATH_BYTES])
{
	snprintf(path, FILE_PATH_BYTES, "%s/%s%s", nodes->directory, mac, suffix);
}

static struct node_queue *queue_of(struct nodes *nodes, const struct node *node)
{
	return node->proven ? &nodes->proven : &nodes->unproven;
}

/* The source of @address, made when it is new; NULL when memory ran out. */
static struct nodes_source *take_source(struct nodes *nodes, const char *address)
{
	struct nodes_source *source = calloc(1, sizeof(*source));
	struct nodes_source **place;

	if (!source)
		return NULL;
	snprintf(source->address, sizeof(source->address), "%s", address);
	TAILQ_INIT(&source->nodes);
	place = tsearch(source, &nodes->by_address, compare_addresses);
	if (!place || *place != source)
		free(source);
	return place ? *place : NULL;
}

static void leave_source(struct nodes *nodes, struct node *node)
{
	struct nodes_source *source = node->source;

	if (!source)
		return;
	node->source = NULL;
	TAILQ_REMOVE(&source->nodes, node, of_source);
	if (--source->count)
		return;
	tdelete(source, &nodes->by_address, compare_addresses);
	free(source);
}

/* Forget @node, and what is kept of it. */
static void forget(struct nodes *nodes, struct node *node)
{
	char path[FILE_PATH_BYTES];

	if (nodes->directory && node->proven) {
		file_path(nodes, node->timeline.mac, CURRENT_SUFFIX, path);
		unlink(path);
		file_path(nodes, node->timeline.mac, PREVIOUS_SUFFIX, path);
		unlink(path);
	}
	leave_source(nodes, node);
	TAILQ_REMOVE(queue_of(nodes, node), node, by_silence);
	tdelete(node, &nodes->by_mac, compare_macs);
	free(node);
	nodes->count--;
}

static void make_room(struct nodes *nodes)
{
	struct node *oldest = TAILQ_FIRST(&nodes->unproven);

	if (nodes->count == NODES_MAX)
		forget(nodes, oldest ? oldest : TAILQ_FIRST(&nodes->proven));
}

/* A node with @timeline, in no queue yet; NULL when memory ran out. */
static struct node *insert(struct nodes *nodes, const struct timeline *timeline)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->timeline = *timeline;
	if (!tsearch(node, &nodes->by_mac, compare_macs)) {
		free(node);
		return NULL;
	}
	nodes->count++;
	return node;
}

/* A sign of life: @node goes to the ends of its queues, among @source's nodes, too. */
static void note_sign(struct nodes *nodes, struct node *node, struct nodes_source *source,
		      bool proven)
{
	TAILQ_REMOVE(queue_of(nodes, node), node, by_silence);
	node->proven = proven;
	TAILQ_INSERT_TAIL(queue_of(nodes, node), node, by_silence);
	if (node->source == source) {
		TAILQ_REMOVE(&source->nodes, node, of_source);
	} else {
		leave_source(nodes, node);
		node->source = source;
		if (++source->count > NODES_PER_ADDRESS)
			forget(nodes, TAILQ_FIRST(&source->nodes));
	}
	TAILQ_INSERT_TAIL(&source->nodes, node, of_source);
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

/* The node of @timeline, a new one in place of another when it has to be; NULL: no memory. */
static struct node *make_node(struct nodes *nodes, const struct timeline *timeline)
{
	struct node *node;

	make_room(nodes);
	node = insert(nodes, timeline);
	if (node)
		TAILQ_INSERT_TAIL(&nodes->unproven, node, by_silence);
	return node;
}

int nodes_accept(struct nodes *nodes, const struct timeline *timeline, const char *address,
		 time_t now, struct fault *fault)
{
	enum nodes_news news = NODES_NEW_BOOT;
	struct nodes_source *source;
	struct node *node;
	bool known;
	int error;

	if (!is_usable_mac(timeline->mac) || !timeline->boot_id[0])
		return fault_set(fault, EINVAL, "take a timeline in", timeline->mac,
				 "it names no MAC address of a machine, or no boot");
	node = find(nodes, timeline->mac);
	known = node != NULL;
	if (known)
		news = compare(node, timeline);
	if (news == NODES_STALE)
		return news;
	if (!known)
		node = make_node(nodes, timeline);
	source = node ? take_source(nodes, address) : NULL;
	if (!source)
		return fault_set(fault, ENOMEM, "remember a node", timeline->mac, NULL);
	if (known && news == NODES_NEW_BOOT)
		memcpy(node->previous_boot_id, node->timeline.boot_id,
		       sizeof(node->previous_boot_id));
	node->timeline = *timeline;
	node->last_seen = now;
	note_sign(nodes, node, source, known);
	error = node->proven ? store(nodes, timeline, news == NODES_NEW_BOOT, fault) : 0;
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
	size_t length;
	char *text;
	int error;

	snprintf(path, sizeof(path), "%s/%s", nodes->directory, name);
	if (stat(path, &status) < 0 ||
	    fs_read_file(path, TIMELINE_TEXT_BYTES, &text, &length, &ignored))
		return false;
	error = timeline_parse(text, length, &timeline);
	free(text);
	if (error || !is_usable_mac(timeline.mac) || !timeline.boot_id[0] ||
	    strncmp(name, timeline.mac, MAC_LENGTH) != 0 || nodes->count == NODES_MAX)
		return false;
	node = insert(nodes, &timeline);
	if (!node)
		return false;
	node->last_seen = status.st_mtime;
	node->proven = true;
	TAILQ_INSERT_TAIL(&nodes->proven, node, by_silence);
	load_previous(nodes, node);
	return true;
}

static int compare_times(const void *first, const void *second)
{
	const struct node *a = *(struct node *const *)first, *b = *(struct node *const *)second;

	return a->last_seen < b->last_seen ? -1 : a->last_seen > b->last_seen;
}

/* Files come in any order: put the nodes that were loaded into that of their silence. */
static int sort_loaded(struct nodes *nodes, struct fault *fault)
{
	struct node **loaded = calloc(nodes->count + 1, sizeof(struct node *));
	struct node *node;
	size_t count = 0;

	if (!loaded)
		return fault_set(fault, ENOMEM, "read the kept timelines", nodes->directory, NULL);
	TAILQ_FOREACH(node, &nodes->proven, by_silence)
	loaded[count++] = node;
	qsort(loaded, count, sizeof(struct node *), compare_times);
	TAILQ_INIT(&nodes->proven);
	for (size_t i = 0; i < count; i++)
		TAILQ_INSERT_TAIL(&nodes->proven, loaded[i], by_silence);
	free(loaded);
	return 0;
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
	return sort_loaded(nodes, fault);
}

json_t *node_to_json(const struct node *node)
{
	json_t *json = timeline_to_json(&node->timeline);
	char seen[sizeof("9999-12-31T23:59:59Z")];
	struct tm utc;

	if (!json)
		return NULL;
	json_object_set_new(json, "address",
			    node->source ? json_string(node->source->address) : json_null());
	if (!gmtime_r(&node->last_seen, &utc) ||
	    strftime(seen, sizeof(seen), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		seen[0] = '\0';
	json_object_set_new(json, "last_seen", json_string(seen));
	return json;
}

struct walk {
	void (*visit)(const struct node *node, void *context);
	void *context;
};

/* For twalk_r(3), which comes to each node once as 'postorder' or 'leaf', in order. */
static void visit_place(const void *place, VISIT visit, void *context)
{
	const struct walk *walk = context;

	if (visit == postorder || visit == leaf)
		walk->visit(*(struct node *const *)place, walk->context);
}

void nodes_walk(const struct nodes *nodes, void (*visit)(const struct node *node, void *context),
		void *context)
{
	struct walk walk = { .visit = visit, .context = context };

	twalk_r(nodes->by_mac, visit_place, &walk);
}

static void keep(void *node)
{
	(void)node;
}

void nodes_free(struct nodes *nodes)
{
	struct node *node;

	/* The queues hold the nodes; the trees only point to them. */
	tdestroy(nodes->by_mac, keep);
	tdestroy(nodes->by_address, free);
	TAILQ_CONCAT(&nodes->proven, &nodes->unproven, by_silence);
	while ((node = TAILQ_FIRST(&nodes->proven))) {
		TAILQ_REMOVE(&nodes->proven, node, by_silence);
		free(node);
	}
	nodes_init(nodes, NULL);
}
