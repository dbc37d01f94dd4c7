/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mount a root file system by NFS through mount(2).
 */
#ifndef WIREROOT_NFS_H
#define WIREROOT_NFS_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "root_spec.h"

struct nfs_target {
	const struct root_spec *spec; /* complete: server and path are there */
	uint32_t server; /* its address, host byte order */
	uint32_t client; /* our own address */
	const char *flags; /* rootflags=: mount options behind those of the spec */
	bool read_write;
	/* Descriptors that are readable once the kernel's modules are loaded; -1: they always are.
	 */
	int modules_ready; /* of the first version to be tried */
	int version_3_ready;
	const char *directory; /* where to mount */
};

/*
 * Mount @target with the version that it names, or with 4.2, 4.1, 4.0 and 3 in turn; *@version is
 * then the one that did it. Blocks; may be killed at any time. Returns 0, or a negative errno with
 * @fault, which is that of the most telling attempt.
 */
int nfs_mount(const struct nfs_target *target, enum nfs_version *version, struct fault *fault);

#endif
