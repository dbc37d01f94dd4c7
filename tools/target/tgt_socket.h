/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request to a running tgtd. Secrets go through its socket, and stand in no list of processes.
 */
#ifndef WIREROOT_TGT_SOCKET_H
#define WIREROOT_TGT_SOCKET_H

#include "tools/target/tgt_request.h"
#include "userspace/lib/text.h"

/*
 * Send @request to the tgtd with the control port @port (tgtd -C), and add the text that it answers
 * to @output, which may be NULL. TGT_IPC_SOCKET is where its socket is, as for tgtd itself. 0;
 * -ECONNREFUSED when it does not run, -EIO when it refuses, or -errno; with @fault.
 */
int tgt_tell(unsigned int port, const struct tgt_request *request, struct text *output,
	     struct fault *fault);

#endif
