/* SPDX-License-Identifier: GPL-2.0-only */
/* Splitting the node file, which holds one parameter a line, into words; words.h has the contract.
 */
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

static int refuse_line(struct fault *fault, const char *name, unsigned int line, const char *hint)
{
	char peer[sizeof(fault->peer)];

	snprintf(peer, sizeof(peer), "%s line %u", name, line);
	return fault_set(fault, EINVAL, "read the node file", peer, hint);
}

/* The hint for the first byte of @line that a text file has no use for, or NULL. */
static const char *strange_byte(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == '\r')
			return "it has DOS line ends; take the carriage returns out";
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "it holds a control character; the file must be plain text";
	}
	return NULL;
}

/* The one word of @line, NULL for a line without one. Returns NULL, or the hint for a bad line. */
static const char *take_line(char *line, char **word)
{
	bool unclosed;
	char *more;

	*word = NULL;
	line += strspn(line, " \t");
	if (*line == '#')
		return NULL;
	line = words_next(line, word, &unclosed);
	if (unclosed)
		return "a double quote is not closed";
	line += strspn(line, " \t");
	if (*line && *line != '#')
		return "put one parameter on a line, with a value that holds blanks in double quotes";
	more = *word;
	if (more && !strcmp(more, "--"))
		return "only the kernel command line can hold `--`";
	return NULL;
}

int node_file_split(char *text, size_t length, const char *name, struct words *words,
		    struct fault *fault)
{
	unsigned int count_before = words->count;
	char *end = text + length;
	unsigned int number = 0;
	int rc = 0;

	/* Editors on other systems put a byte order mark there; it would hide the first word. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (!rc && text < end) {
		char *next = memchr(text, '\n', (size_t)(end - text));
		const char *hint;
		char *word = NULL;

		number++;
		if (!next)
			next = end;
		*next = '\0';
		hint = strange_byte(text, (size_t)(next - text));
		if (!hint)
			hint = take_line(text, &word);
		if (hint)
			rc = refuse_line(fault, name, number, hint);
		else if (word)
			rc = words_add(words, word, fault);
		text = next + 1;
	}
	if (rc)
		words->count = count_before;
	return rc;
}
