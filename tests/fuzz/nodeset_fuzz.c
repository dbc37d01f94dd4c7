/* SPDX-License-Identifier: GPL-2.0-only */
/* Any text as a node set: what is read and folded must read back as the same set. */
/* links: tools/cluster/nodeset.c tools/cluster/nodeset_parse.c tools/cluster/nodeset_range.c */
/* links: tools/cluster/nodeset_table.c tools/cluster/nodeset_fold.c */
/* links: userspace/lib/text.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"

/* Larger sets cost time and show nothing that small ones do not. */
#define NAMES_MAX 2000

/* Groups a to d stand for the text itself, cut at its lines: they name each other freely. */
struct lines {
	const char *line[5];
};

static const char *look_up(void *context, const char *name)
{
	const struct lines *lines = context;

	if (name[0] < 'a' || name[0] > 'd' || name[1] != '\0')
		return NULL;
	return lines->line[name[0] - 'a' + 1];
}

static void check_names(struct nodeset *set)
{
	struct nodeset_names sorted, written;
	struct fault fault;

	if (nodeset_sorted(set, &sorted, &fault) || nodeset_written(set, &written, &fault))
		abort();
	if (sorted.count != nodeset_count(set) || written.count != sorted.count)
		abort();
	for (size_t i = 0; i < sorted.count; i++)
		if (strlen(sorted.name[i]) >= NODESET_NAME_BYTES)
			abort();
	nodeset_names_free(&sorted);
	nodeset_names_free(&written);
}

/* The folded text must mean the same names and fold to itself. */
static void check_folded(struct nodeset *set)
{
	struct text folded = { 0 }, again = { 0 };
	struct nodeset *read;
	struct fault fault;

	if (nodeset_fold(set, &folded, &fault))
		abort();
	if (nodeset_parse(text_string(&folded), NULL, &read, NULL, &fault))
		abort();
	if (nodeset_count(read) != nodeset_count(set) || nodeset_fold(read, &again, &fault) ||
	    strcmp(text_string(&folded), text_string(&again)) != 0)
		abort();
	if (nodeset_combine(read, '^', set, &fault) || nodeset_count(read) != 0)
		abort();
	nodeset_free(read);
	text_free(&folded);
	text_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines lines = { { 0 } };
	const struct nodeset_groups groups = { .lookup = look_up, .context = &lines };
	char *text = malloc(size + 1);
	struct nodeset *set;
	struct fault fault;
	size_t offset;
	char *next = text;

	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < 5; i++)
		lines.line[i] = next ? strsep(&next, "\n") : NULL;
	if (nodeset_parse(text, &groups, &set, &offset, &fault)) {
		if (offset > strlen(text) || fault.error == 0)
			abort();
	} else if (nodeset_count(set) <= NAMES_MAX) {
		check_names(set);
		check_folded(set);
	}
	nodeset_free(set);
	free(text);
	return 0;
}
