// SPDX-License-Identifier: GPL-2.0-only
/* What wirerootd saw last of nodes; see running.h. */
#include "tools/storage/running.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/generation/remains.h"
#include "tools/generation/store.h"
#include "userspace/lib/http_get.h"

/* 100,000 nodes of 1 KiB each, and some more. */
#define ANSWER_BYTES_MAX ((size_t)256 << 20)

/* Where the wirerootd of the generation in force is, for the caller to free; NULL: there is none.
 */
static char *find_url(const char *state)
{
	unsigned int generation = 0;
	struct store store;
	struct fault ignored;
	char *url = NULL;

	if (store_open(&store, state, false, &ignored) == 0 &&
	    store_current(&store, &generation, &ignored) == 0)
		(void)remains_url(&store, generation, &url, &ignored);
	store_close(&store);
	return url;
}

void running_ask(const char *state, struct text *answer)
{
	char *url = find_url(state), *nodes = NULL;
	struct fault ignored;

	text_add(answer, "");
	if (url && asprintf(&nodes, "%s/v1/nodes", url) < 0)
		nodes = NULL;
	if (nodes)
		(void)http_get(nodes, ANSWER_BYTES_MAX, answer, &ignored);
	free(nodes);
	free(url);
}
