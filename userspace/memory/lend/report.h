/* SPDX-License-Identifier: GPL-2.0-only */
/* A lender's report to the broker (Documentation/memory.md). Pure. */
#ifndef WIREROOT_LEND_REPORT_H
#define WIREROOT_LEND_REPORT_H

#include <jansson.h>

#include "userspace/memory/lend/grants.h"
#include "userspace/memory/lend/guests.h"
#include "userspace/memory/lend/spare.h"

struct report {
	const char *instance;
	uint64_t number; /* grows from report to report */
	uint64_t sequence; /* of the last answer that was had; 0: none */
	const char *address;
	uint16_t port;
	unsigned int interval_s;
	struct spare_machine machine;
	struct spare spare;
	const struct grants *grants;
	const struct guests *guests;
	int64_t now_ms;
};

/* A new reference, or NULL when memory ran out. Grants that have no state yet are left out. */
json_t *report_to_json(const struct report *report);

#endif
