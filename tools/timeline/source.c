/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds a node's timeline. See source.h. */
#include "tools/timeline/source.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/http_get.h"
#include "userspace/lib/text.h"
#include "userspace/lib/timeline_json.h"

/* wirerootd remembers 4096 nodes, each about 1 KiB of JSON. */
#define ANSWER_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define URL_BYTES	 1024

static const char suffix[] = ".timeline";

/* Both, since a node that sends no name is known by its address alone. */
static bool is_node(const struct timeline *timeline, const char *node)
{
	return !strcmp(timeline->node, node) || !strcasecmp(timeline->mac, node);
}

/* Take @found when it is @node's; @count tells of how many were. */
static void consider(const struct timeline *found, const char *node, struct timeline *timeline,
		     unsigned int *count)
{
	if (!is_node(found, node))
		return;
	*timeline = *found;
	(*count)++;
}

static int judge_count(unsigned int count, const char *node, const char *where, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "find the timeline of %.65s", node);
	if (count == 0)
		return fault_set(fault, ENOENT, doing, where,
				 "it has sent none; give a node's host name or MAC address");
	if (count > 1)
		return fault_set(fault, ENOTUNIQ, doing, where,
				 "several nodes bear this name; give the MAC address");
	return 0;
}

int source_file(const char *path, struct timeline *timeline, struct fault *fault)
{
	size_t length;
	char *text;
	int error;

	if (fs_read_file(path, TIMELINE_TEXT_BYTES, &text, &length, fault))
		return -fault->error;
	error = timeline_parse(text, length, timeline);
	free(text);
	if (error)
		return fault_set(fault, error, "read timeline", path,
				 "it is cut or no timeline at all");
	return 0;
}

static bool has_suffix(const char *name)
{
	size_t length = strlen(name);

	return length >= sizeof(suffix) - 1 &&
	       !strcmp(name + length - (sizeof(suffix) - 1), suffix);
}

int source_directory(const char *directory, const char *node, struct timeline *timeline,
		     struct fault *fault)
{
	DIR *entries = opendir(directory);
	unsigned int count = 0;
	struct dirent *entry;

	if (!entries)
		return fault_set(fault, errno, "open the directory of timelines", directory, NULL);
	while ((entry = readdir(entries))) {
		struct timeline found;
		struct fault ignored;
		char *path;

		if (!has_suffix(entry->d_name))
			continue;
		path = fs_join(directory, entry->d_name);
		/* A file that is broken must not hide the others. */
		if (path && !source_file(path, &found, &ignored))
			consider(&found, node, timeline, &count);
		free(path);
	}
	closedir(entries);
	return judge_count(count, node, directory, fault);
}

/* Look for @node in wirerootd's list. -EBADMSG: that is no such list. */
static int search_list(const char *answer, size_t length, const char *node,
		       struct timeline *timeline, unsigned int *count)
{
	json_t *list = json_loadb(answer, length, 0, NULL);
	json_t *item;
	size_t i;

	if (!json_is_array(list)) {
		json_decref(list);
		return -EBADMSG;
	}
	*count = 0;
	json_array_foreach(list, i, item)
	{
		struct timeline found;

		if (!timeline_from_json(item, &found))
			consider(&found, node, timeline, count);
	}
	json_decref(list);
	return 0;
}

int source_server(const char *server, const char *node, struct timeline *timeline,
		  struct fault *fault)
{
	size_t length = strlen(server);
	struct text answer = { 0 };
	unsigned int count = 0;
	char url[URL_BYTES];
	int error;

	while (length > 0 && server[length - 1] == '/')
		length--;
	if (length > URL_BYTES / 2)
		return fault_set(fault, ENAMETOOLONG, "ask wirerootd", server, NULL);
	snprintf(url, sizeof(url), "%.*s/v1/nodes", (int)length, server);
	error = http_get(url, ANSWER_BYTES_MAX, &answer, fault);
	if (error == -ECONNREFUSED)
		fault_set(fault, -error, "ask wirerootd", url,
			  "does it run there? Name another with --server or --timelines");
	if (!error && search_list(answer.data, answer.length, node, timeline, &count))
		error = fault_set(fault, EBADMSG, "read wirerootd's list of nodes", url,
				  "is this really wirerootd's address?");
	text_free(&answer);
	return error ? error : judge_count(count, node, server, fault);
}
