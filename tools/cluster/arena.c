// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is given back all at once; see arena.h. */
#include "tools/cluster/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small enough for a definition of two nodes, large enough that malloc() is no matter. */
#define BLOCK_BYTES ((size_t)64 << 10)

struct arena_block {
	struct arena_block *next; /* older */
	size_t size;
	alignas(max_align_t) char data[];
};

static size_t round_up(size_t size)
{
	return (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->block;
	size_t rounded = round_up(size);

	if (rounded < size || rounded > SIZE_MAX / 2)
		return NULL;
	if (!block || rounded > block->size - arena->used) {
		size_t bytes = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + bytes);
		if (!block)
			return NULL;
		block->size = bytes;
		block->next = arena->block;
		arena->block = block;
		arena->used = 0;
	}
	arena->used += rounded;
	return block->data + arena->used - rounded;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = length < SIZE_MAX ? arena_alloc(arena, length + 1) : NULL;

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list values;
	char *text;
	int length;

	va_start(values, format);
	length = vsnprintf(NULL, 0, format, values);
	va_end(values);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1);
	if (!text)
		return NULL;
	va_start(values, format);
	vsnprintf(text, (size_t)length + 1, format, values);
	va_end(values);
	return text;
}

void arena_free(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *next = arena->block->next;

		free(arena->block);
		arena->block = next;
	}
	arena->used = 0;
}
