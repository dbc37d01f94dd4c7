/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests' reports on their way: from a guest, and to the lender of its host. */
#ifndef WIREROOT_GUEST_H
#define WIREROOT_GUEST_H

#include <signal.h>

#include "userspace/lib/log.h"
#include "userspace/memory/lend/guests.h"
#include "userspace/memory/lend/options.h"

/* The token that host and guests share: the first line of @path. 0 or -errno with @fault. */
int guest_read_token(const char *path, char token[static MEMBER_TOKEN_BYTES], struct fault *fault);

/* Listen for reports on UDP port @port. The descriptor, or -errno with @fault. */
int guest_listen(uint16_t port, struct fault *fault);

/* Take in what has come; what is wrong with it goes to @log. */
void guest_receive(int fd, const char *token, struct guests *guests, int64_t now_ms,
		   const struct log *log);

/* Be a guest until SIGTERM or SIGINT. 0 or -errno with @fault. */
int guest_run(const struct lend_options *options, const struct log *log, struct fault *fault);

#endif
