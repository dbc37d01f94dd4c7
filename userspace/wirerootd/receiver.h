/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes the timelines in that nodes send as UDP datagrams, and logs what is new about them. */
#ifndef WIREROOT_RECEIVER_H
#define WIREROOT_RECEIVER_H

#include <stdint.h>
#include <time.h>

#include "userspace/lib/log.h"
#include "userspace/wirerootd/gate.h"
#include "userspace/wirerootd/nodes.h"

struct receiver {
	int socket;
	struct nodes *nodes;
	struct gate *gate; /* is told of hand-overs */
	const struct log *log;
	uint64_t refused; /* datagrams since the last line about them */
	time_t last_complaint_s; /* CLOCK_MONOTONIC */
};

/*
 * Take in what has arrived, but not more than a burst at once, so that HTTP has its turn, too;
 * poll() tells that there is more. What is refused is counted and told in at most one line a
 * second.
 */
void receiver_run(struct receiver *receiver);

#endif
