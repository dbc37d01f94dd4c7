/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What diff(1) says of two generations, with what changes alike shown once. Pure.
 *
 * Two files change alike when they are of one kind, appear, change or go both, and lose and gain
 * the same lines; the lines around those and their numbers may differ. In a node's own file its
 * name, its MAC address and its address count as alike with those of another node in the other's.
 */
#ifndef WIREROOT_GENERATION_FOLD_H
#define WIREROOT_GENERATION_FOLD_H

#include "tools/cluster/arena.h"
#include "tools/cluster/table.h"
#include "tools/generation/difference.h"
#include "tools/generation/owners.h"
#include "userspace/lib/text.h"

/* Files that change alike. */
struct fold_group {
	struct fold_group *next;
	const char *hunks; /* of the first */
	size_t length;
	struct fold_member *first, **last; /* the one that is shown first */
	size_t count;
	bool own_words; /* names or addresses differ */
};

/* Begin with the first four set and the rest zero. */
struct fold {
	const struct difference *difference;
	const struct owners *old, *new;
	struct arena *arena; /* what is kept */
	struct fold_group *first, **last;
	struct table by_change, by_path; /* to struct fold_group */
};

/*
 * Take in what `diff --recursive --new-file --text --unified a b` says of paths of the difference;
 * @diff has to stay. Like the others 0 or -errno with @fault filled in: -EPROTO for what is no such
 * output.
 */
int fold_read(struct fold *fold, const char *diff, size_t length, struct fault *fault);

/* @change is, byte by byte, the same as @like, of which diff(1) spoke or had nothing to say. */
int fold_same(struct fold *fold, const struct change *change, const struct change *like,
	      struct fault *fault);

/* The groups, each under a line that says whose files they are; parted by colours if @colour. */
int fold_write(const struct fold *fold, bool colour, struct text *text, struct fault *fault);

void fold_free(struct fold *fold);

#endif
