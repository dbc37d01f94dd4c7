/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building an initrd: the modules that a node needs, the init, and nothing else.
 *
 * The result has two segments. The first holds modules, firmware and the distribution's programs,
 * which change with its packages only, so that it is compressed once and then comes from the cache;
 * the second holds the init and its files. Same input, same bytes.
 */
#ifndef WIREROOT_BUILD_H
#define WIREROOT_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "tools/initrd/closure.h"
#include "tools/initrd/compression.h"
#include "userspace/lib/log.h"

struct build_request {
	const char *version; /* NULL: see kernel_tree_open() */
	const char *modules; /* NULL: /lib/modules */
	const char
		*drivers; /* names with commas in the order of loading; "auto" is all wired ones */
	bool overlay, vlan, rescue;
	bool without_nfs;
	bool iscsi, ext4, xfs, btrfs; /* the file systems are for iSCSI roots */
	bool iscsistart; /* open-iscsi's program for the logins, with ->iscsi */
	bool swap; /* wireroot-swap and its modules */
	const char *config; /* NULL: found beside the modules */
	const char *compression; /* NULL: the best that the kernel can unpack */
	const char *firmware; /* NULL: /lib/firmware */
	const char *init; /* NULL: the one that was built or installed with this program */
	const char *busybox; /* NULL: /bin/busybox */
	const char *iscsistart_file; /* NULL: this machine's */
	const char *node_conf; /* NULL: none */
	const char *cache; /* NULL: none */
	const char *output;
};

struct build_result {
	struct kernel_tree tree;
	struct closure closure;
	struct closure swap_closure; /* the modules that wireroot-swap loads; some are in both */
	enum compression compression;
	size_t packed_length, unpacked_length;
	bool cached; /* the modules came from the cache */
	char **missing_firmware;
	unsigned int missing_firmware_count;
};

/*
 * Build the initrd that @request describes. Notices go to @log. Returns 0, or -errno with @fault
 * filled in. build_free() must be called in any case.
 */
int build_initrd(const struct build_request *request, struct build_result *result,
		 const struct log *log, struct fault *fault);
void build_free(struct build_result *result);

#endif
