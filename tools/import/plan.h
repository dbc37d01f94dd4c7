/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A definition that is being put together out of another program's files.
 *
 * The readers of those files (lucie.h, warewulf.h, xcat.h, ethers.h) fill a plan in;
 * import_finish() adds what a definition needs besides; import_write() (write.h) makes a
 * cluster.yaml of it. What the other program knows and a definition has no key for becomes a
 * remark: nothing is lost on the way but secrets, which are named and not copied. A value that
 * `wireroot check` would refuse becomes a remark, too. Pure: memory only. Running out of it is
 * remembered in @out_of_memory, and what is asked for then is a spare entry that leads nowhere.
 */
#ifndef WIREROOT_IMPORT_PLAN_H
#define WIREROOT_IMPORT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/cluster/arena.h"
#include "tools/cluster/keys.h"
#include "tools/cluster/table.h"

enum import_section {
	IMPORT_CLUSTER, /* one entry, named "" */
	IMPORT_NETWORKS,
	IMPORT_SERVERS,
	IMPORT_IMAGES,
	IMPORT_GROUPS, /* one field, "nodes" */
	IMPORT_PROFILES,
	IMPORT_NODES,
	IMPORT_SECTIONS,
};

/* A word behind another. */
struct import_word {
	const char *text;
	struct import_word *next;
};

struct import_words {
	struct import_word *first;
	struct import_word **end; /* where the next one goes; NULL: &first */
	size_t count;
};

struct import_field {
	const char *key;
	const char *text; /* one value, or NULL: see the next two */
	struct import_words list; /* several */
	const char *fill_in; /* not NULL: the value is missing, and this says what belongs here */
	struct import_field *next;
};

struct import_entry {
	enum import_section section;
	const char *source_name; /* in the other program's files */
	const char *name; /* in the definition */
	struct import_field *fields;
	struct import_words remarks;
	struct import_words dropped; /* "KEY=VALUE" without a counterpart */
};

struct import_entries {
	struct import_entry **list;
	size_t count, capacity;
	struct table by_source_name;
	struct table by_name; /* in lower case, as DNS sees nodes */
};

/* Begin with { 0 } and @source; give back with import_free(). */
struct import_plan {
	const char *source; /* "Warewulf" */
	struct arena arena;
	struct import_entries sections[IMPORT_SECTIONS];
	struct import_entry
		imageless; /* node set and image of nodes without one; name NULL: none */
	struct import_words remarks; /* on everything */
	struct import_entry spare;
	bool out_of_memory;
};

/* What the other program's files leave open; each may be NULL. */
struct import_options {
	const char *cluster; /* its name */
	const char *subnet; /* of the network that nodes boot from */
	const char *server; /* the boot server's address */
	const char *image; /* path of the root file system of nodes that have no other */
};

void import_free(struct import_plan *plan);

/* The entry that the other program calls @source_name, added when it is not there. */
struct import_entry *import_entry(struct import_plan *plan, enum import_section section,
				  const char *source_name);

/* The same, but NULL when it is not there. */
struct import_entry *import_find(const struct import_plan *plan, enum import_section section,
				 const char *source_name);

/* The entry that is called @name in the definition, in any case; NULL when there is none. */
struct import_entry *import_named(const struct import_plan *plan, enum import_section section,
				  const char *name);

/* Set the value of @key, in the place of another one; one that is refused becomes a remark. */
void import_set(struct import_plan *plan, struct import_entry *entry, const char *key,
		const char *text);

/* Add a value to the list @key, unless it is in it. */
void import_add(struct import_plan *plan, struct import_entry *entry, const char *key,
		const char *text);

/* Add every word of @text, which are parted by any of @separators, to the list @key. */
void import_add_words(struct import_plan *plan, struct import_entry *entry, const char *key,
		      const char *text, const char *separators);

/* Add what a kernel command line of @text's words has; blanks in double quotes part nothing. */
void import_add_kernel_words(struct import_plan *plan, struct import_entry *entry,
			     const char *text);

/* Say that the value of @key is missing, and what belongs there, unless there is one. */
void import_fill_in(struct import_plan *plan, struct import_entry *entry, const char *key,
		    const char *what);

/* The field @key, or NULL; its single value, or NULL. */
const struct import_field *import_field(const struct import_entry *entry, const char *key);
const char *import_value(const struct import_entry *entry, const char *key);

/* A MAC address in any usual spelling: 52:54:00:12:34:56, 52-54-…, 525400123456, any case. */
void import_set_mac(struct import_plan *plan, struct import_entry *entry, const char *text);

/* A remark on @entry, or on everything when that is NULL. */
void import_remark(struct import_plan *plan, struct import_entry *entry, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What has no counterpart; the value of what looks like a secret is left out. */
void import_drop(struct import_plan *plan, struct import_entry *entry, const char *key,
		 const char *value);

/* Make node @node a member of the group @group. */
void import_join(struct import_plan *plan, const char *group, struct import_entry *node);

/* "10.0.0.0/24" of an address and a mask, or NULL when they are none. */
const char *import_subnet(struct import_plan *plan, const char *address, const char *mask);

/*
 * Add what is needed besides: a name, a network, a server, an image for nodes without one, and
 * which network nodes boot from when there are several; and mark what has to be filled in.
 */
void import_finish(struct import_plan *plan, const struct import_options *options);

/* How many values are to be filled in, and how many remarks there are. */
size_t import_count_fill_ins(const struct import_plan *plan);
size_t import_count_remarks(const struct import_plan *plan);

#endif
