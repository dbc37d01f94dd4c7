// SPDX-License-Identifier: GPL-2.0-only
/* The lines and words of a text file; see lines.h. */
#include "tools/import/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLANKS " \t\r\v\f"

char *import_trim(char *text)
{
	size_t length;

	text += strspn(text, BLANKS);
	length = strlen(text);
	while (length > 0 && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

char *import_next_line(struct import_plan *plan, struct import_lines *lines)
{
	const char *file_end = lines->file->text + lines->file->length;
	const char *end;
	char *copy;

	if (lines->at >= file_end)
		return NULL;
	end = memchr(lines->at, '\n', (size_t)(file_end - lines->at));
	if (!end)
		end = file_end;
	copy = arena_copy(&plan->arena, lines->at, (size_t)(end - lines->at));
	lines->at = end + 1;
	lines->number++;
	if (!copy) {
		plan->out_of_memory = true;
		return NULL;
	}
	return import_trim(copy);
}

char *import_next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t length = strcspn(word, BLANKS);

	if (length == 0)
		return NULL;
	*rest = word + length;
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

int import_refuse_line(const struct import_lines *lines, const char *doing, const char *hint,
		       struct fault *fault)
{
	char place[sizeof(fault->peer)];

	snprintf(place, sizeof(place), "%.80s:%u", lines->file->name, lines->number);
	return fault_set(fault, EINVAL, doing, place, hint);
}
