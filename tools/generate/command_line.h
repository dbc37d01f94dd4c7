/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's command line for loaders that fetch everything by TFTP, which anybody may read: they
 * get no segment; what it would say stands on the command line.
 */
#ifndef WIREROOT_COMMAND_LINE_H
#define WIREROOT_COMMAND_LINE_H

#include "tools/generate/output.h"

/* Linux takes 2048 bytes with the NUL, on x86 and arm64; longer ones are cut in silence. */
#define COMMAND_LINE_BYTES 2048

/*
 * Add @node's words to @text, with blanks between: BOOTIF=, those of its segment, those of its own
 * for the command line. 0 or -errno with @fault.
 */
int command_line(const struct generator *generator, const struct cluster_node *node,
		 struct text *text, struct fault *fault);

#endif
