// SPDX-License-Identifier: GPL-2.0-only
/* A string that grows; see text.h. */
#include "userspace/lib/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Have room for @more bytes and the NUL behind them. */
static bool reserve(struct text *text, size_t more)
{
	size_t capacity = text->capacity ? text->capacity : 128;
	char *data;

	if (text->error)
		return false;
	if (more >= SIZE_MAX / 2 - text->length) {
		text->error = ENOMEM;
		return false;
	}
	while (capacity <= text->length + more)
		capacity *= 2;
	if (capacity == text->capacity)
		return true;
	data = realloc(text->data, capacity);
	if (!data) {
		text->error = ENOMEM;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	if (!reserve(text, length))
		return;
	if (length)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list values)
{
	va_list again;
	int length;

	va_copy(again, values);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0) {
		text->error = ENOMEM;
		return;
	}
	if (!reserve(text, (size_t)length))
		return;
	vsnprintf(text->data + text->length, (size_t)length + 1, format, values);
	text->length += (size_t)length;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	text_vprintf(text, format, values);
	va_end(values);
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

const char *text_last_line(struct text *text)
{
	char *newline;

	while (text->length > 0 && text->data[text->length - 1] <= ' ')
		text->data[--text->length] = '\0';
	if (!text->length)
		return NULL;
	newline = strrchr(text->data, '\n');
	return newline ? newline + 1 : text->data;
}

char *text_take(struct text *text)
{
	char *data;

	text_add(text, "");
	data = text->data;
	if (text->error) {
		free(data);
		data = NULL;
	}
	*text = (struct text){ 0 };
	return data;
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}
