/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of a generation without the secrets that are in them, for people to look at.
 *
 * Secrets are told by what stands before them, as Wireroot writes it: the words of a node's
 * segment and of kernel command lines (rd.iscsi.password=, netroot=iscsi:USER:SECRET@,
 * wireroot.swap.token=), tgt.conf (incominguser USER), lio.json ("chap_password") and memory.json
 * ("token", "admin_token").
 */
#ifndef WIREROOT_GENERATION_MASK_H
#define WIREROOT_GENERATION_MASK_H

#include "userspace/lib/text.h"

/*
 * Add @text to @masked, each secret as "(secret)", or, where @before, the same file as it was, does
 * not have it, as "(another secret)", so that a change still shows. @before may be NULL. Pure.
 */
void mask_secrets(const char *text, const char *before, struct text *masked);

#endif
