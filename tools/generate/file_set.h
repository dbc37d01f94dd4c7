/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a generation, in memory: what generation, which is pure, hands to the store.
 *
 * A path is relative, without "." and ".."; each stands in the set once. Contents are bytes, or,
 * for kernels and base images, the name of a file that holds them. Files with the same contents may
 * share them: equal ->data pointers mean equal bytes, so that a store need hash them only once.
 */
#ifndef WIREROOT_FILE_SET_H
#define WIREROOT_FILE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "initramfs/fault.h"

struct generated_file {
	char *path; /* owned: "servers/boot1/dnsmasq.conf" */
	mode_t mode; /* permissions: 0644, or 0600 for what holds secrets */
	char *data; /* owned, unless ->shared; NULL: see ->source */
	size_t length;
	bool shared; /* ->data is the set's, and may be that of other files, too */
	char *source; /* owned: the file to take the bytes from when ->data is NULL */
};

/* Begin with { 0 }. */
struct file_set {
	struct generated_file *files;
	size_t count, capacity;
	char **shared; /* owned: contents of several files */
	size_t shared_count, shared_capacity;
};

/* Add a file; @data, from malloc(), is taken over, also on failure. 0 or -ENOMEM with @fault. */
int file_set_add(struct file_set *set, const char *path, mode_t mode, char *data, size_t length,
		 struct fault *fault);

/*
 * Give the set @data, from malloc(), for file_set_add_shared(). It is taken over, also on failure.
 * 0 or -ENOMEM with @fault.
 */
int file_set_share(struct file_set *set, char *data, struct fault *fault);

/* Add a file with @length bytes that the set was given by file_set_share(). */
int file_set_add_shared(struct file_set *set, const char *path, mode_t mode, char *data,
			size_t length, struct fault *fault);

/* Add a file with a copy of what the file @source holds when the set is stored. */
int file_set_add_source(struct file_set *set, const char *path, mode_t mode, const char *source,
			struct fault *fault);

/* Sort by path (bytes). A path that is there twice is -EEXIST with @fault. */
int file_set_sort(struct file_set *set, struct fault *fault);

/* In a sorted set; NULL when there is none. */
const struct generated_file *file_set_find(const struct file_set *set, const char *path);

void file_set_free(struct file_set *set);

#endif
