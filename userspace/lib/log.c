// SPDX-License-Identifier: GPL-2.0-only
/* Lines about what a program does; see log.h. */
#include "userspace/lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest line; what is longer is cut. */
#define LINE_BYTES 1024

struct log log_open(const char *program)
{
	return (struct log){
		.program = program,
		.level = LOG_LEVEL_NOTICE,
		.journal = getenv("JOURNAL_STREAM") != NULL,
	};
}

static size_t prefix(const struct log *log, enum log_level level, char *line)
{
	if (log->journal)
		return (size_t)snprintf(line, LINE_BYTES, "<%d>", (int)level);
	return (size_t)snprintf(line, LINE_BYTES, "%.100s: ", log->program);
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
	char line[LINE_BYTES + 1];
	size_t length, start;
	va_list values;
	int more;

	if (level > log->level)
		return;
	start = length = prefix(log, level, line);
	va_start(values, format);
	more = vsnprintf(line + length, LINE_BYTES - length, format, values);
	va_end(values);
	if (more > 0)
		length += strlen(line + length);
	for (size_t i = start; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) < 0)
		return; /* there is nobody left to tell */
}

void log_fault(const struct log *log, const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	log_line(log, LOG_LEVEL_ERROR, "%s", fault_line(fault, line));
}
