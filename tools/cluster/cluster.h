/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster as its definition describes it, with every value resolved and checked.
 *
 * This is what is generated from: nothing behind it reads YAML. Everything belongs to the cluster
 * and lives until cluster_free(). Networks, servers, storages and images stand in the order of
 * their names, nodes in that of their names' numbers (n2 before n10), so that the order of the
 * definition shows nowhere. IPv4 addresses are in host byte order, 0 where there is none.
 */
#ifndef WIREROOT_CLUSTER_H
#define WIREROOT_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "tools/cluster/keys.h"
#include "userspace/lib/iscsi_portal.h"

#define CLUSTER_DEFAULT_FILE "/etc/wireroot/cluster.yaml"
#define CLUSTER_HTTP_PORT    8017
/* A slip of the pen, as n[1-10000000], must not take all memory. */
#define CLUSTER_NODES_MAX 250000

/* Where a value was written. Lines and columns count from 1; line 0: nowhere, a default. */
struct place {
	const char *file;
	unsigned int line, column;
};

/* Words in their order. */
struct word_list {
	const char *const *words;
	size_t count;
};

enum dhcp_mode {
	DHCP_SERVER, /* we hand out addresses */
	DHCP_PROXY, /* another server does; ours adds what to boot (PXE's ProxyDHCP) */
	DHCP_NONE, /* we answer nothing: the loader finds us by itself, nodes have static addresses
		    */
};

struct cluster_network {
	const char *name;
	struct place place;
	uint32_t subnet; /* its first address */
	unsigned int prefix; /* bits */
	unsigned int vlan; /* 0: untagged. What nodes tag once their kernel runs */
	const char *interface; /* of the boot server, or NULL: whichever has an address in it */
	enum dhcp_mode dhcp;
	uint32_t range_first,
		range_last; /* for machines without an address of their own; 0: none */
	uint32_t gateway;
	const uint32_t *dns, *ntp;
	size_t dns_count, ntp_count;
	unsigned int mtu; /* 0: whatever the interface has */
	const char *domain; /* NULL: the cluster's */
	unsigned int lease_s;
};

/* A value as written somewhere, for `wireroot node show`. */
struct cluster_value {
	const char *text; /* as a person would write it; NULL: not set */
	const char *origin; /* "nodes n[01-16]", "profile compute", "default" */
	struct place place;
	/* Of a list that adds up: what each origin says, the least first and as written, ended by
	 * one without a text; else NULL. */
	const struct cluster_value *parts;
};

enum server_role {
	SERVER_BOOT = 1, /* DHCP, TFTP, HTTP */
	SERVER_NFS = 2,
	SERVER_ISCSI = 4,
};

struct cluster_server {
	const char *name;
	struct place place;
	uint32_t address;
	const struct cluster_network *network; /* the one its address is in */
	unsigned int roles; /* enum server_role, or'ed */
	uint16_t http_port;
	bool ganesha; /* NFS by NFS-Ganesha, not by the kernel's nfsd */
	bool lio; /* iSCSI by LIO, not by tgt */
	/* With the role iscsi, where nodes log in: what the definition lists (->lists_portals),
	 * else
	 * ->address alone. */
	const struct iscsi_portal *portals;
	size_t portal_count;
	bool lists_portals;
	struct cluster_value portal_value; /* the same for people */
};

enum storage_type {
	STORAGE_LVM_THIN, /* thin volumes: a clone is a snapshot */
	STORAGE_LVM, /* plain volumes: a clone is a copy */
	STORAGE_FILE, /* sparse files: a clone shares blocks where the file system can */
};

/*
 * What the volume of a node is called: in the group of LVM, below the directory. The golden volume
 * of an image, from which nodes' are cloned, is called as that of a node CLUSTER_GOLDEN IMAGE.
 */
#define CLUSTER_VOLUME_DEVICE "/dev/%s/wr-%s"
#define CLUSTER_VOLUME_FILE   "%s/%s.img"
#define CLUSTER_GOLDEN	      "image-"

/* Where volumes are: what nodes have as their disks. */
struct cluster_storage {
	const char *name;
	struct place place;
	enum storage_type type;
	const char *group; /* of LVM; else NULL */
	const char *pool; /* of lvm-thin; else NULL */
	const char *directory; /* of files, without a slash at its end; else NULL */
	const struct cluster_server *server; /* that has it */
};

struct cluster_image {
	const char *name;
	struct place place;
	const struct cluster_server *server; /* exports it; NULL when no node mounts it */
	const char *path; /* of the root file system on the server */
	bool writable;
	const char *kernel; /* version, resolved: "6.1.0-56-amd64" */
	const char *vmlinuz; /* a file on the host where wireroot runs */
	const char *modules; /* directory that holds VERSION/ */
	const char *firmware; /* directory, or NULL: none */
};

/* A machine that lends and is no node. */
struct cluster_memory_host {
	const char *name;
	struct place place;
	uint32_t address;
	const char *rack; /* or NULL */
	uint64_t reserve_bytes; /* 0: what wireroot-lend thinks */
};

/* How memory is lent: Documentation/memory.md. */
struct cluster_memory {
	bool used; /* there is a member: somebody lends or borrows */
	const struct cluster_server *server; /* with the broker; not NULL with ->used */
	unsigned int lease_s, deadline_s;
	const char *policy; /* "wait" */
	unsigned int line_port; /* 0: off */
	struct cluster_memory_host *hosts;
	size_t host_count;
};

enum node_root { ROOT_NFS, ROOT_ISCSI };
/* Who proves itself by a secret: nobody, the node to its target, or each to the other. */
enum node_chap { CHAP_NONE, CHAP_ONE_WAY, CHAP_MUTUAL };
enum node_loader { LOADER_IPXE, LOADER_PXELINUX, LOADER_GRUB };

struct cluster_variable {
	const char *name, *text;
	const char *origin;
	struct place place;
};

struct cluster_node {
	const char *name;
	struct place place; /* of the first entry that names it */
	bool has_mac;
	uint8_t mac[6];
	uint32_t address;
	const struct cluster_network *network;
	const struct cluster_server *server; /* boots it */
	const struct cluster_image *image;
	const struct cluster_server *iscsi; /* root: iscsi: has the disk; else NULL */
	enum node_root root;
	enum node_loader loader;
	const char *nfs_version; /* "4.2", or NULL: whatever works */
	struct word_list mount_options;
	bool read_write;
	const char *overlay; /* as wireroot.overlay= has it, or NULL: none */
	enum node_chap chap; /* root: iscsi; else none */
	const char *disk; /* root: iscsi: the device or file on the server */
	/* root: iscsi: those of ->iscsi that it logs in at, the one that it prefers first. */
	const struct iscsi_portal *portals;
	size_t portal_count;
	const struct cluster_storage *storage; /* root: iscsi: that ->disk is in; may be NULL */
	uint64_t volume_bytes; /* of the disk, with ->storage */
	const char *file_system; /* root: iscsi: of the disk: "ext4" */
	struct word_list append; /* kernel command line, variables filled in */
	struct word_list parameters; /* words for the segment, variables filled in */
	const char *init; /* NULL: the init's own choice */
	const char *onfail; /* NULL: retry */
	bool drivers_auto; /* all wired NICs' */
	struct word_list drivers; /* else these, in this order; sorted as the init loads them */
	bool rescue; /* base image with a shell */
	const char *swap; /* as wireroot.swap= has it: "remote:4G", or NULL: none */
	bool borrow, lend; /* memory, while it runs; ->borrow also with ->swap */
	uint64_t borrow_bytes_max; /* 0: no limit */
	uint64_t lend_reserve_bytes; /* 0: what wireroot-lend thinks */
	const char *rack; /* or NULL */
	/* For `wireroot lab`. */
	bool lab_uefi;
	const char *lab_nic;
	unsigned int lab_memory_mib, lab_cpus;
	/* Every value with where it comes from, by enum node_key; what keys.h calls a list is text
	 * with commas. */
	struct cluster_value values[NODE_KEY_COUNT];
	const struct cluster_variable *variables;
	size_t variable_count;
	struct word_list profiles; /* all that apply, the least first */
	struct word_list groups; /* the definition's groups that it is in */
};

struct cluster_group {
	const char *name;
	struct place place;
	const char *nodes; /* as written */
};

struct cluster {
	const char *name;
	const char *domain; /* NULL: none */
	const char *iqn; /* "iqn.2026-11.example.demo": targets' names begin with it; NULL: none */
	const char *node_template, *boot_template; /* iPXE templates' contents; NULL: built-in */
	struct cluster_network *networks;
	size_t network_count;
	struct cluster_server *servers;
	size_t server_count;
	struct cluster_storage *storages;
	size_t storage_count;
	struct cluster_image *images;
	size_t image_count;
	struct cluster_node *nodes;
	size_t node_count;
	struct cluster_group *groups;
	size_t group_count;
	struct cluster_memory memory;
	struct arena *arena; /* private: holds all of the above */
};

struct findings;

/* A file of the definition as it is to be, in the place of what is on disk. */
struct cluster_edit {
	const char *path; /* cluster_load()'s, or "DIRECTORY/nodes.d/NAME.yaml" beside it */
	const char *text; /* NULL: as if the file were not there */
	size_t length;
};

struct cluster_options {
	/* Do not look for what the definition names: kernels, modules, templates. "newest" then
	 * stays as it is, and nothing can be generated. */
	bool skip_files;
	size_t nodes_max; /* 0: CLUSTER_NODES_MAX */
	const struct cluster_edit *edits;
	size_t edit_count;
};

/*
 * Read the definition at @path and its drop-ins (files that end in .yaml in nodes.d/ beside it, in
 * the order of their names), resolve and check it. All that is wrong goes to @findings, in the
 * order of files and lines. Returns 0 with a cluster that nothing is wrong with (there may be
 * warnings), -EINVAL when there are errors among @findings, or another -errno with @fault when a
 * file could not be read. cluster_free() must be called in any case.
 */
int cluster_load(struct cluster *cluster, const char *path, struct findings *findings,
		 struct fault *fault);

/* The same; @options may be NULL. */
int cluster_load_with(struct cluster *cluster, const char *path,
		      const struct cluster_options *options, struct findings *findings,
		      struct fault *fault);
void cluster_free(struct cluster *cluster);

/* By name; NULL when there is none. */
const struct cluster_node *cluster_find_node(const struct cluster *cluster, const char *name);
const struct cluster_server *cluster_find_server(const struct cluster *cluster, const char *name);
const struct cluster_storage *cluster_find_storage(const struct cluster *cluster, const char *name);
const struct cluster_image *cluster_find_image(const struct cluster *cluster, const char *name);

#endif
