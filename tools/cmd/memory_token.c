// SPDX-License-Identifier: GPL-2.0-only
/*
 * `wireroot memory token`: the configuration by which a host, or a node that does not get it from
 * its initrd, lends and borrows. It holds a secret.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/memory.h"
#include "tools/generate/output.h"

static const struct cluster_memory_host *find_host(const struct cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->memory.host_count; i++)
		if (!strcmp(cluster->memory.hosts[i].name, name))
			return &cluster->memory.hosts[i];
	return NULL;
}

/* In the largest unit of which it is a whole number: what the lender reads. */
static void print_reserve(uint64_t bytes)
{
	static const char units[] = "KMGT";
	size_t unit = 0;

	bytes >>= 10;
	while (unit + 1 < sizeof(units) - 1 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	printf("lend-reserve = %" PRIu64 "%c\n", bytes, units[unit]);
}

static void print(const struct cluster *cluster, uint64_t reserve_bytes, const char *name,
		  const char *token)
{
	char url[OUTPUT_URL_BYTES];

	printf("# /etc/wireroot/memory.conf of %s, mode 0600: it holds a secret.\n"
	       "broker = %s\n"
	       "member = %s\n"
	       "token = %s\n",
	       name, output_url(cluster->memory.server, url), name, token);
	if (reserve_bytes)
		print_reserve(reserve_bytes);
}

int memory_token(const struct memory_arguments *arguments)
{
	const char *name = arguments->words[0];
	struct cluster cluster = { 0 };
	const struct cluster_memory_host *host;
	const struct cluster_node *node;
	struct fault fault = { 0 };
	char token[TOKEN_BYTES];
	int error = memory_load(&cluster, arguments->cluster);

	host = error ? NULL : find_host(&cluster, name);
	node = error ? NULL : cluster_find_node(&cluster, name);
	if (!error && !host && !(node && tokens_needed_by(node)))
		error = fault_set(&fault, ENOENT, "find the member of memory", name,
				  "it is among neither hosts: in memory: nor the nodes with swap, "
				  "borrow or lend");
	if (!error)
		error = tokens_read_one(arguments->state, name, token, &fault);
	if (error == -ENOENT && !*fault.hint)
		snprintf(fault.hint, sizeof(fault.hint), "wireroot apply makes it");
	if (!error)
		print(&cluster, host ? host->reserve_bytes : node->lend_reserve_bytes, name, token);
	explicit_bzero(token, sizeof(token));
	cluster_free(&cluster);
	return error ? memory_failed(&fault) : CMD_DONE;
}
