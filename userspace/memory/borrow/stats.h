/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells of this machine's memory and swap. */
#ifndef WIREROOT_BORROW_STATS_H
#define WIREROOT_BORROW_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_SWAPS_BYTES 8192

struct stats {
	uint64_t total_bytes, available_bytes;
	double pressure; /* per cent of the last 10 s in which somebody waited; 0 without PSI */
	char swaps[STATS_SWAPS_BYTES]; /* /proc/swaps */
};

/* The value of @key ("MemTotal:") in @text, /proc/meminfo, in bytes; 0 when it is not there. Pure.
 */
uint64_t stats_meminfo(const char *text, const char *key);

/* avg10 of the line "some" of @text, a PSI file; 0 when it is not there. Pure. */
double stats_pressure(const char *text);

/* Read a file of /proc or /sys with a NUL behind, cut to @size. False when it cannot be read. */
bool stats_read_file(const char *path, char *text, size_t size);

void stats_read(struct stats *stats);

/* Becomes ready (POLLPRI) when somebody has waited for memory for 300 ms within 2 s; -1: no PSI. */
int stats_open_pressure(void);

#endif
