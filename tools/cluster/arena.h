/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is given back all at once.
 *
 * What is allocated together lives together: a definition has hundreds of thousands of small pieces
 * whose lifetimes end at the same moment. Begin with { 0 }.
 */
#ifndef WIREROOT_ARENA_H
#define WIREROOT_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *block; /* the newest; private */
	size_t used; /* of it */
};

/* @size bytes of zeros, aligned for any type, or NULL when memory ran out. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of @length bytes with a NUL behind them, or NULL. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* What printf() would write, or NULL. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void arena_free(struct arena *arena);

#endif
