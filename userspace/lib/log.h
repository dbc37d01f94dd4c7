/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines about what a program does, on standard error.
 *
 * Under systemd (JOURNAL_STREAM is set) a line opens with its priority as "<3>"; elsewhere with the
 * program's name. Each line is one write, so that lines of several processes do not mix; control
 * characters, which may come from a peer, become '?'.
 */
#ifndef WIREROOT_LOG_H
#define WIREROOT_LOG_H

#include <stdbool.h>

#include "initramfs/fault.h"

enum log_level { /* syslog's numbers */
		 LOG_LEVEL_ERROR = 3,
		 LOG_LEVEL_WARNING = 4,
		 LOG_LEVEL_NOTICE = 5,
		 LOG_LEVEL_INFO = 6,
		 LOG_LEVEL_DEBUG = 7,
};

struct log {
	const char *program; /* stands before each line */
	enum log_level level; /* lines above it are left out */
	bool journal;
};

/* Notices and what is graver, where standard error goes. */
struct log log_open(const char *program);

void log_line(const struct log *log, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One line at LOG_LEVEL_ERROR with all that @fault tells. */
void log_fault(const struct log *log, const struct fault *fault);

#endif
