// SPDX-License-Identifier: GPL-2.0-only
/* The rules of spare.h as the options have them; see rules.h. */
#include "userspace/memory/lend/rules.h"

struct spare_rules rules_of(const struct lend_options *options, uint64_t total_bytes)
{
	return (struct spare_rules){
		.reserve_bytes = options->reserve_bytes
					 ? options->reserve_bytes
					 : total_bytes / 100 * options->reserve_per_cent,
		.limit_bytes = options->limit_bytes ? options->limit_bytes : UINT64_MAX,
		.pressure_max = options->pressure_max,
	};
}
