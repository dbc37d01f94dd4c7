/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names for machines to come: "compute-0-[0-]" is compute-0-0, compute-0-1 and so on, "n[01-]" is
 * n01 … n99, n100 …, "n[01-16]" ends with n16.
 *
 * Pure.
 */
#ifndef WIREROOT_NAME_PATTERN_H
#define WIREROOT_NAME_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "initramfs/value.h"

#define NAME_PATTERN_NUMBER_MAX 999999u

struct name_pattern {
	char before[HOST_NAME_LENGTH + 1], behind[HOST_NAME_LENGTH + 1];
	uint32_t first, last;
	unsigned int digits; /* at least so many, by zeros in front */
};

/* Read @text. 0, or -EINVAL with @fault filled in. */
int name_pattern_parse(const char *text, struct name_pattern *pattern, struct fault *fault);

/* The name with @number, which is from ->first to ->last. */
void name_pattern_name(const struct name_pattern *pattern, uint32_t number,
		       char name[static HOST_NAME_LENGTH + 1]);

#endif
