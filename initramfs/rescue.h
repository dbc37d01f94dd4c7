/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shell on the console for whoever has to find out; only in images built `--with rescue`.
 */
#ifndef WIREROOT_RESCUE_H
#define WIREROOT_RESCUE_H

#include "fault.h"

/*
 * Run the rescue shell until it ends. Returns 0, or -ENOENT with @fault when the image holds none.
 */
int rescue_shell(struct fault *fault);

#endif
