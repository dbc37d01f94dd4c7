// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segment of each node: a cpio archive with its node file and nothing else, the same bytes as
 * `wireroot initrd node` writes.
 *
 * An archive with an empty node file is written once; each segment is that with the file's length
 * and contents put in, so that ten thousand nodes take no longer than their bytes do.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/generate/node_words.h"
#include "tools/initrd/archive.h"
#include "tools/initrd/cpio.h"
#include "tools/initrd/node.h"

/* What the init reads at most, less the NUL behind it. */
#define NODE_FILE_BYTES_MAX 16383

/* Of a newc header (cpio(5)): where the file's length is, as eight hexadecimal digits. */
#define LENGTH_AT     54
#define LENGTH_DIGITS 8

struct pattern {
	struct text archive;
	size_t length_at; /* of the node file's length */
	size_t contents_at;
};

static int find_places(struct pattern *pattern, struct fault *fault)
{
	size_t offset = 0, begin = 0;
	struct cpio_member member;
	const char *why = "it has no node file";

	while (cpio_next(pattern->archive.data, pattern->archive.length, &offset, &member, &why) >
	       0) {
		if (!strcmp(member.name, NODE_FILE_IN_INITRD)) {
			pattern->length_at = begin + LENGTH_AT;
			pattern->contents_at = offset;
			return 0;
		}
		begin = offset;
	}
	return fault_set(fault, EINVAL, "write node segments", NODE_FILE_IN_INITRD, why);
}

static int make_pattern(struct pattern *pattern, struct fault *fault)
{
	struct archive_tree tree = { 0 };
	char *nothing = strdup("");
	int error;

	if (!nothing)
		return fault_set(fault, ENOMEM, "write node segments", "", NULL);
	error = archive_tree_add_file(&tree, NODE_FILE_IN_INITRD, 0600, nothing, 0, fault);
	if (!error)
		error = archive_tree_write(&tree, &pattern->archive, fault);
	if (!error)
		error = find_places(pattern, fault);
	archive_tree_free(&tree);
	return error;
}

/* *@segment, for the caller to free, holds *@length bytes: @contents as the node file. */
static int write_segment(const struct pattern *pattern, const struct text *contents, char **segment,
			 size_t *length, struct fault *fault)
{
	size_t padded = (contents->length + 3) & ~(size_t)3;
	size_t behind = pattern->archive.length - pattern->contents_at;
	char digits[LENGTH_DIGITS + 1];
	char *to = malloc(pattern->archive.length + padded);

	if (!to)
		return fault_set(fault, ENOMEM, "write node segments", "", NULL);
	*segment = to;
	*length = pattern->archive.length + padded;
	memcpy(to, text_string(&pattern->archive), pattern->contents_at);
	snprintf(digits, sizeof(digits), "%08zx", contents->length);
	memcpy(to + pattern->length_at, digits, LENGTH_DIGITS);
	to += pattern->contents_at;
	memcpy(to, text_string(contents), contents->length);
	memset(to + contents->length, 0, padded - contents->length);
	memcpy(to + padded, text_string(&pattern->archive) + pattern->contents_at, behind);
	return 0;
}

static int add_segment(const struct generator *generator, const struct cluster_node *node,
		       const struct pattern *pattern, struct text *contents, struct file_set *set,
		       struct fault *fault)
{
	char path[] = "http/node/52:54:00:12:34:56.img";
	char *segment = NULL;
	size_t length = 0;
	int error;

	contents->length = 0;
	text_add(contents, OUTPUT_COMMENT);
	error = node_words(generator, node, '\n', contents, fault);
	if (!error && contents->error)
		error = fault_set(fault, ENOMEM, "write node segments", "", NULL);
	if (!error && contents->length > NODE_FILE_BYTES_MAX)
		error = fault_set(fault, E2BIG, "write the segment of node", node->name,
				  "its parameters have more than 16 KiB");
	if (!error)
		error = write_segment(pattern, contents, &segment, &length, fault);
	if (error)
		return error;
	value_mac_text(node->mac, path + strlen("http/node/"));
	memcpy(path + strlen("http/node/") + MAC_TEXT_BYTES - 1, ".img", sizeof(".img"));
	return file_set_add(set, path, 0600, segment, length, fault);
}

int generate_segments(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct pattern pattern = { 0 };
	struct text contents = { 0 };
	int error = make_pattern(&pattern, fault);

	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (cluster->nodes[i].has_mac)
			error = add_segment(generator, &cluster->nodes[i], &pattern, &contents, set,
					    fault);
	text_free(&contents);
	text_free(&pattern.archive);
	return error;
}
