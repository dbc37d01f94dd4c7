/* SPDX-License-Identifier: GPL-2.0-only */
/* Making an image of Debian's packages with mmdebstrap(1). */
#ifndef WIREROOT_IMAGE_BUILD_H
#define WIREROOT_IMAGE_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"
#include "userspace/lib/progress.h"
#include "userspace/lib/text.h"

struct image_build {
	const char *store, *name;
	const char *suite; /* NULL: this machine's */
	const char *mirror; /* NULL: what this machine's apt uses */
	const char *packages; /* besides those of a node, with commas; or NULL */
	bool bare; /* nothing but these and what Debian cannot be without */
	const char *const *hooks; /* programs that are run in the end, with the root as argument */
	size_t hook_count;
};

/*
 * 0 or -errno with @fault; nothing is left behind then, and @last has the last lines of what
 * mmdebstrap said. Whatever ends this process ends mmdebstrap and its mounts, too. Root alone can.
 */
int image_build(const struct image_build *build, struct progress *progress, struct text *last,
		struct fault *fault);

/*
 * The pure parts. Of the lines of `apt-get indextargets`, in the format of build.c, those of
 * Debian's
 * @suite as lines of a sources.list(5); and of those of `apt-config dump`, how packages are
 * reached: proxies, and whether dates are checked. Both end in text->error when memory runs out.
 */
void build_sources(const char *targets, const char *suite, struct text *sources);
void build_apt_options(const char *dump, struct text *options);

#endif
