/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timelines as JSON: what wirerootd answers at /v1/nodes and what `wireroot timeline` reads and
 * prints.
 *
 * One node is an object: node, mac, boot_id (strings, null while unknown), sequence, stages (an
 * array of {name, state, start_us, end_us}, without those that have not begun; end_us is null while
 * running), fault ({stage, time_us, errno, text}, or null). wirerootd adds address and last_seen.
 */
#ifndef WIREROOT_TIMELINE_JSON_H
#define WIREROOT_TIMELINE_JSON_H

#include <jansson.h>

#include "initramfs/timeline.h"

/*
 * @timeline has passed timeline_parse(), so that its strings are ASCII. Times that JSON's integers
 * cannot hold become INT64_MAX. A new reference for the caller, or NULL when memory ran out.
 */
json_t *timeline_to_json(const struct timeline *timeline);

/*
 * Read what timeline_to_json() wrote; @json may come from anyone. Afterwards *@timeline holds only
 * what timeline_parse() lets pass. Returns 0, or -EINVAL with nothing promised about *@timeline.
 */
int timeline_from_json(const json_t *json, struct timeline *timeline);

/* "waiting", "running", "done" or "failed", as in the text form. */
const char *stage_state_name(enum stage_state state);

#endif
