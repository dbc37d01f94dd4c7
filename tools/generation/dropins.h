/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The links by which services find the generation in force: /etc/dnsmasq.d/wireroot.conf and the
 * like, into STATE/current/servers/NAME/. They are made once; it is `current` that is switched.
 *
 * What has such a name and is no link of ours belongs to somebody else and is never touched.
 */
#ifndef WIREROOT_GENERATION_DROPINS_H
#define WIREROOT_GENERATION_DROPINS_H

#include "tools/generation/manifest.h"

/* Whose files they are for says each generation's manifest: ->server. */
struct dropins {
	const char *etc; /* where the links go: "/etc"; NULL: there are none */
	const char *state; /* absolute */
};

/* Are all links for @manifest there? */
bool dropins_complete(const struct dropins *dropins, const struct manifest *manifest);

/* Could dropins_update() do its work for @manifest? -EEXIST with @fault: a foreign file is there.
 */
int dropins_check(const struct dropins *dropins, const struct manifest *manifest,
		  struct fault *fault);

/*
 * Make the links for the files of @new, and remove those for files of @old that @new has not. 0 or
 * -errno with @fault filled in.
 */
int dropins_update(const struct dropins *dropins, const struct manifest *old,
		   const struct manifest *new, struct fault *fault);

#endif
