/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables for people: cells of text, each column as wide as its widest cell, two blanks between.
 */
#ifndef WIREROOT_COLUMNS_H
#define WIREROOT_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

/* Begin with .count, how many columns there are; columns_free() in any case. */
struct columns {
	size_t count;
	char **cells; /* row by row */
	size_t cell_count, capacity;
	int error; /* -ENOMEM: some are missing */
};

/* The next cell, from left to right; behind a row's last one the next row begins. */
void columns_add(struct columns *columns, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print all rows; without blanks at the ends of lines. 0 or -ENOMEM. */
int columns_print(const struct columns *columns, FILE *stream);

void columns_free(struct columns *columns);

#endif
