/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wirerootd knows about each node: the newest timeline of its last boot, and where it came
 * from.
 *
 * Nodes are told apart by the MAC address of their boot link. Within one boot the highest sequence
 * wins; a datagram of the boot before that comes late changes nothing. With a directory, the
 * timeline of each node that has sent two of them is kept in MAC.timeline there and the last one of
 * the boot before in MAC.previous.
 *
 * Datagrams are not authenticated: anyone on the network can make nodes up, so what they cost is
 * bounded, and they make room for each other before real nodes have to. When an address has named
 * NODES_PER_ADDRESS nodes, that one of them which has been silent for the longest time goes for the
 * next; when there are NODES_MAX nodes, the one goes that has been silent for the longest time
 * among those that have sent a single timeline, else among all. With a node go its files.
 */
#ifndef WIREROOT_NODES_H
#define WIREROOT_NODES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <time.h>

#include "initramfs/timeline.h"
#include "userspace/wirerootd/listen.h"

/*
 * More than the 100,000 that one server may look after. A node takes about 0.9 KiB of memory, all
 * of them 120 MiB, and up to two files.
 */
#define NODES_MAX 131072
/* As many as one would put behind a router that translates their addresses. */
#define NODES_PER_ADDRESS 1024

struct nodes_source;

struct node {
	struct timeline timeline;
	char previous_boot_id[sizeof(((struct timeline *)0)->boot_id)];
	time_t last_seen;
	bool proven; /* has sent two timelines, or was kept on disk for that */
	struct nodes_source *source; /* the address; NULL when known from its file only */
	TAILQ_ENTRY(node) by_silence; /* in one of the two queues of struct nodes */
	TAILQ_ENTRY(node) of_source; /* valid with a source */
};

TAILQ_HEAD(node_queue, node);

/* Queues begin with the node that has been silent for the longest time. */
struct nodes {
	void *by_mac; /* a tree as of tsearch(3), which no choice of keys can make slow */
	void *by_address; /* the same, of the sources */
	struct node_queue unproven, proven;
	size_t count;
	const char *directory; /* NULL: nothing is kept */
};

enum nodes_news {
	NODES_STALE, /* nothing new: an older edition or boot, or the same again */
	NODES_PROGRESS,
	NODES_NEW_BOOT, /* first sign of this boot */
	NODES_NEW_FAULT,
	NODES_HANDED_OVER, /* switch_root was reached */
};

/* Begin with no nodes. @directory, NULL or for the timelines, has to outlive @nodes. */
void nodes_init(struct nodes *nodes, const char *directory);

/*
 * Read the timelines that are kept in nodes->directory, before any other is taken in. Files that
 * cannot be read or are none are passed over and counted in *@skipped. 0 or -errno with @fault
 * filled in.
 */
int nodes_load(struct nodes *nodes, unsigned int *skipped, struct fault *fault);

/*
 * Take @timeline, which came from @address at @now, in. Returns an enum nodes_news, or -errno with
 * @fault filled in: -EINVAL when it names no usable MAC or no boot, -ENOMEM, another
 * when it is remembered but could not be kept on disk.
 */
int nodes_accept(struct nodes *nodes, const struct timeline *timeline, const char *address,
		 time_t now, struct fault *fault);

/* The node with @mac in any case of letters, or NULL. */
const struct node *nodes_find(const struct nodes *nodes, const char *mac);

/* A new reference, or NULL when memory ran out. */
json_t *node_to_json(const struct node *node);

/* Call @visit with each node, in the order of their MAC addresses. */
void nodes_walk(const struct nodes *nodes, void (*visit)(const struct node *node, void *context),
		void *context);

void nodes_free(struct nodes *nodes);

#endif
