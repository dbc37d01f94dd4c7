// SPDX-License-Identifier: GPL-2.0-only
/*
 * A strict reader of tgt-admin's configuration.
 *
 * tgt-admin passes over what it does not understand, and its dry run over disks that are missing;
 * both would show only when a node finds no disk. It takes far more than is taken here: this
 * is for files that Wireroot wrote.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/generation/checks.h"

/* Within a target; each is followed by one word. */
static const char *const keys[] = {
	"allow-in-use",	     "backing-store",  "bs-type",     "direct-store", "driver",
	"initiator-address", "initiator-name", "readonly",    "scsi_id",      "scsi_sn",
	"incominguser",	     "outgoinguser",   "write-cache",
};

static bool is_key(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == length && !memcmp(keys[i], word, length))
			return true;
	return false;
}

/* What is wrong with the line of @length bytes without blanks around it, or NULL. */
static const char *judge_line(const char *line, size_t length, bool *inside)
{
	static const char open[] = "<target ", close[] = "</target>";
	size_t word = 0;

	if (length == 0 || line[0] == '#')
		return NULL;
	if (length == sizeof(close) - 1 && !memcmp(line, close, length)) {
		if (!*inside)
			return "the end of a target that did not begin";
		*inside = false;
		return NULL;
	}
	if (length > sizeof(open) && !memcmp(line, open, sizeof(open) - 1) &&
	    line[length - 1] == '>') {
		if (*inside)
			return "a target within a target";
		*inside = true;
		return memchr(line + sizeof(open) - 1, ' ', length - sizeof(open) + 1)
			       ? "a target's name is one word"
			       : NULL;
	}
	while (word < length && !isspace((unsigned char)line[word]))
		word++;
	if (!*inside && !(word == 14 && !memcmp(line, "default-driver", word)))
		return "something outside of a target";
	if (*inside && !is_key(line, word))
		return "an unknown word";
	return word < length ? NULL : "a word without a value";
}

static int refuse(unsigned int line, const char *name, const char *why, struct fault *fault)
{
	char hint[sizeof(fault->hint)];

	snprintf(hint, sizeof(hint), "line %u: %s", line, why);
	return fault_set(fault, EINVAL, "check", name, hint);
}

int check_tgt_text(const char *text, size_t length, const char *name, struct fault *fault)
{
	const char *end = text + length;
	unsigned int number = 0;
	bool inside = false;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *line = text, *last = stop ? stop : end;
		const char *why;

		number++;
		while (line < last && isspace((unsigned char)*line))
			line++;
		while (last > line && isspace((unsigned char)last[-1]))
			last--;
		why = judge_line(line, (size_t)(last - line), &inside);
		if (why)
			return refuse(number, name, why, fault);
		text = stop ? stop + 1 : end;
	}
	return inside ? refuse(number, name, "a target that does not end", fault) : 0;
}
