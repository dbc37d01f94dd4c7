/* SPDX-License-Identifier: GPL-2.0-only */
/* Splitting a kernel command line into words; words.h has the contract. */
#include "words.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Take the quotes off @word, whose bytes end at @end: those around the whole word, or those around
 * the value. A quote elsewhere stays, as in the kernel.
 */
static void unquote(char *word, char *end, bool whole)
{
	char *equals = strchr(word, '=');

	if (equals && equals > word && equals[1] == '"') {
		/* A value of one quote alone is an unclosed one: there is no second one to take. */
		if (end > equals + 2 && end[-1] == '"')
			*--end = '\0';
		memmove(equals + 1, equals + 2, (size_t)(end - equals) - 1);
	}
	if (whole && end > word && end[-1] == '"')
		end[-1] = '\0';
}

char *words_next(char *text, char **word, bool *unclosed)
{
	bool whole, quoted;
	char *end;

	*word = NULL;
	*unclosed = false;
	while (is_blank(*text))
		text++;
	if (!*text)
		return text;
	whole = quoted = *text == '"';
	text += whole;
	for (end = text; *end && (quoted || !is_blank(*end)); end++)
		if (*end == '"')
			quoted = !quoted;
	*unclosed = quoted;
	*word = text;
	text = *end ? end + 1 : end;
	*end = '\0';
	unquote(*word, end, whole);
	return text;
}

int words_add(struct words *words, char *word, struct fault *fault)
{
	if (words->count == WORDS_MAX)
		return fault_set(fault, E2BIG, "split parameters into words", word,
				 "more than 256 words were given; leave some out");
	words->word[words->count++] = word;
	return 0;
}

int words_split(char *text, struct words *words, struct fault *fault)
{
	bool unclosed;
	char *word;
	int rc;

	for (;;) {
		text = words_next(text, &word, &unclosed);
		if (!word || !strcmp(word, "--"))
			return 0;
		rc = words_add(words, word, fault);
		if (rc)
			return rc;
		/* Only the last word can be left open: it runs to the end of the text. */
		if (unclosed)
			return fault_set(
				fault, EINVAL, "split the kernel command line", word,
				"a double quote is not closed; put one at the value's end");
	}
}
