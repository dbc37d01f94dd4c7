// SPDX-License-Identifier: GPL-2.0-only
/* The node file and its segment; see node.h. */
#include "tools/initrd/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/params.h"
#include "initramfs/words.h"
#include "tools/initrd/archive.h"
#include "userspace/lib/fs.h"

/* What the init reads at most, less the NUL behind it. */
#define NODE_FILE_BYTES_MAX 16383

/* Changes @text. */
static int check(char *text, size_t length, const char *path, const struct log *log,
		 struct fault *fault)
{
	struct words *words = calloc(1, sizeof(*words));
	struct params *params = calloc(1, sizeof(*params));
	int error;

	if (words && params) {
		params_init(params);
		error = node_file_split(text, length, path, words, fault);
		if (!error)
			error = params_apply(params, words, fault);
		/* The first one is in @fault. */
		for (unsigned int i = 1; i < params->malformed_count; i++)
			log_fault(log, &params->malformed[i]);
		for (unsigned int i = 0; i < params->unknown_count; i++)
			log_line(log, LOG_LEVEL_WARNING, "%s: the init does not know %s", path,
				 params->unknown[i]);
		if (params->malformed_more || params->unknown_more)
			log_line(log, LOG_LEVEL_WARNING,
				 "%s: and %u more malformed and %u more unknown words", path,
				 params->malformed_more, params->unknown_more);
	} else {
		error = fault_set(fault, ENOMEM, "check node file", path, NULL);
	}
	free(words);
	free(params);
	return error;
}

int node_file_read(const char *path, struct text *contents, const struct log *log,
		   struct fault *fault)
{
	char *text;
	size_t length, before = contents->length;
	int error = fs_read_file(path, NODE_FILE_BYTES_MAX, &text, &length, fault);

	if (error)
		return error;
	text_add_bytes(contents, text, length);
	error = check(text, length, path, log, fault);
	if (error && contents->data)
		contents->data[contents->length = before] = '\0';
	free(text);
	return error;
}

int node_segment(const char *path, struct text *segment, const struct log *log, struct fault *fault)
{
	struct archive_tree tree = { 0 };
	struct text contents = { 0 };
	int error = node_file_read(path, &contents, log, fault);

	if (!error) {
		size_t length = contents.length;

		error = archive_tree_add_file(&tree, NODE_FILE_IN_INITRD, 0600,
					      text_take(&contents), length, fault);
	}
	if (!error)
		error = archive_tree_write(&tree, segment, fault);
	archive_tree_free(&tree);
	text_free(&contents);
	return error;
}
