// SPDX-License-Identifier: GPL-2.0-only
/* What wirerootd saw last of a node; see running.h. */
#include "tools/storage/running.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/generation/store.h"
#include "userspace/lib/http_get.h"
#include "userspace/lib/text.h"

/* 100,000 nodes of 1 KiB each, and some more. */
#define ANSWER_BYTES_MAX ((size_t)256 << 20)

/* Where the wirerootd of the generation in force is, for the caller to free; NULL: there is none.
 */
static char *find_url(const char *state)
{
	struct manifest manifest = { 0 };
	unsigned int generation = 0;
	struct store store;
	struct fault ignored;
	char *url = NULL;

	if (store_open(&store, state, false, &ignored) == 0 &&
	    store_current(&store, &generation, &ignored) == 0 && generation &&
	    store_read_manifest(&store, generation, &manifest, &ignored) == 0 && manifest.url &&
	    *manifest.url && asprintf(&url, "%s/v1/nodes", manifest.url) < 0)
		url = NULL;
	manifest_free(&manifest);
	store_close(&store);
	return url;
}

void running_ask(const char *state, const char *node, char text[static RUNNING_STATE_BYTES])
{
	char *url = find_url(state);
	struct text answer = { 0 };
	struct fault ignored;

	text[0] = '\0';
	if (url && http_get(url, ANSWER_BYTES_MAX, &answer, &ignored) == 0)
		running_read(text_string(&answer), answer.length, node, text);
	text_free(&answer);
	free(url);
}
