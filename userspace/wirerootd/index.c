// SPDX-License-Identifier: GPL-2.0-only
/* Reads the index of nodes. See index.h for what is promised. */
#include "userspace/wirerootd/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

/* What is read, and how far. */
struct reading {
	struct node_index *index;
	const char *source;
	unsigned int line;
	char *name_end; /* behind the last name in index->names */
	struct fault *fault;
};

static int refuse(const struct reading *reading, int error, const char *hint)
{
	char peer[sizeof(reading->fault->peer)];

	snprintf(peer, sizeof(peer), "%.70s line %u", reading->source, reading->line);
	return fault_set(reading->fault, error, "read the index of nodes", peer, hint);
}

/* Cut the next word off *@text; NULL when there is none. */
static char *next_word(char **text)
{
	char *word = *text + strspn(*text, " ");
	size_t length = strcspn(word, " ");

	if (length == 0)
		return NULL;
	*text = word + length + (word[length] != '\0');
	word[length] = '\0';
	return word;
}

static const char *keep_name(struct reading *reading, const char *name)
{
	char *kept = reading->name_end;
	size_t bytes = strlen(name) + 1;

	memcpy(kept, name, bytes);
	reading->name_end += bytes;
	return kept;
}

/* Take the node of @line in, which is changed. */
static int take_line(struct reading *reading, char *line)
{
	struct node_index *index = reading->index;
	struct index_node node = { 0 };
	const char *mac = next_word(&line);
	const char *name = mac ? next_word(&line) : NULL;
	const char *address = name ? next_word(&line) : NULL;
	const char *loader = address ? next_word(&line) : NULL;

	if (!address)
		return refuse(reading, EINVAL, "a node has a MAC address, a name and an address");
	if (!value_mac(mac, node.mac))
		return refuse(reading, EINVAL, "this is no MAC address of a machine");
	if (!value_host_name(name, HOST_NAME_LENGTH))
		return refuse(reading, EINVAL, "this is no host name");
	if (strcmp(address, "-") != 0 && (!value_ipv4(address, &node.address) || !node.address))
		return refuse(reading, EINVAL, "this is no IPv4 address");
	if (index->count && memcmp(index->nodes[index->count - 1].mac, node.mac, 6) >= 0)
		return refuse(reading, EINVAL,
			      "MAC addresses are to rise from line to line, each there once");
	if (index->count == INDEX_NODES_MAX)
		return refuse(reading, E2BIG, "there can be 1,000,000 nodes");
	node.fetches_no_script = loader && strcmp(loader, "ipxe") != 0;
	node.name = keep_name(reading, name);
	index->nodes[index->count++] = node;
	return 0;
}

/* Copy the @length bytes of a line to @line; false when it is none that an index has. */
static bool copy_line(const char *text, size_t length, char line[static INDEX_LINE_BYTES])
{
	if (length >= INDEX_LINE_BYTES)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	memcpy(line, text, length);
	line[length] = '\0';
	return true;
}

static int take_lines(struct reading *reading, const char *text, size_t length)
{
	const char *end = text + length;
	char line[INDEX_LINE_BYTES];

	while (text < end) {
		const char *next = memchr(text, '\n', (size_t)(end - text));
		int error = 0;

		reading->line++;
		if (!next)
			return refuse(reading, EINVAL,
				      "the file is cut off: its last line has no end");
		if (!copy_line(text, (size_t)(next - text), line))
			return refuse(reading, EINVAL, "the line is too long, or no plain text");
		if (line[0] != '\0' && line[0] != '#')
			error = take_line(reading, line);
		if (error)
			return error;
		text = next + 1;
	}
	return 0;
}

static int compare_names(const void *first, const void *second, void *context)
{
	const struct index_node *nodes = context;
	const uint32_t *a = first, *b = second;

	return strcmp(nodes[*a].name, nodes[*b].name);
}

static int sort_names(struct reading *reading)
{
	struct node_index *index = reading->index;

	for (size_t i = 0; i < index->count; i++)
		index->by_name[i] = (uint32_t)i;
	qsort_r(index->by_name, index->count, sizeof(*index->by_name), compare_names, index->nodes);
	for (size_t i = 1; i < index->count; i++) {
		const char *name = index->nodes[index->by_name[i]].name;

		if (!strcmp(name, index->nodes[index->by_name[i - 1]].name))
			return fault_set(reading->fault, EINVAL, "read the index of nodes", name,
					 "two nodes have this name");
	}
	return 0;
}

static size_t count_lines(const char *text, size_t length)
{
	size_t lines = 1;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines < INDEX_NODES_MAX ? lines : INDEX_NODES_MAX;
}

int index_parse(const char *text, size_t length, const char *source, struct node_index *index,
		struct fault *fault)
{
	size_t room = count_lines(text, length);
	struct reading reading = { .index = index, .source = source, .fault = fault };
	int error;

	*index = (struct node_index){
		.nodes = calloc(room, sizeof(*index->nodes)),
		.by_name = calloc(room, sizeof(*index->by_name)),
		/* Each name has a byte behind it in the text, as here. */
		.names = malloc(length + 1),
	};
	if (!index->nodes || !index->by_name || !index->names) {
		index_free(index);
		return fault_set(fault, ENOMEM, "read the index of nodes", source, NULL);
	}
	reading.name_end = index->names;
	error = take_lines(&reading, text, length);
	if (!error)
		error = sort_names(&reading);
	if (error)
		index_free(index);
	return error;
}

void index_free(struct node_index *index)
{
	free(index->nodes);
	free(index->by_name);
	free(index->names);
	*index = (struct node_index){ 0 };
}

static int compare_mac(const void *mac, const void *node)
{
	return memcmp(mac, ((const struct index_node *)node)->mac, 6);
}

const struct index_node *index_find_mac(const struct node_index *index, const uint8_t mac[static 6])
{
	if (!index->count)
		return NULL;
	return bsearch(mac, index->nodes, index->count, sizeof(*index->nodes), compare_mac);
}

const struct index_node *index_find_name(const struct node_index *index, const char *name)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct index_node *node = &index->nodes[index->by_name[middle]];
		int order = strcmp(name, node->name);

		if (order == 0)
			return node;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
