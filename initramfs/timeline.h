/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timeline of one boot: when each stage of the init began and ended, and what failed.
 *
 * The text form is cumulative: each edition holds everything known so far, so that a later datagram
 * heals a lost one. It is written to /run/wireroot/timeline, sent as one UDP datagram, and read by
 * wirerootd and by `wireroot timeline`. One record a line, words parted by one space:
 *
 *	wireroot-timeline 1
 *	node n01                       the node's host name, "-" while unknown
 *	mac 52:54:00:12:34:56          of the boot link, "-" while unknown
 *	boot 0c5d…-…                   /proc/sys/kernel/random/boot_id
 *	sequence 3                     rises with every edition
 *	stage params 1503211 1510200 done
 *	stage lease 1510300 0 running
 *	fault lease 2500000 110 TEXT   last fault: stage, time in µs, errno, rest of line
 *	end
 *
 * Times are CLOCK_MONOTONIC in microseconds, that is, since the kernel started.
 */
#ifndef WIREROOT_TIMELINE_H
#define WIREROOT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

enum stage {
	STAGE_PARAMS,
	STAGE_MODULES,
	STAGE_LINK,
	STAGE_LEASE,
	STAGE_ROOT,
	STAGE_OVERLAY,
	STAGE_SWAP,
	STAGE_HANDOFF,
	STAGE_SWITCH_ROOT,
	STAGE_COUNT,
};

enum stage_state {
	STAGE_WAITING, /* not begun; such a stage has no line in the text */
	STAGE_RUNNING,
	STAGE_DONE,
	STAGE_FAILED, /* failed and not retried, or survived: the fault says which */
};

struct stage_times {
	enum stage_state state;
	uint64_t start_us;
	uint64_t end_us; /* 0 while running */
};

struct timeline {
	char node[65]; /* empty while unknown */
	char mac[18]; /* empty while unknown */
	char boot_id[37];
	uint32_t sequence;
	struct stage_times stages[STAGE_COUNT];
	enum stage fault_stage; /* valid when fault_line[0] */
	uint64_t fault_us;
	int fault_errno;
	char fault_line[FAULT_LINE_BYTES];
};

/* One datagram without fragmentation on any usable link. */
#define TIMELINE_TEXT_BYTES 1400

/* The stage's name as in the text: "params", "modules", … "switch_root". */
const char *stage_name(enum stage stage);

/* The stage called @name, or -ENOENT. */
int stage_from_name(const char *name);

/* Write the text form, NUL-terminated. Returns its length, or -EMSGSIZE. */
int timeline_format(const struct timeline *timeline, char text[static TIMELINE_TEXT_BYTES]);

/*
 * Read a text of @length bytes, which need not be NUL-terminated and may come from anyone.
 * Returns 0, or -EINVAL with nothing promised about *@timeline.
 */
int timeline_parse(const char *text, size_t length, struct timeline *timeline);

#endif
