/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making the connection to a lender anew, when it broke and the lender did not.
 */
#ifndef WIREROOT_MEND_H
#define WIREROOT_MEND_H

#include "../fault.h"
#include "grant.h"

/*
 * Log in again for the session of @grant, whose swap stays attached, until its time for coming back
 * is over. Blocks. Returns 0 when it is logged in, or a negative errno with @fault.
 */
int mend(const struct grant *grant, struct fault *fault);

#endif
