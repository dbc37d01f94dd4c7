// SPDX-License-Identifier: GPL-2.0-only
/* What differs between two generations; see difference.h. */
#include "tools/generation/difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *change_path(const struct change *change)
{
	return change->new ? change->new->path : change->old->path;
}

const char *change_kind_name(enum change_kind kind)
{
	static const char *const names[CHANGE_KINDS] = {
		[CHANGE_ADDED] = "added",
		[CHANGE_CHANGED] = "changed",
		[CHANGE_REMOVED] = "removed",
	};

	return names[kind];
}

static int add(struct difference *difference, const struct manifest_entry *old,
	       const struct manifest_entry *new)
{
	enum change_kind kind = !old ? CHANGE_ADDED : !new ? CHANGE_REMOVED : CHANGE_CHANGED;

	if (difference->count == difference->capacity) {
		size_t capacity = difference->capacity ? 2 * difference->capacity : 64;
		struct change *changes =
			reallocarray(difference->changes, capacity, sizeof(*changes));

		if (!changes)
			return -ENOMEM;
		difference->changes = changes;
		difference->capacity = capacity;
	}
	difference->changes[difference->count++] =
		(struct change){ .kind = kind, .old = old, .new = new };
	difference->counts[kind]++;
	return 0;
}

int difference_find(struct difference *difference, const struct manifest *old,
		    const struct manifest *new, struct fault *fault)
{
	size_t o = 0, n = 0;
	int error = 0;

	while (!error && (o < old->count || n < new->count)) {
		const struct manifest_entry *before = o < old->count ? &old->entries[o] : NULL;
		const struct manifest_entry *after = n < new->count ? &new->entries[n] : NULL;
		int order = !before ? 1 : !after ? -1 : strcmp(before->path, after->path);

		if (order != 0 || !manifest_same(before, after))
			error = add(difference, order > 0 ? NULL : before,
				    order < 0 ? NULL : after);
		o += order <= 0;
		n += order >= 0;
	}
	return error ? fault_set(fault, error, "compare generations", "", NULL) : 0;
}

void difference_free(struct difference *difference)
{
	free(difference->changes);
	*difference = (struct difference){ 0 };
}
