/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wirerootd knows about each node: the newest timeline of its last boot, and where it came
 * from.
 *
 * Nodes are told apart by the MAC address of their boot link. Within one boot the highest sequence
 * wins; a datagram of the boot before that comes late changes nothing. With a directory, each
 * node's timeline is kept in MAC.timeline there and the last one of the boot before in
 * MAC.previous.
 */
#ifndef WIREROOT_NODES_H
#define WIREROOT_NODES_H

#include <jansson.h>
#include <stddef.h>
#include <time.h>

#include "initramfs/timeline.h"
#include "userspace/wirerootd/listen.h"

/*
 * More nodes than one server boots. Anyone on the network can make nodes up: this bounds what they
 * cost in memory (about 1 KiB each) and files.
 */
#define NODES_MAX 4096

struct node {
	struct timeline timeline;
	char previous_boot_id[sizeof(((struct timeline *)0)->boot_id)];
	char address[ADDRESS_TEXT_BYTES]; /* empty when known from its file only */
	time_t last_seen;
};

struct nodes {
	struct node **sorted; /* by MAC */
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

/*
 * Read the timelines that are kept in nodes->directory. Files that cannot be read or are none are
 * passed over and counted in *@skipped. 0 or -errno with @fault filled in.
 */
int nodes_load(struct nodes *nodes, unsigned int *skipped, struct fault *fault);

/*
 * Take @timeline, which came from @address at @now, in. Returns an enum nodes_news, or -errno with
 * @fault filled in: -EINVAL when it names no usable MAC or no boot, -ENOSPC when there are
 * NODES_MAX nodes already, another when it is remembered but could not be kept on disk.
 */
int nodes_accept(struct nodes *nodes, const struct timeline *timeline, const char *address,
		 time_t now, struct fault *fault);

/* The node with @mac in any case of letters, or NULL. */
const struct node *nodes_find(const struct nodes *nodes, const char *mac);

/* New references, or NULL when memory ran out. */
json_t *node_to_json(const struct node *node);
json_t *nodes_to_json(const struct nodes *nodes);

void nodes_free(struct nodes *nodes);

#endif
