/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between two generations, by their manifests. Pure. */
#ifndef WIREROOT_GENERATION_DIFFERENCE_H
#define WIREROOT_GENERATION_DIFFERENCE_H

#include "tools/generation/manifest.h"

enum change_kind { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_REMOVED, CHANGE_KINDS };

struct change {
	enum change_kind kind;
	const struct manifest_entry *old, *new; /* NULL for the one that there is not */
};

/* In the order of the paths. Begin with { 0 }; points into the two manifests. */
struct difference {
	struct change *changes;
	size_t count, capacity;
	size_t counts[CHANGE_KINDS];
};

/* From @old to @new; an empty manifest stands for "nothing yet". 0 or -ENOMEM with @fault. */
int difference_find(struct difference *difference, const struct manifest *old,
		    const struct manifest *new, struct fault *fault);

const char *change_path(const struct change *change);

/* "added", "changed", "removed" */
const char *change_kind_name(enum change_kind kind);

void difference_free(struct difference *difference);

#endif
