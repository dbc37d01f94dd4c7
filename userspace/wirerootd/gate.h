/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may have which file of a generation.
 *
 * node/MAC.ipxe is everybody's; fetched by the node itself it begins the node's boot. The boot of a
 * node whose loader fetches no script begins with its first timeline. While a
 * discovery window is open, a machine that is no node gets discover.ipxe in its place.
 * node/MAC.img, the segment, which may hold secrets, is the node's own and only while it boots. A
 * peer is the node when it has the address that the index gives the node, or when the kernel's
 * table of neighbours has the node's MAC address for it; not when that has another node's. Other
 * files that not everyone on this host may read are nobody's.
 */
#ifndef WIREROOT_GATE_H
#define WIREROOT_GATE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "userspace/lib/log.h"
#include "userspace/wirerootd/access.h"
#include "userspace/wirerootd/discovery.h"
#include "userspace/wirerootd/recent.h"
#include "userspace/wirerootd/served.h"

#define GATE_WHY_BYTES 256

struct gate {
	const struct served *served;
	struct access *access;
	const struct discovery *discovery;
	const struct log *log;
	int (*neighbour)(uint32_t address, uint8_t mac[static 6]); /* neighbour_mac() */
	struct recent told; /* refusals */
};

struct gate_request {
	const char *path; /* has passed http_path_parse() */
	bool is_get;
	const struct sockaddr *peer;
	time_t now;
};

/* What becomes of a request. */
struct gate_answer {
	bool refused;
	const char *path; /* of the file to serve */
	bool is_own; /* the peer may have the file although not everyone may read it */
	char why[GATE_WHY_BYTES]; /* when refused */
};

void gate_judge(struct gate *gate, const struct gate_request *request, struct gate_answer *answer);

/*
 * A timeline from @peer is the first of a boot of the node with @mac: the boot begins, if the node
 * fetched no script for it and the timeline comes from the node as above.
 */
void gate_first_sign(struct gate *gate, const uint8_t mac[static 6], const struct sockaddr *peer,
		     time_t now);

/*
 * A timeline from @peer tells of the hand-over of the node with @mac. It ends the boot when it
 * comes from where the script was fetched, or from the node as above: anyone can send timelines.
 */
void gate_hand_over(struct gate *gate, const uint8_t mac[static 6], const struct sockaddr *peer,
		    time_t now);

/* The MAC address that the kernel has seen behind @peer; false when it has seen none. */
bool gate_neighbour(const struct gate *gate, const struct sockaddr *peer, uint8_t mac[static 6]);

/* Log that @request was refused, once in a minute for each peer. */
void gate_tell(struct gate *gate, const struct gate_request *request, const char *why);

#endif
