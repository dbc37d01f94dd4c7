/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking a server of ours by HTTP, for programs that may wait for the answer. */
#ifndef WIREROOT_HTTP_GET_H
#define WIREROOT_HTTP_GET_H

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/*
 * Add what @url answers to @answer, at most @limit bytes. 0 or -errno with @fault filled in:
 * -ECONNREFUSED where nobody listens, -EREMOTEIO for an HTTP error.
 */
int http_get(const char *url, size_t limit, struct text *answer, struct fault *fault);

#endif
