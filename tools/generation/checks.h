/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generated files before the eyes of those who will read them: dnsmasq, the NFS server, systemd and
 * others. What a program cannot be asked to look at, a strict reader of our own looks at.
 */
#ifndef WIREROOT_GENERATION_CHECKS_H
#define WIREROOT_GENERATION_CHECKS_H

#include "tools/generation/difference.h"
#include "userspace/lib/log.h"

struct checks {
	const char *tree; /* of the generation to be checked */
	const char *old_tree; /* of the one in force, or NULL */
	const char *server; /* whose files are checked; "": nobody's */
	bool foreign; /* paths on this host mean nothing to them: only look at the files */
	const struct log *log; /* is told what could not be checked */
};

/*
 * Check the files of @difference that are new or changed. 0, or -errno with @fault: the first file
 * that its owner refuses, with what it says.
 */
int checks_run(const struct checks *checks, const struct difference *difference,
	       struct fault *fault);

/* exportfs reads the file @path, in namespaces of its own. */
int check_exports(const char *path, struct fault *fault);

/* Is @text a configuration for tgt-admin, as Wireroot writes them? Pure. -EINVAL with @fault. */
int check_tgt_text(const char *text, size_t length, const char *name, struct fault *fault);

#endif
