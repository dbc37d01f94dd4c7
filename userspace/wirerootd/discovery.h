/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unknown machines that want to become nodes.
 *
 * While a window is open, an unknown machine that asks for its script gets http/discover.ipxe,
 * boots the discovery image and reports what it has. It is then known here, up to MACHINES_MAX of
 * them, until the index knows it as a node; also after the window, so that it can be adopted by
 * hand. What it is told is one line: "waiting", "adopting NAME" or "adopted NAME".
 *
 * A report counts only if the kernel's table of neighbours has the machine's first MAC address for
 * the peer that sent it, and none of its addresses is that of a node or of another machine here: so
 * nobody can claim what is another's. Nothing in here reads a clock or a socket.
 */
#ifndef WIREROOT_DISCOVERY_STATE_H
#define WIREROOT_DISCOVERY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "initramfs/value.h"
#include "userspace/lib/machine.h"
#include "userspace/wirerootd/index.h"
#include "userspace/wirerootd/listen.h"
#include "userspace/wirerootd/recent.h"

#define DISCOVERY_MACHINES_MAX	256
#define DISCOVERY_SECONDS_MAX	86400
#define DISCOVERY_PROFILE_BYTES 65
#define DISCOVERY_PATTERN_BYTES 129
/* From one address: a machine asks again when it was told something, and every 20 seconds. */
#define DISCOVERY_REPORTS	 20
#define DISCOVERY_REPORT_SECONDS 10
#define DISCOVERY_TEXT_BYTES	 256

enum waiting_state { MACHINE_WAITING, MACHINE_ADOPTING, MACHINE_ADOPTED };

struct waiting_machine {
	struct machine machine;
	char peer[ADDRESS_TEXT_BYTES];
	time_t arrived, last_asked;
	enum waiting_state state;
	char name[HOST_NAME_LENGTH + 1]; /* unless it only waits */
	TAILQ_ENTRY(waiting_machine) next;
};

TAILQ_HEAD(waiting_queue, waiting_machine);

struct discovery {
	bool is_open;
	time_t until;
	char profile[DISCOVERY_PROFILE_BYTES], pattern[DISCOVERY_PATTERN_BYTES]; /* for people */
	struct waiting_queue machines; /* in the order of their arrival */
	size_t count;
	struct recent reports;
};

void discovery_init(struct discovery *discovery);
void discovery_free(struct discovery *discovery);

/* Open a window until @until. -EBUSY when one is open. The texts fit. */
int discovery_open(struct discovery *discovery, const char *profile, const char *pattern,
		   time_t until);
void discovery_close(struct discovery *discovery);

/* A report as it came in, and what is known about who sent it. */
struct discovery_report {
	const char *text;
	size_t length;
	const char *peer;
	bool has_neighbour; /* the kernel has seen the peer's MAC address: */
	uint8_t neighbour[6];
	time_t now;
};

struct discovery_answer {
	unsigned int status; /* of HTTP */
	char text[DISCOVERY_TEXT_BYTES]; /* one line: what the machine is told, or what is wrong */
	bool is_news; /* the screen of the machine says something else, or nothing yet */
	bool is_arrival; /* @machine is new here */
	const struct waiting_machine *machine; /* NULL unless it waits here */
};

void discovery_take_report(struct discovery *discovery, const struct node_index *index,
			   const struct discovery_report *report, struct discovery_answer *answer);

/* Whether @peer may send one more report at @now. */
bool discovery_may_report(struct discovery *discovery, const char *peer, time_t now);

/* The machine with @mac, or NULL. */
const struct waiting_machine *discovery_find(const struct discovery *discovery,
					     const uint8_t mac[static 6]);

/* Say to the machine with @mac that it is being adopted or was adopted as @name; NULL: it waits
 * again. -ENOENT when it is not here. */
int discovery_tell(struct discovery *discovery, const uint8_t mac[static 6],
		   enum waiting_state state, const char *name);

#endif
