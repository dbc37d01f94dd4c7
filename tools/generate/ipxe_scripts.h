/* SPDX-License-Identifier: GPL-2.0-only */
/* What the iPXE scripts of a generation have in common. */
#ifndef WIREROOT_IPXE_SCRIPTS_H
#define WIREROOT_IPXE_SCRIPTS_H

#include "tools/cluster/cluster.h"
#include "tools/generate/ipxe.h"
#include "userspace/lib/text.h"

/* The template of scripts that boot a kernel: the cluster's own, or the built-in one. */
struct ipxe_template ipxe_cluster_template(const struct cluster *cluster);

/* Add @script to @text, with who wrote it behind its first line, which is "#!ipxe". */
void ipxe_sign(const struct text *script, struct text *text);

#endif
