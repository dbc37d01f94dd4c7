/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are in a lab: names of files below its directory, addresses, limits.
 *
 * Code that runs inside a lab has the lab's directory as its working directory and uses these names
 * as they stand, so that socket paths stay short. What a boot leaves for people to read lies at the
 * top; what lives only as long as the lab lies below run/.
 */
#ifndef WIREROOT_LAB_LAYOUT_H
#define WIREROOT_LAB_LAYOUT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define LAB_RUN_DIR	  "run"
#define LAB_HOSTS_DIR	  "run/hosts" /* dnsmasq's dhcp-hostsdir: one file for each node */
#define LAB_HTTP_DIR	  "http"
#define LAB_TFTP_DIR	  "tftp"
#define LAB_TIMELINES_DIR "timelines"
#define LAB_MEMORY_DIR	  "memory" /* notes of the memory broker */
#define LAB_CONTROL	  "run/wirerootd.sock" /* wirerootd's, with a cluster */
#define LAB_STATE_DIR	  "state" /* of a cluster: its generations */
#define LAB_LOG		  "lab.log"
#define LAB_LOCK	  "lock"

#define LAB_DNSMASQ_CONF "dnsmasq.conf"
#define LAB_GANESHA_CONF "ganesha.conf"

/* What a lab without a cluster has; else see network.h. */
#define LAB_BRIDGE	"lab"
#define LAB_ADDRESS	"10.87.0.1"
#define LAB_PREFIX	24
#define LAB_DOMAIN	"lab"
#define LAB_POOL_FIRST	"10.87.0.100"
#define LAB_POOL_LAST	"10.87.0.199"
#define LAB_NETMASK	"255.255.255.0"
#define LAB_HTTP_PORT	8017
#define LAB_MOUNT_PORT	20048
#define LAB_ROOT_EXPORT "/srv/root"

#define LAB_NFS_PORT 2049

#define LAB_NODE_NAME_MAX 32
#define LAB_NICS_MAX	  8
#define LAB_MAC_BYTES	  18 /* "52:54:00:87:12:34" and its NUL */

/* A file name below the lab's directory: "run/node-n01.pid" and the like. */
#define LAB_NAME_BYTES 64

/* A node's name: letters, digits and '-', beginning with a letter; as a host name (RFC 1123). */
bool lab_node_name_is_good(const char *name);

/*
 * The tap of NIC @nic (0 to 7) of the node called @node: NODE.N, or, as the kernel allows 15
 * characters, the beginning of a longer name and a hash of it.
 */
void lab_tap_name(const char *node, unsigned int nic, char tap[static IFNAMSIZ]);

/* The MAC of NIC @nic of the node called @node, the same in every lab. */
void lab_mac_of(const char *node, unsigned int nic, char mac[static LAB_MAC_BYTES]);

/* Is @text six pairs of hexadecimal digits with colons, and no group address? */
bool lab_mac_is_good(const char *text);

/* Can @path stand between quotes in servers' configuration files? */
bool lab_path_is_good(const char *path);

#endif
