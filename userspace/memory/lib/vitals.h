/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells of this machine's memory. The readers of texts are pure. */
#ifndef WIREROOT_VITALS_H
#define WIREROOT_VITALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define VITALS_TEXT_BYTES 65536

struct vitals {
	uint64_t total_bytes;
	uint64_t available_bytes;
	double pressure; /* per cent of the last 10 s in which somebody waited for memory; 0 without
			    PSI */
	bool swaps; /* there is swap of whatever kind */
	bool borrows; /* memory of neighbours is attached */
};

/* The value behind @key ("MemTotal:") of @text, /proc/meminfo. False when it is not there. */
bool vitals_read_size(const char *text, size_t length, const char *key, uint64_t *bytes);

/* "MemTotal:  24682416 kB" and MemAvailable of /proc/meminfo. False when one is not there. */
bool vitals_read_meminfo(const char *text, size_t length, struct vitals *vitals);

/* avg10 of the line "some" of a PSI file. False when it is not there. */
bool vitals_read_pressure(const char *text, size_t length, struct vitals *vitals);

/* /proc/swaps: is there a line behind its head? */
bool vitals_has_swap(const char *text, size_t length);

/* Is @name that of a mapping with a neighbour's memory below it: "wireroot-memory-ID"? */
bool vitals_is_borrowed(const char *name);

/* All of it. @pressure_file: usually /proc/pressure/memory; one that is not there is no pressure.
 */
int vitals_sample(const char *pressure_file, struct vitals *vitals, struct fault *fault);

/*
 * A descriptor that becomes ready (POLLPRI) when somebody has waited for memory for 300 ms within
 * two seconds. -errno without a fault where there is no PSI.
 */
int vitals_watch(const char *pressure_file);

#endif
