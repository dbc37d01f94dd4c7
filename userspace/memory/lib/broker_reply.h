/* SPDX-License-Identifier: GPL-2.0-only */
/* What an answer of the broker means. Pure. */
#ifndef WIREROOT_BROKER_REPLY_H
#define WIREROOT_BROKER_REPLY_H

#include "userspace/memory/lib/broker.h"

/*
 * Fill in ->error, ->status, ->body and ->fault for an answer of @status with @length bytes of
 * @text. @what is for faults: "PUT /v1/memory/lenders/n01". broker_reply_free() afterwards.
 */
void broker_reply_read(struct broker_reply *reply, const char *what, long status, const char *text,
		       size_t length);

#endif
