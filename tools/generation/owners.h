/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kind of file a path of a generation names, and whose it is: scripts, segments and fall-backs
 * bear their node's MAC address, and a generation's file `nodes` knows its name. Pure.
 */
#ifndef WIREROOT_GENERATION_OWNERS_H
#define WIREROOT_GENERATION_OWNERS_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/cluster/nodeset.h"

#define PATH_KINDS	 10
#define OWNER_MAC_BYTES	 18 /* "52:54:00:12:34:56" and NUL */
#define OWNER_ADDR_BYTES 16

/* A number below PATH_KINDS. */
size_t path_kind(const char *path);

/* "node scripts"; in the order in which plans list them. */
const char *path_kind_name(size_t kind);

/* Lines of a generation's file `nodes`. Begin with { 0 }. */
struct owners {
	const char **lines; /* by the MAC address that each begins with */
	size_t count;
};

struct owner {
	char name[NODESET_NAME_BYTES];
	char mac[OWNER_MAC_BYTES];
	char address[OWNER_ADDR_BYTES]; /* "" when it has none of its own */
};

/* @text of @length bytes has to stay. 0 or -ENOMEM. */
int owners_read(struct owners *owners, const char *text, size_t length);

/* The node whose file @path is; false: it is nobody's, or that of a node not known. */
bool owners_find(const struct owners *owners, const char *path, struct owner *owner);

void owners_free(struct owners *owners);

#endif
