/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nodes of a generation: which MAC address is whose.
 *
 * The file `nodes` of a generation has one line for each node, sorted by MAC address, and comment
 * lines that begin with '#':
 *
 *	52:54:00:12:34:56 n01 10.87.0.11 ipxe
 *	52:54:00:12:34:57 n02 - grub
 *
 * Behind the address stands what loads the node's kernel; nothing there stands for ipxe, which
 * fetches a script. What comes behind that, separated by blanks, is for other readers. A MAC
 *address or a name that is there twice makes the whole file unusable, as does a line of another
 *form: half an index would give one node's secrets to another.
 */
#ifndef WIREROOT_INDEX_H
#define WIREROOT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define INDEX_NODES_MAX 1000000
/* Of one line; a name has 64 bytes at most. */
#define INDEX_LINE_BYTES 1024

struct index_node {
	uint8_t mac[6];
	uint32_t address; /* in host byte order; 0: none of its own */
	const char *name;
	bool fetches_no_script; /* its loader is another than iPXE */
};

/* Begin with { 0 }, which is an index without nodes. */
struct node_index {
	struct index_node *nodes; /* by MAC address */
	uint32_t *by_name; /* their numbers in the order of their names */
	size_t count;
	char *names; /* owned: what the names point into */
};

/*
 * Read @length bytes of @text, called @source in faults. Returns 0; or -EINVAL, -E2BIG or -ENOMEM
 * with @fault, which names the line, and *@index without nodes. index_free() after success.
 */
int index_parse(const char *text, size_t length, const char *source, struct node_index *index,
		struct fault *fault);
void index_free(struct node_index *index);

/* NULL when there is none. */
const struct index_node *index_find_mac(const struct node_index *index,
					const uint8_t mac[static 6]);
const struct index_node *index_find_name(const struct node_index *index, const char *name);

#endif
