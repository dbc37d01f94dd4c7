/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory broker as a part of wirerootd: members from memory.json, the brokerage, its notes, its
 * figures, and the calls that wait for it.
 *
 * Without a memory.json there are no members, and the broker says so to whoever asks.
 */
#ifndef WIREROOT_MEMORY_H
#define WIREROOT_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "userspace/lib/log.h"
#include "userspace/lib/text.h"
#include "userspace/wirerootd/memory/brokerage.h"
#include "userspace/wirerootd/memory/store.h"
#include "userspace/wirerootd/memory/tokens.h"
#include "userspace/wirerootd/states.h"

#define MEMORY_HOLD_MS	 20000
#define MEMORY_TICK_MS	 1000
#define MEMORY_TRIES_MAX 3 /* lenders that one request asks */

struct MHD_Connection;

enum memory_refusal {
	REFUSED_TOKEN,
	REFUSED_LENDING,
	REFUSED_LIMIT,
	REFUSED_ROOM,
	REFUSED_LATE,
	REFUSED_MALFORMED,
	REFUSALS
};

#define MEMORY_BUCKETS 12

/* From a request until its grant is placed and noted. */
struct memory_times {
	uint64_t counts[MEMORY_BUCKETS + 1]; /* by the bounds of metrics.c; the last: above them */
	uint64_t count;
	double sum_s;
};

/* A request for a grant, as long as no lender has exported one. */
struct memory_try {
	struct brokerage_ask ask;
	char borrower[BROKERAGE_NAME_BYTES];
	struct member *tried[MEMORY_TRIES_MAX]; /* to be told apart only: one may have gone */
	size_t tried_count;
	uint64_t id; /* the grant that is offered; 0: none */
};

#define MEMORY_RANDOM_WORDS 128

/* Random numbers that nobody has seen yet. */
struct memory_random {
	uint32_t words[MEMORY_RANDOM_WORDS];
	size_t left;
};

TAILQ_HEAD(memory_calls, memory_call);

struct memory {
	bool is_on;
	const char *file; /* memory.json; NULL: there is none */
	struct brokerage brokerage;
	struct store store;
	struct tokens tokens;
	uint16_t line_port;
	const struct states *states; /* of nodes, for /metrics */
	const struct log *log;
	struct memory_random random;
	int64_t ticked_ms;
	uint64_t refused[REFUSALS];
	uint64_t lender_reports, borrower_reports;
	struct memory_times times;
	struct memory_calls held; /* by the ends of their time */
	struct memory_calls asking; /* those that wait for a grant */
	struct memory_calls ready; /* no longer held: there may be an answer */
	size_t held_count;
	int64_t resumed_ms; /* when those that were ready have been looked at */
	void (*grant_moved)(void *context, uint64_t id); /* for the line protocol; or NULL */
	void *line;
};

/*
 * Begin with the members of @file and the notes below @directory; either may be NULL. A @file that
 * is not there means that no memory is lent if @may_lack. 0 or -errno with @fault.
 */
int memory_open(struct memory *memory, const char *file, bool may_lack, const char *directory,
		const struct log *log, struct fault *fault);
void memory_close(struct memory *memory);

/* Read the members anew; when that fails, they stay, and the log says so. */
void memory_reload(struct memory *memory, bool may_lack);

/* What time brings, held calls included. */
void memory_run(struct memory *memory);
int memory_timeout_ms(const struct memory *memory);

int64_t memory_now_ms(void);

#endif
