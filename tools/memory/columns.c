// SPDX-License-Identifier: GPL-2.0-only
/* Tables for people; see columns.h. */
#include "tools/memory/columns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void columns_add(struct columns *columns, const char *format, ...)
{
	va_list values;
	char *cell;
	int length;

	if (columns->cell_count == columns->capacity) {
		size_t capacity = columns->capacity ? 2 * columns->capacity : 64;
		char **cells = reallocarray(columns->cells, capacity, sizeof(*cells));

		if (!cells) {
			columns->error = -ENOMEM;
			return;
		}
		columns->cells = cells;
		columns->capacity = capacity;
	}
	va_start(values, format);
	length = vasprintf(&cell, format, values);
	va_end(values);
	if (length < 0)
		columns->error = -ENOMEM;
	else
		columns->cells[columns->cell_count++] = cell;
}

static int width_of(const struct columns *columns, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < columns->cell_count; i += columns->count)
		if (strlen(columns->cells[i]) > width)
			width = strlen(columns->cells[i]);
	return (int)width;
}

/* Does nothing but empty cells follow in the row of cell @at? */
static size_t is_last(const struct columns *columns, size_t at)
{
	for (at++; at % columns->count && at < columns->cell_count; at++)
		if (*columns->cells[at])
			return 0;
	return 1;
}

int columns_print(const struct columns *columns, FILE *stream)
{
	int *widths = calloc(columns->count, sizeof(*widths));

	if (!widths || columns->error) {
		free(widths);
		return -ENOMEM;
	}
	for (size_t i = 0; i < columns->count; i++)
		widths[i] = width_of(columns, i);
	for (size_t i = 0; i < columns->cell_count; i++) {
		size_t column = i % columns->count;

		if (!is_last(columns, i)) {
			fprintf(stream, "%-*s  ", widths[column], columns->cells[i]);
			continue;
		}
		fprintf(stream, "%s\n", columns->cells[i]);
		i += columns->count - 1 - column;
	}
	free(widths);
	return 0;
}

void columns_free(struct columns *columns)
{
	for (size_t i = 0; i < columns->cell_count; i++)
		free(columns->cells[i]);
	free(columns->cells);
	*columns = (struct columns){ 0 };
}
