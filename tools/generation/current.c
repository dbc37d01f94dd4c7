// SPDX-License-Identifier: GPL-2.0-only
/* What is in force, as far as it can be read; see current.h. */
#include "tools/generation/current.h"

#include <errno.h>

#include "tools/generation/verify.h"

int current_read(const struct store *store, struct manifest *manifest, unsigned int *lost,
		 const struct log *log, struct fault *fault)
{
	char line[FAULT_LINE_BYTES];
	unsigned int number;
	int error = store_current(store, &number, fault);

	*manifest = (struct manifest){ 0 };
	*lost = 0;
	if (error || !number)
		return error;
	error = store_read_manifest(store, number, manifest, fault);
	if (!error)
		return verify_quickly(store, manifest, log, fault);
	if (error != -ENOENT && !store_is_damaged(error))
		return error;
	log_line(log, LOG_LEVEL_WARNING, "generation %u, in force, cannot be read: %s", number,
		 fault_line(fault, line));
	*fault = (struct fault){ 0 };
	*lost = number;
	return 0;
}
