/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readers of other programs' definitions of a cluster, each in the file of its name.
 *
 * Pure: they take the contents of files and fill a plan in (plan.h). What they do not know becomes
 * a remark. They fail on files only that are something else altogether: -EINVAL with @fault filled
 * in, its peer "FILE:LINE".
 */
#ifndef WIREROOT_IMPORT_H
#define WIREROOT_IMPORT_H

#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/import/plan.h"

struct import_file {
	const char *name;
	const char *text; /* with a NUL behind it */
	size_t length;
};

/*
 * Lucie's resources: "host do |host| … end" of its releases, and "define host { use … }"; host
 * groups, DHCP servers, installers, package servers.
 */
int import_lucie(struct import_plan *plan, const struct import_file *files, size_t count,
		 struct fault *fault);

/* Warewulf 4's nodes.conf, as versions 4.2 to 4.6 spell it. */
int import_warewulf(struct import_plan *plan, const struct import_file *files, size_t count,
		    struct fault *fault);

/* xCAT's stanzas, as `lsdef -z` prints them: site, networks, nodes, groups, osimages. */
int import_xcat(struct import_plan *plan, const struct import_file *files, size_t count,
		struct fault *fault);

/* /etc/ethers and /etc/hosts, in any order, told apart line by line. */
int import_ethers(struct import_plan *plan, const struct import_file *files, size_t count,
		  struct fault *fault);

#endif
