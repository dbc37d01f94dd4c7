// SPDX-License-Identifier: GPL-2.0-only
/* Files of a generation without the secrets that are in them; see mask.h. */
#include "tools/generation/mask.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "tools/cluster/table.h"

enum form {
	PLAIN,
	BEHIND_USER, /* a user's name and a blank come before it */
	/* All up to the last @, of which there may be none: USER:SECRET[:USER:SECRET]@SERVER… */
	ACCOUNTS,
};

/* A secret follows these, up to the next of ->ends or the line's end. */
static const struct mark {
	const char *text, *ends;
	enum form form;
} marks[] = {
	{ "rd.iscsi.password=", " ", PLAIN },	  { "rd.iscsi.in.password=", " ", PLAIN },
	{ "root=iscsi:", " ", ACCOUNTS }, /* netroot=, too */
	{ "root=\"iscsi:", "\"", ACCOUNTS },	  { "\"root=iscsi:", "\"", ACCOUNTS },
	{ "\"netroot=iscsi:", "\"", ACCOUNTS },	  { "wireroot.swap.token=", " ", PLAIN },
	{ "token\": \"", "\"", PLAIN }, /* admin_token, too */
	{ "incominguser ", " ", BEHIND_USER },	  { "outgoinguser ", " ", BEHIND_USER },
	{ "\"chap_password\": \"", "\"", PLAIN }, { "\"chap_mutual_password\": \"", "\"", PLAIN },
};

/* A part of a text. */
struct span {
	const char *text;
	size_t length;
};

/* The first secret behind @mark of the line from @line to @end; false: there is none. */
static bool find_behind(const struct mark *mark, const char *line, const char *end,
			struct span *secret)
{
	size_t length = strlen(mark->text);
	const char *at, *stop;

	while ((at = memmem(line, (size_t)(end - line), mark->text, length))) {
		at += length;
		if (mark->form == BEHIND_USER) {
			stop = memchr(at, ' ', (size_t)(end - at));
			at = stop ? stop + 1 : end;
		}
		for (stop = at; stop < end && !strchr(mark->ends, *stop); stop++)
			;
		line = stop;
		if (mark->form == ACCOUNTS)
			stop = memrchr(at, '@', (size_t)(stop - at));
		if (!stop)
			continue;
		*secret = (struct span){ at, (size_t)(stop - at) };
		return true;
	}
	return false;
}

/* The first secret of the line at @line, which ends at @end; false: there is none. */
static bool find_in_line(const char *line, const char *end, struct span *secret)
{
	bool found = false;

	*secret = (struct span){ line, 0 };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct span other;

		/* Of two at one place, the later mark is the longer one. */
		if (!find_behind(&marks[i], line, end, &other) ||
		    (found && other.text > secret->text))
			continue;
		*secret = other;
		found = true;
	}
	return found;
}

static const char *end_of_line(const char *line)
{
	return line + strcspn(line, "\n");
}

/* All secrets of @text into @table, as keys. 0 or -ENOMEM. */
static int gather(const char *text, struct table *table)
{
	static const char there[] = "";
	int error = 0;

	while (!error && *text) {
		const char *end = end_of_line(text);
		struct span secret;

		while (!error && find_in_line(text, end, &secret)) {
			error = table_put(table, secret.text, secret.length, (void *)there);
			text = secret.text + secret.length;
		}
		text = *end ? end + 1 : end;
	}
	return error;
}

static void mask_line(const char *line, const char *end, const struct table *known,
		      struct text *masked)
{
	struct span secret;

	while (find_in_line(line, end, &secret)) {
		text_add_bytes(masked, line, (size_t)(secret.text - line));
		text_add(masked, known && !table_find(known, secret.text, secret.length)
					 ? "(another secret)"
					 : "(secret)");
		line = secret.text + secret.length;
	}
	text_add_bytes(masked, line, (size_t)(end - line));
}

void mask_secrets(const char *text, const char *before, struct text *masked)
{
	struct table known = { 0 };

	text_add(masked, "");
	if (before && gather(before, &known))
		masked->error = ENOMEM;
	while (*text && !masked->error) {
		const char *end = end_of_line(text);

		mask_line(text, end, before ? &known : NULL, masked);
		if (*end)
			text_add(masked, "\n");
		text = *end ? end + 1 : end;
	}
	table_free(&known);
}
