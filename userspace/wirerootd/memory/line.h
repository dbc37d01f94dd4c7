/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line protocol of the forerunner: one line, one answer.
 *
 *	want.iscsi [BYTES]	ok,IP,IQN  or  no,REASON
 *	gives.iscsi IQN		the same
 *
 * Words are parted by blanks; the line ends with LF or CR LF. Pure.
 */
#ifndef WIREROOT_MEMORY_LINE_H
#define WIREROOT_MEMORY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_BYTES_MAX	   512
#define LINE_DEFAULT_BYTES ((uint64_t)1 << 30)

struct line_request {
	bool is_return;
	bool has_size; /* else LINE_DEFAULT_BYTES, or less where there is less */
	uint64_t bytes; /* wanted */
	uint64_t id; /* given back */
};

/* Read @length bytes of a line, without its end. 0, or -EINVAL with *@why. */
int line_parse(const char *text, size_t length, struct line_request *request, const char **why);

#endif
