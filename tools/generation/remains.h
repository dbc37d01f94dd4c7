/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Old generations, and who still needs them.
 *
 * A node runs the generation that it booted from; wirerootd knows which.
 */
#ifndef WIREROOT_GENERATION_REMAINS_H
#define WIREROOT_GENERATION_REMAINS_H

#include <stdbool.h>
#include <time.h>

#include "tools/cluster/nodeset.h"
#include "tools/generation/store.h"

/* While wirerootd cannot be asked, a generation may be in use for this long. */
#define REMAINS_UNASKED_S (30 * 24 * 3600)

/* A generation that nodes run. */
struct remains_user {
	unsigned int generation;
	struct nodeset *nodes;
};

/* Begin with { 0 }. */
struct remains {
	struct remains_user *users;
	size_t count;
	time_t since; /* boots of before may not be known */
};

/*
 * Where the wirerootd that serves @generation answers, in *@url for the caller to free; NULL when
 * no node boots from there, or @generation is 0 for none. 0 or -errno with @fault.
 */
int remains_url(const struct store *store, unsigned int generation, char **url,
		struct fault *fault);

/*
 * Ask the wirerootd at @url who runs what, from within the lab in the directory @lab unless that is
 * NULL. 0 or -errno with @fault filled in. remains_free() must be called in any case.
 */
int remains_ask(struct remains *remains, const char *url, const char *lab, struct fault *fault);

/*
 * The part of it that is pure: its answers at /v1/nodes and at /v1/since. -EBADMSG with @fault for
 * anything else.
 */
int remains_read(struct remains *remains, const char *answer, size_t length, struct fault *fault);
int remains_read_since(struct remains *remains, const char *answer, size_t length,
		       struct fault *fault);

/* Who runs @generation; NULL: nobody. */
struct nodeset *remains_nodes(const struct remains *remains, unsigned int generation);

/*
 * May a node that @remains does not know of run @generation? It would have booted before ->since,
 * but not from a generation that was made later; or at any time unless wirerootd was @asked. *@may
 * is the answer; after REMAINS_UNASKED_S it is no. 0 or -errno with @fault.
 */
int remains_may_be_run(const struct remains *remains, bool asked, const struct store *store,
		       unsigned int generation, bool *may, struct fault *fault);

/* "2026-11-21 05:00:00 UTC" for messages about ->since. */
#define REMAINS_TIME_BYTES sizeof("9999-12-31 23:59:59 UTC")
char *remains_since_text(const struct remains *remains, char text[static REMAINS_TIME_BYTES]);

void remains_free(struct remains *remains);

/* What became of generations. Begin with { 0 }. */
struct remains_report {
	struct remains_verdict {
		unsigned int generation;
		bool removed;
		char *nodes; /* that booted from it, folded; NULL: none that is known of */
	} * list; /* those that might have gone, the oldest first */
	size_t count;
	bool asked; /* wirerootd told who runs what */
};

void remains_report_free(struct remains_report *report);

/*
 * Remove generations from the oldest on until @keep are left; not those that are in force or that a
 * node runs. @log is told what goes and what stays for which reason, and @report, if it is not
 * NULL. Under the lock.
 */
int remains_prune(struct store *store, unsigned int keep, const char *lab, const struct log *log,
		  struct remains_report *report, struct fault *fault);

#endif
