// SPDX-License-Identifier: GPL-2.0-only
/* The keys of cluster.yaml and what their values look like; see keys.h. */
#include "tools/cluster/keys.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "userspace/lib/iscsi_portal.h"
#include "userspace/lib/size.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DAY_S 86400

/* Ethernet's smallest that IPv4 hosts must take (RFC 791), and the largest that anything has. */
#define MTU_MIN 576
#define MTU_MAX 65535

/* Of a volume in MiB. No file system that we make fits into less; ext4 ends at the other. */
#define VOLUME_MIB_MIN 16
#define VOLUME_MIB_MAX (16 * 1024 * 1024)

/* Of memory that is lent or kept, in MiB. */
#define MEMORY_MIB_MAX (16 * 1024 * 1024)

static const struct key top_keys[TOP_KEY_COUNT] = {
	[TOP_CLUSTER] = { .name = "cluster",
			  .type = KEY_MAP,
			  .required = true,
			  .example = "cluster: { name: demo }",
			  .meaning = "what the cluster is called" },
	[TOP_TEMPLATES] = { .name = "templates",
			    .type = KEY_MAP,
			    .meaning = "iPXE scripts of one's own" },
	[TOP_NETWORKS] = { .name = "networks",
			   .type = KEY_SECTIONS,
			   .required = true,
			   .example = "networks: { boot: { subnet: 10.0.0.0/24 } }",
			   .meaning = "the networks that nodes boot from, by name" },
	[TOP_SERVERS] = { .name = "servers",
			  .type = KEY_SECTIONS,
			  .required = true,
			  .example = "servers: { head: { address: 10.0.0.1, roles: [boot, nfs] } }",
			  .meaning = "who boots the nodes and has their roots, by name" },
	[TOP_STORAGE] = { .name = "storage",
			  .type = KEY_SECTIONS,
			  .meaning = "where disks of nodes are, by name" },
	[TOP_IMAGES] = { .name = "images",
			 .type = KEY_SECTIONS,
			 .meaning = "root file systems, by name" },
	[TOP_MEMORY] = { .name = "memory",
			 .type = KEY_MAP,
			 .meaning = "how memory is lent between nodes" },
	[TOP_GROUPS] = { .name = "groups",
			 .type = KEY_GROUPS,
			 .meaning = "names for sets of nodes: @NAME stands for them" },
	[TOP_PROFILES] = { .name = "profiles",
			   .type = KEY_SECTIONS,
			   .meaning = "what several nodes have in common, by name" },
	[TOP_NODES] = { .name = "nodes",
			.type = KEY_SECTIONS,
			.meaning = "the nodes, by sets of their names" },
};

static const struct key cluster_keys[CLUSTER_KEY_COUNT] = {
	[CLUSTER_NAME] = { .name = "name",
			   .type = KEY_LABEL,
			   .required = true,
			   .example = "name: demo",
			   .meaning = "what it is called" },
	[CLUSTER_DOMAIN] = { .name = "domain",
			     .type = KEY_HOST,
			     .meaning = "DNS domain of all nodes" },
	[CLUSTER_IQN] = { .name = "iqn",
			  .type = KEY_IQN,
			  .meaning = "what the names of iSCSI targets begin with" },
};

static const struct key template_keys[TEMPLATE_KEY_COUNT] = {
	[TEMPLATE_NODE] = { .name = "node",
			    .type = KEY_FILE,
			    .fallback = "built in",
			    .meaning = "iPXE script of a node" },
	[TEMPLATE_BOOT] = { .name = "boot",
			    .type = KEY_FILE,
			    .fallback = "built in",
			    .meaning = "first iPXE script" },
};

static const struct key network_keys[NETWORK_KEY_COUNT] = {
	[NETWORK_SUBNET] = { .name = "subnet",
			     .type = KEY_SUBNET,
			     .required = true,
			     .example = "subnet: 10.0.0.0/24",
			     .meaning = "its addresses: first address and bits" },
	[NETWORK_INTERFACE] = { .name = "interface",
				.type = KEY_INTERFACE,
				.meaning = "of the boot server; else whichever has an address in "
					   "the subnet" },
	[NETWORK_VLAN] = { .name = "vlan",
			   .type = KEY_NUMBER,
			   .minimum = 1,
			   .maximum = 4094,
			   .meaning = "tag that nodes use once their kernel runs; else untagged" },
	[NETWORK_DHCP] = { .name = "dhcp",
			   .type = KEY_CHOICE,
			   .choices = "server proxy none",
			   .fallback = "server",
			   .meaning = "who hands out addresses: we, somebody else, nobody" },
	[NETWORK_RANGE] = { .name = "range",
			    .type = KEY_RANGE,
			    .meaning = "addresses for machines that have none of their own" },
	[NETWORK_GATEWAY] = { .name = "gateway",
			      .type = KEY_IPV4,
			      .meaning = "router to other networks" },
	[NETWORK_DNS] = { .name = "dns", .type = KEY_IPV4S, .meaning = "DNS servers" },
	[NETWORK_NTP] = { .name = "ntp", .type = KEY_IPV4S, .meaning = "NTP servers" },
	[NETWORK_MTU] = { .name = "mtu",
			  .type = KEY_NUMBER,
			  .minimum = MTU_MIN,
			  .maximum = MTU_MAX,
			  .meaning = "largest packet in bytes; else the interface's own" },
	[NETWORK_DOMAIN] = { .name = "domain",
			     .type = KEY_HOST,
			     .meaning = "DNS domain of its nodes; else the cluster's" },
	[NETWORK_LEASE] = { .name = "lease",
			    .type = KEY_DURATION,
			    .minimum = 120, /* dnsmasq takes no less */
			    .maximum = 365 * DAY_S,
			    .fallback = "1h",
			    .meaning = "how long an address is lent" },
};

static const struct key server_keys[SERVER_KEY_COUNT] = {
	[SERVER_ADDRESS] = { .name = "address",
			     .type = KEY_IPV4,
			     .required = true,
			     .example = "address: 10.0.0.1",
			     .meaning = "inside of exactly one network" },
	[SERVER_ROLES] = { .name = "roles",
			   .type = KEY_ROLES,
			   .required = true,
			   .example = "roles: [boot, nfs]",
			   .choices = "boot nfs iscsi",
			   .meaning = "what it does: DHCP, TFTP and HTTP; roots by NFS; disks by "
				      "iSCSI" },
	[SERVER_HTTP_PORT] = { .name = "http-port",
			       .type = KEY_NUMBER,
			       .minimum = 1,
			       .maximum = 65535,
			       .fallback = "8017",
			       .meaning = "of wirerootd, for files and for reports of nodes" },
	[SERVER_NFS_SERVER] = { .name = "nfs",
				.type = KEY_CHOICE,
				.choices = "kernel ganesha",
				.fallback = "kernel",
				.meaning = "which NFS server runs there" },
	[SERVER_ISCSI_TARGET] = { .name = "iscsi",
				  .type = KEY_CHOICE,
				  .choices = "tgt lio",
				  .fallback = "tgt",
				  .meaning = "which iSCSI target runs there" },
	[SERVER_PORTALS] = { .name = "iscsi-portals",
			     .type = KEY_PORTALS,
			     .meaning = "where nodes log in to its targets; else at its address" },
};

static const struct key storage_keys[STORAGE_KEY_COUNT] = {
	[STORAGE_TYPE] = { .name = "type",
			   .type = KEY_CHOICE,
			   .choices = "lvm-thin lvm file",
			   .fallback = "lvm-thin",
			   .meaning = "what a disk is: a thin volume, a plain one, a sparse file" },
	[STORAGE_GROUP] = { .name = "group",
			    .type = KEY_NAME,
			    .meaning = "the volume group of LVM; not for files" },
	[STORAGE_POOL] = { .name = "pool",
			   .type = KEY_NAME,
			   .meaning = "the thin pool in the group; for lvm-thin alone" },
	[STORAGE_DIRECTORY] = { .name = "directory",
				.type = KEY_PATH,
				.meaning = "where the files are; for type file alone" },
	[STORAGE_SERVER] = { .name = "server",
			     .type = KEY_NAME,
			     .meaning = "that has it; else the only one with the role iscsi" },
};

static const struct key image_keys[IMAGE_KEY_COUNT] = {
	[IMAGE_PATH] = { .name = "path",
			 .type = KEY_PATH,
			 .required = true,
			 .example = "path: /srv/images/debian12",
			 .meaning = "of the root file system, on its server" },
	[IMAGE_SERVER] = { .name = "server",
			   .type = KEY_NAME,
			   .meaning = "that exports it; else the only one with the role nfs" },
	[IMAGE_KERNEL] = { .name = "kernel",
			   .type = KEY_VERSION,
			   .fallback = "newest",
			   .meaning = "version, as uname -r says it, or newest" },
	[IMAGE_MODULES] = { .name = "modules",
			    .type = KEY_FILE,
			    .meaning = "directory with VERSION/; else PATH/lib/modules or "
				       "PATH/usr/lib/modules" },
	[IMAGE_VMLINUZ] = { .name = "vmlinuz",
			    .type = KEY_FILE,
			    .meaning = "the kernel; else PATH/boot/vmlinuz-VERSION" },
	[IMAGE_FIRMWARE] = { .name = "firmware",
			     .type = KEY_FILE,
			     .meaning = "directory; else PATH/lib/firmware or "
					"PATH/usr/lib/firmware" },
	[IMAGE_WRITABLE] = { .name = "writable",
			     .type = KEY_SWITCH,
			     .fallback = "no",
			     .meaning = "exported for reading and writing" },
};

static const struct key memory_keys[MEMORY_KEY_COUNT] = {
	[MEMORY_SERVER] = { .name = "server",
			    .type = KEY_NAME,
			    .meaning = "that brokers; else the only one with the role boot" },
	[MEMORY_LEASE] = { .name = "lease",
			   .type = KEY_DURATION,
			   .minimum = 10,
			   .maximum = DAY_S,
			   .fallback = "30s",
			   .meaning = "how long a member counts as there that is not heard of" },
	[MEMORY_DEADLINE] = { .name = "deadline",
			      .type = KEY_DURATION,
			      .minimum = 1,
			      .maximum = DAY_S,
			      .fallback = "5m",
			      .meaning = "how long giving memory back may take before the policy "
					 "decides" },
	[MEMORY_POLICY] = { .name = "policy",
			    .type = KEY_CHOICE,
			    .choices = "wait stop-processes",
			    .fallback = "wait",
			    .meaning = "what a borrower does that is over the deadline" },
	[MEMORY_LINE_PORT] = { .name = "line-port",
			       .type = KEY_NUMBER,
			       .minimum = 1,
			       .maximum = 65535,
			       .meaning = "of the line protocol (want.iscsi); else it is off" },
	[MEMORY_RACKS] = { .name = "racks",
			   .type = KEY_NAMES,
			   .meaning = "names of racks, for rack: of nodes and hosts" },
	[MEMORY_HOSTS] = { .name = "hosts",
			   .type = KEY_SECTIONS,
			   .meaning = "machines that lend and are no nodes, by name" },
};

static const struct key memory_host_keys[MEMORY_HOST_KEY_COUNT] = {
	[MEMORY_HOST_ADDRESS] = { .name = "address",
				  .type = KEY_IPV4,
				  .required = true,
				  .example = "address: 10.0.0.5",
				  .meaning = "that borrowers reach it by" },
	[MEMORY_HOST_RACK] = { .name = "rack", .type = KEY_NAME, .meaning = "that it is in" },
	[MEMORY_HOST_RESERVE] = { .name = "reserve",
				  .type = KEY_SIZE,
				  .minimum = 1,
				  .maximum = MEMORY_MIB_MAX,
				  .meaning = "what it keeps for itself; else what wireroot-lend "
					     "thinks" },
};

static const struct key node_keys[NODE_ALL_KEY_COUNT] = {
	[NODE_PROFILES] = { .name = "profiles",
			    .type = KEY_NAMES,
			    .meaning = "what it has in common with others; later ones outrank" },
	[NODE_MAC] = { .name = "mac",
		       .type = KEY_PAIRED,
		       .meaning = "Ethernet address of the interface that it boots from" },
	[NODE_ADDRESS] = { .name = "address",
			   .type = KEY_PAIRED,
			   .meaning = "IPv4 address, or a range for a set of nodes" },
	[NODE_NETWORK] = { .name = "network",
			   .type = KEY_NAME,
			   .meaning = "that it boots from; else the one of its address, or the "
				      "only one" },
	[NODE_SERVER] = { .name = "server",
			  .type = KEY_NAME,
			  .meaning = "that boots it; else the only one with the role boot" },
	[NODE_IMAGE] = { .name = "image", .type = KEY_NAME, .meaning = "its root file system" },
	[NODE_ROOT] = { .name = "root",
			.type = KEY_CHOICE,
			.choices = "nfs iscsi",
			.fallback = "nfs",
			.meaning = "how it gets at its root" },
	[NODE_STORAGE] = { .name = "storage",
			   .type = KEY_NAME,
			   .meaning = "with root: iscsi, where the volume is that it has as its "
				      "disk" },
	[NODE_VOLUME_SIZE] = { .name = "volume-size",
			       .type = KEY_SIZE,
			       .minimum = VOLUME_MIB_MIN,
			       .maximum = VOLUME_MIB_MAX,
			       .fallback = "8G",
			       .meaning = "of the volume in the storage" },
	[NODE_FILE_SYSTEM] = { .name = "file-system",
			       .type = KEY_CHOICE,
			       .choices = "ext4 xfs btrfs",
			       .fallback = "ext4",
			       .meaning =
				       "of the disk: its volume gets it, its initrd can mount it" },
	[NODE_DISK] = { .name = "disk",
			.type = KEY_DISK,
			.meaning = "with root: iscsi, device or file on the server; instead of "
				   "storage" },
	[NODE_PORTALS] = { .name = "iscsi-portals",
			   .type = KEY_PORTALS,
			   .meaning = "with root: iscsi, those of its server that it logs in at; "
				      "else all" },
	[NODE_CHAP] = { .name = "chap",
			.type = KEY_CHOICE,
			.choices = "none one-way mutual",
			.fallback = "mutual",
			.meaning = "with root: iscsi, who proves itself to whom by a secret" },
	[NODE_ACCESS] = { .name = "access",
			  .type = KEY_CHOICE,
			  .choices = "ro rw",
			  .fallback = "ro",
			  .meaning = "how the root is mounted; with storage rw unless said "
				     "otherwise" },
	[NODE_OVERLAY] = { .name = "overlay",
			   .type = KEY_PARAMETER,
			   .word = "wireroot.overlay=",
			   .fallback = "none",
			   .meaning = "what keeps changes until it is switched off: none, tmpfs, "
				      "tmpfs:SIZE" },
	[NODE_NFS_VERSION] = { .name = "nfs-version",
			       .type = KEY_CHOICE,
			       .choices = "3 4 4.0 4.1 4.2",
			       .meaning = "of the root's mount; else the best that works" },
	[NODE_MOUNT_OPTIONS] = { .name = "mount-options",
				 .type = KEY_OPTIONS,
				 .meaning = "NFS options of the root's mount" },
	[NODE_INIT] = { .name = "init",
			.type = KEY_PARAMETER,
			.word = "init=",
			.meaning = "program that takes over; else /sbin/init and its fall-backs" },
	[NODE_APPEND] = { .name = "append",
			  .type = KEY_WORDS,
			  .meaning = "words of the kernel command line" },
	[NODE_PARAMETERS] = { .name = "parameters",
			      .type = KEY_WORDS,
			      .meaning = "words of the node file in the initrd" },
	[NODE_ONFAIL] = { .name = "onfail",
			  .type = KEY_CHOICE,
			  .choices = "retry reboot shell poweroff",
			  .fallback = "retry",
			  .meaning = "what it does when the boot fails" },
	[NODE_LOADER] = { .name = "loader",
			  .type = KEY_CHOICE,
			  .choices = "ipxe pxelinux grub",
			  .fallback = "ipxe",
			  .meaning = "what loads its kernel" },
	[NODE_DRIVERS] = { .name = "drivers",
			   .type = KEY_MODULES,
			   .fallback = "auto",
			   .meaning = "auto (all wired ones), detected, or modules in the order "
				      "of loading" },
	[NODE_DETECTED] = { .name = "detected",
			    .type = KEY_MODULES,
			    .meaning = "modules that discovery found it to need" },
	[NODE_RESCUE] = { .name = "rescue",
			  .type = KEY_SWITCH,
			  .fallback = "no",
			  .meaning = "a shell in its initrd" },
	[NODE_SWAP] = { .name = "swap",
			.type = KEY_PARAMETER,
			.word = "wireroot.swap=",
			.fallback = "none",
			.meaning = "what its init attaches: none, "
				   "remote:SIZE[,mirror=lender|disk][,mode=plain|lvm]" },
	[NODE_BORROW] = { .name = "borrow",
			  .type = KEY_SWITCH,
			  .meaning = "memory of others while it runs; else when it has swap" },
	[NODE_BORROW_LIMIT] = { .name = "borrow-limit",
				.type = KEY_SIZE,
				.minimum = 1,
				.maximum = MEMORY_MIB_MAX,
				.meaning = "what it may borrow in all; else there is no limit" },
	[NODE_LEND] = { .name = "lend",
			.type = KEY_SWITCH,
			.fallback = "no",
			.meaning = "its spare memory to others" },
	[NODE_LEND_RESERVE] = { .name = "lend-reserve",
				.type = KEY_SIZE,
				.minimum = 1,
				.maximum = MEMORY_MIB_MAX,
				.meaning = "what it keeps for itself when it lends; else what "
					   "wireroot-lend thinks" },
	[NODE_RACK] = { .name = "rack",
			.type = KEY_NAME,
			.meaning = "that it is in, of memory: racks:" },
	[NODE_LAB_FIRMWARE] = { .name = "lab.firmware",
				.type = KEY_CHOICE,
				.choices = "bios uefi",
				.fallback = "bios",
				.meaning = "in the lab" },
	[NODE_LAB_NIC] = { .name = "lab.nic",
			   .type = KEY_MODEL,
			   .fallback = "virtio",
			   .meaning = "QEMU's model of its interface in the lab" },
	[NODE_LAB_MEMORY] = { .name = "lab.memory",
			      .type = KEY_NUMBER,
			      .minimum = 64,
			      .maximum = 1048576,
			      .fallback = "512",
			      .meaning = "MiB in the lab" },
	[NODE_LAB_CPUS] = { .name = "lab.cpus",
			    .type = KEY_NUMBER,
			    .minimum = 1,
			    .maximum = 255,
			    .fallback = "2",
			    .meaning = "in the lab" },
	[NODE_VARIABLES] = { .name = "variables",
			     .type = KEY_VARIABLES,
			     .meaning = "texts to be put in for @NAME@" },
};

const struct section_keys section_keys[SECTION_COUNT] = {
	[SECTION_TOP] = { "the definition", top_keys, COUNT(top_keys) },
	[SECTION_CLUSTER] = { "cluster", cluster_keys, COUNT(cluster_keys) },
	[SECTION_TEMPLATES] = { "templates", template_keys, COUNT(template_keys) },
	[SECTION_NETWORK] = { "a network", network_keys, COUNT(network_keys) },
	[SECTION_SERVER] = { "a server", server_keys, COUNT(server_keys) },
	[SECTION_STORAGE] = { "a storage", storage_keys, COUNT(storage_keys) },
	[SECTION_IMAGE] = { "an image", image_keys, COUNT(image_keys) },
	[SECTION_MEMORY] = { "memory", memory_keys, COUNT(memory_keys) },
	[SECTION_MEMORY_HOST] = { "a host", memory_host_keys, COUNT(memory_host_keys) },
	[SECTION_NODE] = { "a node", node_keys, COUNT(node_keys) },
};

int key_find(enum section section, const char *name)
{
	const struct section_keys *keys = &section_keys[section];

	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->keys[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool key_is_list(enum key_type type)
{
	return type >= KEY_ROLES && type <= KEY_OPTIONS;
}

/* Is @text, not empty, of letters, digits and @others alone? */
static bool is_made_of(const char *text, const char *others)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!(*text >= '0' && *text <= '9') && !(*text >= 'a' && *text <= 'z') &&
		    !(*text >= 'A' && *text <= 'Z') && !strchr(others, *text))
			return false;
	return true;
}

/* Of names in the definition, which become parts of file names and of other programs' files. */
static bool is_name(const char *text)
{
	return is_made_of(text, "._-") && strchr("._-", *text) == NULL && strlen(text) <= 63;
}

static bool is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);

	while (length && choices) {
		choices += strspn(choices, " ");
		if (strncmp(choices, text, length) == 0 &&
		    (!choices[length] || choices[length] == ' '))
			return true;
		choices = strchr(choices, ' ');
	}
	return false;
}

/* "iqn.2026-11.example.demo[:TEXT]" (RFC 3720 section 3.2.6.3.1), in lower case. */
static bool is_iqn(const char *text)
{
	const char *digits = "0123456789";

	if (strncmp(text, "iqn.", 4) != 0 || strspn(text + 4, digits) != 4 || text[8] != '-' ||
	    strspn(text + 9, digits) != 2 || text[11] != '.' || !text[12])
		return false;
	for (const char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			return false;
	/* 223 bytes are the limit; ":initiator:" and a node's name of 63 come behind it. */
	return is_made_of(text, ".-:") && strlen(text) <= 149;
}

static bool is_number(const char *text, unsigned int minimum, unsigned int maximum)
{
	uint32_t number;

	return value_number(text, maximum, &number) && number >= minimum;
}

static bool parse_duration(const char *text, uint32_t *seconds)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S } };
	size_t length = strlen(text);
	char digits[12];

	if (length < 2 || length > sizeof(digits))
		return false;
	memcpy(digits, text, length - 1);
	digits[length - 1] = '\0';
	for (size_t i = 0; i < COUNT(units); i++)
		if (text[length - 1] == units[i].unit &&
		    value_number(digits, UINT32_MAX / units[i].seconds, seconds)) {
			*seconds *= units[i].seconds;
			return true;
		}
	return false;
}

static bool is_duration(const char *text, unsigned int minimum, unsigned int maximum)
{
	uint32_t seconds;

	return parse_duration(text, &seconds) && seconds >= minimum && seconds <= maximum;
}

static bool is_size(const char *text, unsigned int minimum_mib, unsigned int maximum_mib)
{
	uint64_t bytes;

	return size_read(text, &bytes) && bytes >= (uint64_t)minimum_mib << 20 &&
	       bytes <= (uint64_t)maximum_mib << 20;
}

static bool is_ipv4(const char *text)
{
	uint32_t address;

	return value_ipv4(text, &address) && address;
}

/* Cut at @separator; what is before it goes to @head. NULL when there is none or it is too long. */
static const char *cut(const char *text, char separator, char head[static IPV4_TEXT_BYTES])
{
	const char *at = strchr(text, separator);

	if (!at || at - text >= IPV4_TEXT_BYTES)
		return NULL;
	memcpy(head, text, (size_t)(at - text));
	head[at - text] = '\0';
	return at + 1;
}

static bool is_portal(const char *text)
{
	struct iscsi_portal portal;

	return iscsi_portal_parse(text, &portal);
}

/* /31 and /32 have no room for a server and a node. */
static bool is_subnet(const char *text)
{
	char address[IPV4_TEXT_BYTES];
	const char *bits = cut(text, '/', address);

	return bits && is_ipv4(address) && is_number(bits, 1, 30) && strlen(bits) <= 2;
}

static bool is_range(const char *text)
{
	char first[IPV4_TEXT_BYTES];
	const char *last = cut(text, '-', first);

	return last && is_ipv4(first) && is_ipv4(last);
}

/* Does a part of the path lead upwards? */
static bool climbs(const char *path)
{
	while ((path = strstr(path, "/.."))) {
		path += 3;
		if (*path == '/' || !*path)
			return true;
	}
	return false;
}

/*
 * Paths end up in other programs' configuration, each with its own quoting, and in root=, where
 * ':' and ',' part it from options and '%s' is the host name. None of it needs any of that.
 */
static bool is_plain_path(const char *text, const char *others)
{
	return is_made_of(text, others) && strlen(text) <= 200 && !climbs(text);
}

/* A word of the kernel command line: printable, and its blanks inside of double quotes. */
static bool is_command_word(const char *text)
{
	bool quoted = false;

	if (!*text || !value_plain(text) || *text == '#' || *text == '-')
		return false;
	for (; *text; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (*text == ' ' && !quoted)
			return false;
	}
	return !quoted;
}

/* Numbers and addresses. */
static bool accepts_value(const struct key *key, const char *text)
{
	switch (key->type) {
	case KEY_NUMBER:
		return is_number(text, key->minimum, key->maximum);
	case KEY_DURATION:
		return is_duration(text, key->minimum, key->maximum);
	case KEY_SIZE:
		return is_size(text, key->minimum, key->maximum);
	case KEY_IPV4:
	case KEY_IPV4S:
		return is_ipv4(text);
	case KEY_PORTALS:
		return is_portal(text);
	case KEY_SUBNET:
		return is_subnet(text);
	case KEY_RANGE:
		return is_range(text);
	default:
		return true;
	}
}

/* Names that other programs give a meaning to. */
static bool accepts_foreign_name(enum key_type type, const char *text)
{
	switch (type) {
	case KEY_HOST:
		return value_host_name(text, DNS_NAME_LENGTH);
	case KEY_IQN:
		return is_iqn(text);
	case KEY_INTERFACE:
		return value_interface(text) && is_made_of(text, "._-@");
	case KEY_VERSION:
		return is_made_of(text, ".+~_-") && !strchr(".+~_-", *text) && strlen(text) <= 64;
	case KEY_MODEL:
		return is_made_of(text, "-_") && *text != '-' && strlen(text) <= 32;
	case KEY_MODULES:
		return is_made_of(text, "_-") && *text != '-' && strlen(text) <= 55;
	default:
		return true;
	}
}

static bool accepts_path(enum key_type type, const char *text)
{
	if (type == KEY_FILE)
		return is_plain_path(text, "/._-+=~@");
	if (type == KEY_DISK)
		return *text == '/' && is_plain_path(text, "/._-+=~@");
	return *text == '/' && is_plain_path(text, "/._-+=~");
}

bool key_accepts(const struct key *key, const char *text)
{
	switch (key->type) {
	case KEY_LABEL:
		return is_made_of(text, "-") && *text != '-' && strlen(text) <= 63;
	case KEY_NAME:
	case KEY_NAMES:
		return is_name(text);
	case KEY_CHOICE:
	case KEY_ROLES:
		return is_choice(key->choices, text);
	case KEY_SWITCH:
		return is_choice("yes no true false on off", text);
	case KEY_FILE:
	case KEY_PATH:
	case KEY_DISK:
		return accepts_path(key->type, text);
	case KEY_OPTIONS:
		return is_made_of(text, "._-=/@") && strlen(text) <= 200;
	case KEY_WORDS:
		return is_command_word(text);
	case KEY_PARAMETER: /* by the init's own reader; see words.c */
		return value_plain(text) && *text && !strchr(text, ' ');
	default:
		return accepts_value(key, text) && accepts_foreign_name(key->type, text);
	}
}

const char *key_wants(const struct key *key, char *buffer, size_t bytes)
{
	static const char *const texts[] = {
		[KEY_LABEL] = "a name of letters, digits and '-'",
		[KEY_NAME] = "a name of letters, digits, '.', '_' and '-'",
		[KEY_NAMES] = "a name of letters, digits, '.', '_' and '-'",
		[KEY_HOST] = "a DNS name",
		[KEY_IQN] = "a name as iqn.2026-11.example.demo, in lower case",
		[KEY_SWITCH] = "yes or no",
		[KEY_IPV4] = "an IPv4 address",
		[KEY_IPV4S] = "an IPv4 address",
		[KEY_PORTALS] = "an IPv4 address, with a port where that is not 3260, as "
				"10.0.0.1:3261",
		[KEY_SUBNET] = "a subnet as 10.0.0.0/24, of 1 to 30 bits",
		[KEY_RANGE] = "a range as 10.0.0.100-10.0.0.199",
		[KEY_INTERFACE] = "the name of a network interface",
		[KEY_VERSION] = "the version of a kernel, or newest",
		[KEY_FILE] = "a path of letters, digits and /._-+=~@",
		[KEY_PATH] = "an absolute path of letters, digits and /._-+=~",
		[KEY_DISK] = "an absolute path of letters, digits and /._-+=~@",
		[KEY_MODEL] = "the name of a QEMU device",
		[KEY_MODULES] = "the name of a kernel module",
		[KEY_OPTIONS] = "an NFS mount option",
		[KEY_WORDS] = ("a word of a kernel command line: with blanks only in double "
			       "quotes, neither '#' nor '-' first"),
		[KEY_PARAMETER] = "one word",
	};

	if (key->choices)
		snprintf(buffer, bytes, "one of %s", key->choices);
	else if (key->type == KEY_NUMBER)
		snprintf(buffer, bytes, "a number from %u to %u", key->minimum, key->maximum);
	else if (key->type == KEY_DURATION)
		snprintf(buffer, bytes, "a time as 30m, 1h or 2d, from %us to %ud", key->minimum,
			 key->maximum / DAY_S);
	else if (key->type == KEY_SIZE)
		snprintf(buffer, bytes, "a size as 512M, 8G or 1T, from %uM to %uT", key->minimum,
			 key->maximum >> 20);
	else
		return key->type < COUNT(texts) && texts[key->type] ? texts[key->type] : "a text";
	return buffer;
}

bool key_switch(const char *text)
{
	return is_choice("yes true on", text);
}

unsigned int key_duration_s(const char *text)
{
	uint32_t seconds;

	return parse_duration(text, &seconds) ? seconds : 0;
}
