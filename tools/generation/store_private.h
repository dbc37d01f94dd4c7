/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the store share: names in the state directory, and objects. */
#ifndef WIREROOT_GENERATION_STORE_PRIVATE_H
#define WIREROOT_GENERATION_STORE_PRIVATE_H

#include <dirent.h>
#include <sys/stat.h>

#include "tools/generation/store.h"

/* Behind a generation's number. */
#define STORE_MANIFEST ".manifest.zst"
#define STORE_NEW      ".new" /* being built */
#define STORE_OLD      ".old" /* being removed */
/* The tree of the last generation that a checker or a service refused. */
#define STORE_REFUSED "refused"

/* For wirerootd alone. */
#define STORE_SECRET_MODE 0600

/* "N.manifest.zst" and the like. */
#define STORE_NAME_BYTES 32

void store_name(unsigned int generation, const char *suffix, char name[static STORE_NAME_BYTES]);

/* The number in a name; 0 when it is none. */
unsigned int store_number(const char *name, size_t length);

/* opendir() below @parent, following no link; NULL with errno. */
DIR *store_read_directory(int parent, const char *name);

/* Remove links that were made and not brought to their place. */
void store_clean_links(const struct store *store);

char *store_refused_path(const struct store *store);

/* Remove what bears @name below @parent, with all that is in it; 0 or -errno. */
int store_remove_tree(int parent, const char *name);

/* "ab/cdef…-0600" */
#define OBJECT_NAME_BYTES (MANIFEST_HEX_BYTES + 1 + 5 + 1)
void object_name(const struct manifest_entry *entry, char name[static OBJECT_NAME_BYTES]);

/*
 * Is a file still as it was written for @entry, as far as this can be told without reading it? The
 * time that it was last changed at bears a mark.
 */
bool object_fits(const struct stat *status, const struct manifest_entry *entry);

/*
 * Give the object of @entry the name @base in @directory, too; @file holds its contents should it
 * be missing or damaged. 0 or -errno with @fault.
 */
int object_link(const struct store *store, const struct manifest_entry *entry,
		const struct generated_file *file, int directory, const char *base,
		struct fault *fault);

/* Remove the object of @entry when no generation uses it. */
void object_drop(const struct store *store, const struct manifest_entry *entry);

/* Remove every object that no generation uses. */
int objects_sweep(const struct store *store, struct fault *fault);

#endif
