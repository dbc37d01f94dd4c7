/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking the broker, one request a connection, each bounded in time.
 */
#ifndef WIREROOT_SWAP_BROKER_H
#define WIREROOT_SWAP_BROKER_H

#include <stddef.h>
#include <stdint.h>

#include "../fault.h"
#include "broker_text.h"

struct broker {
	const struct swap_spec *spec;
	uint32_t own; /* our address on the way there, host byte order */
	char request[BROKER_REQUEST_BYTES];
	char buffer[BROKER_ANSWER_BYTES];
	struct broker_answer answer; /* points into the buffer */
};

/*
 * Send ->request, of @length bytes, and read the answer, until @deadline_us (monotonic_us()).
 * @doing is for messages. Returns 0 with ->answer for a status of 2xx, or a negative errno with
 * @fault: -ENOSPC for 503 (no lender has room), -EACCES for 401 and 403, -EBUSY for 409, -EAGAIN
 * for the others, or what the network says.
 */
int broker_call(struct broker *broker, size_t length, const char *doing, uint64_t deadline_us,
		struct fault *fault);

/* Room for what stands for this life of the node, before and in the second stage. */
#define BROKER_INSTANCE_BYTES 17
void broker_instance(char instance[static BROKER_INSTANCE_BYTES]);

/* Tell what has become of @grant. As broker_call(). */
int broker_tell(struct broker *broker, const struct grant *grant,
		const struct broker_report *report, uint64_t deadline_us, struct fault *fault);

#endif
