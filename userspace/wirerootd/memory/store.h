/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The broker's notes: grants, lenders' instances and the history, in SQLite.
 *
 * They are no more than notes: members' reports bring back what is lost. So a power failure may
 * cost the last changes (WAL, no fsync for each), a full disk costs the notes and not the broker,
 * and a file that is damaged is moved aside. What was begun and not committed is as if it had not
 * been. The file holds secrets: it is 0600, and deleted rows are overwritten.
 */
#ifndef WIREROOT_MEMORY_STORE_H
#define WIREROOT_MEMORY_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "userspace/lib/log.h"
#include "userspace/wirerootd/memory/brokerage.h"

#define STORE_FILE	  "memory.sqlite"
#define STORE_VERSION	  1
#define STORE_HISTORY_MAX 100000 /* events; older ones go */

struct sqlite3;
struct sqlite3_stmt;

enum store_statement {
	STORE_BEGIN,
	STORE_COMMIT,
	STORE_GRANT,
	STORE_FORGET,
	STORE_LENDER,
	STORE_EVENT,
	STORE_TRIM,
	STORE_STATEMENTS
};

struct store {
	struct sqlite3 *database;
	struct sqlite3_stmt *statements[STORE_STATEMENTS];
	const struct log *log;
	char *path; /* for the log */
	bool is_begun;
	bool is_failing; /* and the log says so */
	unsigned int untrimmed; /* events since old ones were deleted */
};

/*
 * Open the notes below @directory, which is made when it is missing, or in memory when it is NULL.
 * 0 or -errno with @fault and nothing open: -EBUSY when another broker has them, -EPROTO when they
 * are of a newer version. store_close() after success.
 */
int store_open(struct store *store, const char *directory, const struct log *log,
	       struct fault *fault);
void store_close(struct store *store);

/* Bring back what is noted. As store_open(); a damaged file is moved aside, and that is success. */
int store_load(struct store *store, struct brokerage *brokerage, int64_t now_ms,
	       struct fault *fault);

/* Changes, of the brokerage's watch; the first one begins a transaction. */
void store_grant(struct store *store, const struct grant *grant);
void store_lender(struct store *store, const struct member *member);
void store_event(struct store *store, time_t now, const char *event, const struct grant *grant,
		 const struct member *member, const char *detail);

/* End the transaction, if there is one. */
void store_commit(struct store *store);

/* The last @limit events, the newest first; a new reference, or NULL. */
json_t *store_history(struct store *store, unsigned int limit);

#endif
