/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of nodes, as JSON: their timelines, joined with the index and with their boots.
 *
 * To the members that nodes.h has come name (the index's, or null), address (where the last
 * timeline came from, else what fetched the script, else the index's), generation (that the node
 * booted from, or null), state and since (the last sign of life). States:
 *
 *	booting  it has fetched its script, or sent timelines, and is under way
 *	silent   the same, and nothing has come for ACCESS_SECONDS
 *	failed   the newest timeline tells of a fault that is not mended yet
 *	running  the newest timeline tells of the hand-over
 */
#ifndef WIREROOT_STATES_H
#define WIREROOT_STATES_H

#include <jansson.h>
#include <time.h>

#include "userspace/wirerootd/access.h"
#include "userspace/wirerootd/index.h"
#include "userspace/wirerootd/nodes.h"

struct states {
	const struct nodes *nodes;
	const struct access *access;
	const struct node_index *index;
};

/* Every node that has ever shown itself, in the order of their MAC addresses. A new reference, or
 * NULL when memory ran out. */
json_t *states_to_json(const struct states *states, time_t now);

/* { "since": "2026-11-21T05:00:00Z" }: boots of before may not be known. The same. */
json_t *states_since_to_json(const struct states *states);

/* The one with @mac; a new reference. NULL: it has never shown itself, or memory ran out. */
json_t *state_to_json(const struct states *states, const char *mac, time_t now);

/* As in the table above. Either may be NULL, not both. *@since is the last sign of life. */
const char *state_name(const struct node *node, const struct boot *boot, time_t now, time_t *since);

#endif
