/* SPDX-License-Identifier: GPL-2.0-only */
/* What the broker answers a borrower (Documentation/memory.md). Pure. */
#ifndef WIREROOT_BORROW_ANSWER_H
#define WIREROOT_BORROW_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "initramfs/swap/grant.h"

#define ANSWER_GRANTS_MAX   64
#define ANSWER_REQUESTS_MAX 16

enum want { WANT_KEEP, WANT_RETURN, WANT_GONE };

struct wanted_grant {
	char id[GRANT_ID_BYTES];
	uint32_t generation;
	enum want want;
	unsigned int deadline_s;
	bool stop_processes; /* what is to be done at the deadline; else wait */
};

/* An administrator's wish. */
struct wanted_more {
	char id[GRANT_ID_BYTES];
	uint64_t bytes;
};

struct borrow_answer {
	uint64_t sequence;
	unsigned int lease_s;
	struct wanted_grant grants[ANSWER_GRANTS_MAX];
	unsigned int grant_count;
	struct wanted_more requests[ANSWER_REQUESTS_MAX];
	unsigned int request_count;
};

/* Read the answer to a report. 0, or -EBADMSG with @fault. What is not known is passed over. */
int borrow_answer_read(const json_t *body, struct borrow_answer *answer, struct fault *fault);

/* Read a grant. 0, or -EBADMSG with @fault, which shows no secret. */
int borrow_grant_read(const json_t *body, struct grant *grant, struct fault *fault);

#endif
