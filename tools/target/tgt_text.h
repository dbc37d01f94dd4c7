/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `tgtadm --op show` prints, as a list.
 *
 * Pure. A part of it is the nodes' word (names of initiators, aliases), so that nothing but the
 * form that tgt 1.0.85 writes is taken: what fits nowhere, and a second target of a name or a
 * number, is refused.
 */
#ifndef WIREROOT_TGT_TEXT_H
#define WIREROOT_TGT_TEXT_H

#include "tools/target/target.h"

/* `--mode target`. 0, -EBADMSG or -ENOMEM with @fault. target_list_free() in any case. */
int tgt_read_targets(const char *text, size_t length, struct target_list *list,
		     struct fault *fault);

/* Does `--mode portal` say that tgtd listens at @portal, be it at all addresses? */
bool tgt_has_portal(const char *text, size_t length, const struct iscsi_portal *portal);

#endif
