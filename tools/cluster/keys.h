/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of cluster.yaml: name, type, meaning, in one table, which the loader, the checks and the
 * listing of a node's values read.
 */
#ifndef WIREROOT_KEYS_H
#define WIREROOT_KEYS_H

/* What may be said of a node, itself or by a profile. In the order in which `node show` lists. */
enum node_key {
	NODE_PROFILES,
	NODE_MAC, /* not in a profile */
	NODE_ADDRESS, /* not in a profile */
	NODE_NETWORK,
	NODE_SERVER,
	NODE_IMAGE,
	NODE_ROOT,
	NODE_DISK,
	NODE_ACCESS,
	NODE_OVERLAY,
	NODE_NFS_VERSION,
	NODE_MOUNT_OPTIONS,
	NODE_INIT,
	NODE_APPEND,
	NODE_PARAMETERS,
	NODE_ONFAIL,
	NODE_LOADER,
	NODE_DRIVERS,
	NODE_DETECTED,
	NODE_RESCUE,
	NODE_LAB_FIRMWARE,
	NODE_LAB_NIC,
	NODE_LAB_MEMORY,
	NODE_LAB_CPUS,
	NODE_KEY_COUNT,
};

#endif
