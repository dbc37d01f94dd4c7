/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report as JSON; userspace/lib/machine.h has its form.
 *
 * Pure. Whatever the facts hold, the result is JSON of printable ASCII: other characters become
 * '?'.
 */
#ifndef WIREROOT_REPORT_JSON_H
#define WIREROOT_REPORT_JSON_H

#include <stddef.h>

#include "facts.h"

#define REPORT_JSON_BYTES 65536

/*
 * Write the report of the machine that speaks by the interface with @mac and whose screen shows
 * @shown. Modaliases that do not fit are left out. Returns its length.
 */
size_t report_json_write(const struct facts *facts, const char *mac, const char *shown,
			 char text[static REPORT_JSON_BYTES]);

#endif
