/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What iscsistart(8) of open-iscsi 2.1 says of a login that failed, as an errno and one line. Pure.
 */
#ifndef WIREROOT_ISCSISTART_TEXT_H
#define WIREROOT_ISCSISTART_TEXT_H

#include <stddef.h>

/*
 * Look through @output, lines of any length. Returns a positive errno, EIO when nothing tells more,
 * and writes the most telling line, without the program's name, to @line.
 */
int iscsistart_explain(const char *output, char *line, size_t line_bytes);

#endif
