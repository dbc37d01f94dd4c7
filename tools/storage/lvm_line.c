// SPDX-License-Identifier: GPL-2.0-only
/* Words and names for LVM; see lvm_line.h. */
#include "tools/storage/lvm_line.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* LVM's library takes 64, and says nothing of those behind. */
#define WORDS_MAX 60

static int add_word(const char *word, struct text *line, struct fault *fault)
{
	bool quoted = !*word || strchr(word, ' ') || *word == '#';

	for (const char *byte = word; *byte; byte++)
		if ((unsigned char)*byte < ' ' || *byte == 0x7f || strchr("\"'\\", *byte))
			return fault_set(
				fault, EINVAL, "tell LVM", word,
				"quotes, backslashes and control characters cannot be told");
	if (line->length)
		text_add(line, " ");
	if (quoted)
		text_add(line, "\"");
	text_add(line, word);
	if (quoted)
		text_add(line, "\"");
	return 0;
}

int lvm_line(const char *const argv[], struct text *line, struct fault *fault)
{
	int error = 0;
	size_t count;

	for (count = 0; !error && argv[count]; count++)
		error = add_word(argv[count], line, fault);
	if (!error && (count > WORDS_MAX || line->length >= LVM_LINE_BYTES_MAX))
		error = fault_set(fault, EINVAL, "tell LVM", argv[0], "that is too long");
	if (!error && line->error)
		error = fault_set(fault, line->error, "tell LVM", argv[0], NULL);
	return error;
}

/* A hyphen parts the two names, so those within them are doubled. */
static size_t add_doubled(const char *name, char *to, size_t size, size_t used)
{
	for (; *name; name++) {
		for (int times = *name == '-' ? 2 : 1; times > 0; times--) {
			if (used < size)
				to[used] = *name;
			used++;
		}
	}
	return used;
}

int lvm_mapper_name(const char *group, const char *volume, char *name, size_t size)
{
	size_t used = add_doubled(group, name, size, 0);

	if (used < size)
		name[used] = '-';
	used = add_doubled(volume, name, size, used + 1);
	if (used >= size)
		return -ENAMETOOLONG;
	name[used] = '\0';
	return 0;
}
