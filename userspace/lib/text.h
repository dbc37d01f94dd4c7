/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A string that grows.
 *
 * Begin with `struct text text = { 0 };`. Additions never fail one by one: running out of memory is
 * remembered in @error and later additions do nothing, so that a writer checks once, at its end.
 * @data is NUL-terminated as soon as something, be it "", was added.
 */
#ifndef WIREROOT_TEXT_H
#define WIREROOT_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
	char *data; /* NULL while nothing was added */
	size_t length;
	size_t capacity;
	int error; /* 0 or ENOMEM */
};

void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list values)
	__attribute__((format(printf, 2, 0)));

/* The string so far, never NULL. */
const char *text_string(const struct text *text);

/* The last line that has more than spaces; NULL when there is none. Cuts @text off behind it. */
const char *text_last_line(struct text *text);

/*
 * Hand the string over to the caller, who frees it; @text is empty afterwards.
 * NULL when memory ran out at any time.
 */
char *text_take(struct text *text);

void text_free(struct text *text);

#endif
