/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One question to each kind of server, to see that it answers and not only runs.
 *
 * Inside the lab. 0 when an answer came that belongs to the question; its content is not judged.
 */
#ifndef WIREROOT_LAB_PROBE_H
#define WIREROOT_LAB_PROBE_H

#include "initramfs/fault.h"
#include "tools/lab/network.h"

/* DNS: the address of server.lab. */
int probe_dns(const struct lab_network *network, struct fault *fault);

/* HTTP on wirerootd's port: HEAD of boot.ipxe. */
int probe_http(const struct lab_network *network, struct fault *fault);

/* ONC RPC over TCP: the null procedure (RFC 5531, 12.1) of the port mapper, of NFS. */
int probe_portmap(const struct lab_network *network, struct fault *fault);
int probe_nfs(const struct lab_network *network, struct fault *fault);

#endif
