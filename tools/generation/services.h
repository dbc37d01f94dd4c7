/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling services that their files have changed: through systemd, in a lab, or not at all.
 */
#ifndef WIREROOT_GENERATION_SERVICES_H
#define WIREROOT_GENERATION_SERVICES_H

#include <stdbool.h>

#include "tools/generation/actions.h"
#include "userspace/lib/log.h"

enum services_kind { SERVICES_SYSTEMD, SERVICES_LAB, SERVICES_NONE };

struct services {
	enum services_kind kind;
	const char *lab; /* its directory */
	const struct log *log;
};

/* Is @text "systemd", "none" or "lab:DIR"? */
bool services_known(const char *text);

/* A lab's network is entered. -EINVAL with @fault for what services_known() does not know. */
int services_read(struct services *services, const char *text, struct fault *fault);

/*
 * Do what @action says and wait until it is done. 0 or -errno with @fault, whose hint is what the
 * service last said.
 */
int services_act(const struct services *services, const struct action *action, struct fault *fault);

#endif
