/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of cluster.yaml: name, type, meaning, in one table, which the loader, the checks, the
 * listing of a node's values and the manual's test read.
 */
#ifndef WIREROOT_KEYS_H
#define WIREROOT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* The maps of a definition. */
enum section {
	SECTION_TOP,
	SECTION_CLUSTER,
	SECTION_TEMPLATES,
	SECTION_NETWORK,
	SECTION_SERVER,
	SECTION_STORAGE,
	SECTION_IMAGE,
	SECTION_MEMORY,
	SECTION_MEMORY_HOST,
	SECTION_NODE, /* and a profile */
	SECTION_COUNT,
};

enum top_key {
	TOP_CLUSTER,
	TOP_TEMPLATES,
	TOP_NETWORKS,
	TOP_SERVERS,
	TOP_STORAGE,
	TOP_IMAGES,
	TOP_MEMORY,
	TOP_GROUPS,
	TOP_PROFILES,
	TOP_NODES,
	TOP_KEY_COUNT,
};

enum cluster_key { CLUSTER_NAME, CLUSTER_DOMAIN, CLUSTER_IQN, CLUSTER_KEY_COUNT };

enum template_key { TEMPLATE_NODE, TEMPLATE_BOOT, TEMPLATE_KEY_COUNT };

enum network_key {
	NETWORK_SUBNET,
	NETWORK_INTERFACE,
	NETWORK_VLAN,
	NETWORK_DHCP,
	NETWORK_RANGE,
	NETWORK_GATEWAY,
	NETWORK_DNS,
	NETWORK_NTP,
	NETWORK_MTU,
	NETWORK_DOMAIN,
	NETWORK_LEASE,
	NETWORK_KEY_COUNT,
};

enum server_key {
	SERVER_ADDRESS,
	SERVER_ROLES,
	SERVER_HTTP_PORT,
	SERVER_NFS_SERVER,
	SERVER_ISCSI_TARGET,
	SERVER_PORTALS,
	SERVER_KEY_COUNT,
};

enum storage_key {
	STORAGE_TYPE,
	STORAGE_GROUP,
	STORAGE_POOL,
	STORAGE_DIRECTORY,
	STORAGE_SERVER,
	STORAGE_KEY_COUNT,
};

enum image_key {
	IMAGE_PATH,
	IMAGE_SERVER,
	IMAGE_KERNEL,
	IMAGE_MODULES,
	IMAGE_VMLINUZ,
	IMAGE_FIRMWARE,
	IMAGE_WRITABLE,
	IMAGE_KEY_COUNT,
};

enum memory_key {
	MEMORY_SERVER,
	MEMORY_LEASE,
	MEMORY_DEADLINE,
	MEMORY_POLICY,
	MEMORY_LINE_PORT,
	MEMORY_RACKS,
	MEMORY_HOSTS,
	MEMORY_KEY_COUNT,
};

enum memory_host_key {
	MEMORY_HOST_ADDRESS,
	MEMORY_HOST_RACK,
	MEMORY_HOST_RESERVE,
	MEMORY_HOST_KEY_COUNT,
};

/* What may be said of a node, itself or by a profile. In the order in which `node show` lists. */
enum node_key {
	NODE_PROFILES,
	NODE_MAC, /* not in a profile */
	NODE_ADDRESS, /* not in a profile */
	NODE_NETWORK,
	NODE_SERVER,
	NODE_IMAGE,
	NODE_ROOT,
	NODE_STORAGE,
	NODE_VOLUME_SIZE,
	NODE_FILE_SYSTEM,
	NODE_DISK,
	NODE_PORTALS,
	NODE_CHAP,
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
	NODE_SWAP,
	NODE_BORROW,
	NODE_BORROW_LIMIT,
	NODE_LEND,
	NODE_LEND_RESERVE,
	NODE_RACK,
	/* "lab.firmware": the key firmware in the map lab. */
	NODE_LAB_FIRMWARE,
	NODE_LAB_NIC,
	NODE_LAB_MEMORY,
	NODE_LAB_CPUS,
	NODE_KEY_COUNT,
	/* A map of its own, which no single value stands for. */
	NODE_VARIABLES = NODE_KEY_COUNT,
	NODE_ALL_KEY_COUNT,
};

enum key_type {
	KEY_LABEL, /* letters, digits, '-' */
	KEY_NAME, /* of something in the definition */
	KEY_HOST, /* a DNS name */
	KEY_IQN,
	KEY_CHOICE, /* one of ->choices */
	KEY_SWITCH, /* yes or no */
	KEY_NUMBER, /* from ->minimum to ->maximum */
	KEY_DURATION, /* number with s, m, h or d; seconds from ->minimum to ->maximum */
	KEY_SIZE, /* number with K, M, G or T; MiB from ->minimum to ->maximum */
	KEY_IPV4,
	KEY_SUBNET,
	KEY_RANGE, /* of addresses */
	KEY_INTERFACE,
	KEY_VERSION, /* of a kernel */
	KEY_FILE, /* absolute, or relative to cluster.yaml */
	KEY_PATH, /* absolute */
	KEY_DISK, /* KEY_PATH, with variables */
	KEY_MODEL, /* QEMU's name of a device */
	KEY_PARAMETER, /* what the init takes behind ->word */
	KEY_PAIRED, /* one for each node; judged when they are dealt out */
	/* Lists; a single text may stand for one. */
	KEY_ROLES, /* of ->choices */
	KEY_IPV4S,
	KEY_PORTALS, /* of iSCSI targets */
	KEY_NAMES, /* of things in the definition */
	KEY_MODULES,
	KEY_WORDS, /* of a kernel command line, with variables */
	KEY_OPTIONS, /* of mount(8), with variables */
	/* Maps. */
	KEY_MAP, /* of something with keys of its own */
	KEY_SECTIONS, /* of names to such maps */
	KEY_GROUPS, /* of names to node sets */
	KEY_VARIABLES, /* of names to texts */
};

struct key {
	const char *name;
	enum key_type type;
	bool required;
	const char *choices; /* parted by blanks */
	unsigned int minimum, maximum;
	const char *word; /* of KEY_PARAMETER: "init=" */
	const char *fallback; /* when it is not given; NULL: nothing, or what the meaning says */
	const char *meaning; /* one line */
	const char *example; /* of a required key: what to write */
};

struct section_keys {
	const char *what; /* "a network" */
	const struct key *keys;
	size_t count;
};

extern const struct section_keys section_keys[SECTION_COUNT];

/* The number of the key @name of @section, or -1. */
int key_find(enum section section, const char *name);

/* May the key have several values? */
bool key_is_list(enum key_type type);

/*
 * Is @text one value (of a list: one word) as @key wants it? For KEY_PAIRED and lists of names this
 * judges only what can be said without the rest of the definition.
 */
bool key_accepts(const struct key *key, const char *text);

/* What @key wants, for a sentence that begins with "it has to be". The text may be in @buffer. */
const char *key_wants(const struct key *key, char *buffer, size_t bytes);

/* Values that key_accepts() let pass. */
bool key_switch(const char *text); /* yes? */
unsigned int key_duration_s(const char *text);

#endif
