/* SPDX-License-Identifier: GPL-2.0-only */
/* What LIO tells of an initiator's session. Pure: a part of it is the node's word. */
#ifndef WIREROOT_LIO_TEXT_H
#define WIREROOT_LIO_TEXT_H

#include "tools/target/target.h"

/*
 * Read the attribute `info` of an ACL, which LIO cuts at a page. True with ->initiator and
 * ->address of @session when somebody is logged in.
 */
bool lio_read_session(const char *text, struct target_session *session);

#endif
