/* SPDX-License-Identifier: GPL-2.0-only */
/* How NFS is spoken, by the options of a mount (nfs(5)). Pure. */
#ifndef WIREROOT_NFS_TRANSPORT_H
#define WIREROOT_NFS_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

struct nfs_transport {
	bool tcp; /* else UDP or RDMA */
	uint32_t port; /* 0: rpcbind knows */
};

/* Take in what @list, options with commas, says; the last word of a kind counts. */
void nfs_transport_read(const char *list, struct nfs_transport *transport);

#endif
