/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tell people what the init does: on the console, in /run/wireroot/, and to the boot server.
 */
#ifndef WIREROOT_REPORT_H
#define WIREROOT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "timeline.h"

#define RUN_DIRECTORY "/run/wireroot"
#define TIMELINE_PATH RUN_DIRECTORY "/timeline"
#define LOG_PATH      RUN_DIRECTORY "/log"

struct report {
	struct timeline timeline;
	uint32_t address; /* of the boot server, host byte order; 0: tell nobody */
	uint16_t port;
	bool network; /* there is an address to send from */
	bool debug;
};

void report_init(struct report *report);

/* One line on the console and in the log, with the time since the kernel's start before it. */
void report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, only under wireroot.debug. */
void report_debug(const struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A stage begins, ends; every end goes to /run/wireroot/timeline and to the boot server. */
void report_begin(struct report *report, enum stage stage);
void report_end(struct report *report, enum stage stage, enum stage_state state);

/* A fault: one line on the console, in the timeline and at the boot server. */
void report_fault(struct report *report, enum stage stage, const struct fault *fault);

/* Send the newest edition of the timeline again, now that the network is there. */
void report_send(struct report *report);

#endif
