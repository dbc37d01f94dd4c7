/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bringing a definition into force, and going back to an earlier generation.
 *
 * Order of things: the lock → what was cut off before is finished or taken away → read, check and
 * generate → the tree, beside those that there are → its owners' checkers → everything is on disk →
 * `current` is switched and services are told → old generations go. Until the switch nothing of it
 * is in force, whatever happens; when a service refuses, the old generation comes back.
 */
#ifndef WIREROOT_GENERATION_APPLY_H
#define WIREROOT_GENERATION_APPLY_H

#include <stdbool.h>

#include "initramfs/fault.h"
#include "tools/generation/difference.h"
#include "tools/generation/remains.h"
#include "userspace/lib/log.h"

#define APPLY_KEEP 10 /* generations, by default */

struct apply_options {
	const char *cluster; /* the definition's file */
	const char *state; /* the state directory; made if need be */
	const char *cache; /* of base images; NULL: nowhere */
	const char *server; /* which of the servers this host is; NULL: find out */
	const char *services; /* "systemd", "none", "lab:DIR" */
	bool lab; /* generate for a lab, whatever the services */
	const char *etc; /* where drop-ins go; NULL: /etc with systemd, else nowhere */
	const char *command; /* for the history: "apply" */
	unsigned int keep; /* generations, at least 1 */
	const struct log *log; /* is told each step */
};

struct apply_result {
	bool changed; /* else there was nothing to do */
	unsigned int generation; /* in force now */
	unsigned int from; /* in force before; 0: none */
	size_t counts[CHANGE_KINDS]; /* files, by enum change_kind */
};

/*
 * Put what the definition says in force. What its checks find goes to standard error. 0, or -errno
 * with @fault: then what was in force before still is.
 */
int apply(const struct apply_options *options, struct apply_result *result, struct fault *fault);

/* Put @generation in force again; 0: the one that was before the one that is. ->cluster is not
 * used. */
int rollback(const struct apply_options *options, unsigned int generation,
	     struct apply_result *result, struct fault *fault);

/*
 * Take all but the ->keep newest generations away, and those that are in use. @report is filled in,
 * unless it is NULL; remains_report_free() must be called in any case.
 */
int prune(const struct apply_options *options, struct remains_report *report, struct fault *fault);

#endif
