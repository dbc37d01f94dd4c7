/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes of files outside the store: kernels, base images, boot loaders.
 *
 * Tens of megabytes that hardly ever change are not read for each change of a node: STATE/sources
 * keeps what each file's hash was, with all that stat(2) tells of it. It is only a memory: without
 * it, or with a line that does not fit, the file is read.
 */
#ifndef WIREROOT_GENERATION_SOURCES_H
#define WIREROOT_GENERATION_SOURCES_H

#include <stdint.h>
#include <sys/stat.h>

#include "tools/generation/manifest.h"

struct source {
	char *path; /* owned */
	uint64_t device, inode, size;
	int64_t changed_ns, modified_ns; /* since 1970 */
	uint8_t hash[MANIFEST_HASH_BYTES];
};

/* Begin with { 0 }. */
struct sources {
	struct source *known; /* sorted by path */
	size_t known_count;
	struct source *seen; /* asked for since */
	size_t seen_count;
	bool changed; /* something of ->seen is news */
};

/* Read what was written below @directory (an fd; -1: nothing). Lines that do not fit are left out.
 */
void sources_load(struct sources *sources, int directory);

/* Size and hash of the file at @path. 0 or -errno with @fault filled in. */
int sources_hash(struct sources *sources, const char *path, uint64_t *size,
		 uint8_t hash[static MANIFEST_HASH_BYTES], struct fault *fault);

/* Remember all that was asked for. That it cannot be written costs time later, and nothing else. */
void sources_save(const struct sources *sources, int directory);

void sources_free(struct sources *sources);

/* The text of the memory: a pure function, and its reverse. Adds to ->known; false: no memory. */
bool sources_parse(struct sources *sources, const char *text, size_t length);

#endif
