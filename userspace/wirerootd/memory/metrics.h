/* SPDX-License-Identifier: GPL-2.0-only */
/* What /metrics says, in the text format of Prometheus. */
#ifndef WIREROOT_MEMORY_METRICS_H
#define WIREROOT_MEMORY_METRICS_H

#include "userspace/lib/text.h"
#include "userspace/wirerootd/memory/memory.h"

void metrics_note(struct memory_times *times, double seconds);

void metrics_write(const struct memory *memory, int64_t now_ms, time_t now, struct text *text);

#endif
