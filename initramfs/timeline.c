/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timeline's text form, written by the init and read by whoever watches nodes boot. Pure.
 *
 * The reader takes exactly what the writer makes, in the writer's order, and refuses all else: the
 * text arrives from the network and goes on to log files and web pages.
 */
#include "timeline.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_PARAMS] = "params", [STAGE_MODULES] = "modules", [STAGE_LINK] = "link",
	[STAGE_LEASE] = "lease",   [STAGE_ROOT] = "root",	[STAGE_OVERLAY] = "overlay",
	[STAGE_SWAP] = "swap",	   [STAGE_HANDOFF] = "handoff", [STAGE_SWITCH_ROOT] = "switch_root",
};

static const char *const state_names[] = {
	[STAGE_RUNNING] = "running",
	[STAGE_DONE] = "done",
	[STAGE_FAILED] = "failed",
};

const char *stage_name(enum stage stage)
{
	return stage_names[stage];
}

int stage_from_name(const char *name)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		if (strcmp(stage_names[i], name) == 0)
			return i;
	return -ENOENT;
}

/* What the words may look like */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_name_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '.' || c == '-' || c == '_';
}

/* @pattern: 'x' stands for a lower-case hexadecimal digit, all else for itself. */
static bool matches(const char *word, const char *pattern)
{
	for (; *pattern; word++, pattern++)
		if (*pattern == 'x' ? !is_hex(*word) : *word != *pattern)
			return false;
	return *word == '\0';
}

static bool is_mac(const char *word)
{
	return matches(word, "xx:xx:xx:xx:xx:xx");
}

static bool is_boot_id(const char *word)
{
	return matches(word, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static bool is_node_name(const char *word)
{
	/* A lone "-" stands for 'unknown'. */
	if (strcmp(word, "-") == 0)
		return false;
	for (const char *c = word; *c; c++)
		if (!is_name_character(*c))
			return false;
	return word[0] != '\0';
}

/* Writing */

struct writer {
	char *text;
	size_t length;
	bool full;
};

static void __attribute__((format(printf, 2, 3)))
write_text(struct writer *writer, const char *format, ...)
{
	size_t room = TIMELINE_TEXT_BYTES - writer->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(writer->text + writer->length, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		writer->full = true;
	else
		writer->length += length;
}

/* A host name may come from the command line and hold anything; one odd character shall not make
 * the whole timeline unreadable. */
static void write_node(struct writer *writer, const char *node)
{
	char name[sizeof(((struct timeline *)0)->node)];

	snprintf(name, sizeof(name), "%s", node);
	for (char *c = name; *c; c++)
		if (!is_name_character(*c))
			*c = '_';
	write_text(writer, "node %s\n", name[0] ? name : "-");
}

static void write_stages(struct writer *writer, const struct timeline *timeline)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		const struct stage_times *times = &timeline->stages[i];

		if (times->state == STAGE_WAITING)
			continue;
		write_text(writer, "stage %s %llu %llu %s\n", stage_names[i],
			   (unsigned long long)times->start_us,
			   times->state == STAGE_RUNNING ? 0ULL : (unsigned long long)times->end_us,
			   state_names[times->state]);
	}
}

static void write_fault(struct writer *writer, const struct timeline *timeline)
{
	char line[FAULT_LINE_BYTES];

	if (!timeline->fault_line[0])
		return;
	snprintf(line, sizeof(line), "%s", timeline->fault_line);
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	write_text(writer, "fault %s %llu %d %s\n", stage_names[timeline->fault_stage],
		   (unsigned long long)timeline->fault_us, timeline->fault_errno, line);
}

int timeline_format(const struct timeline *timeline, char text[static TIMELINE_TEXT_BYTES])
{
	struct writer writer = { .text = text };

	write_text(&writer, "wireroot-timeline 1\n");
	write_node(&writer, timeline->node);
	write_text(&writer, "mac %s\n", is_mac(timeline->mac) ? timeline->mac : "-");
	write_text(&writer, "boot %s\n", is_boot_id(timeline->boot_id) ? timeline->boot_id : "-");
	write_text(&writer, "sequence %lu\n", (unsigned long)timeline->sequence);
	write_stages(&writer, timeline);
	write_fault(&writer, timeline);
	write_text(&writer, "end\n");
	return writer.full ? -EMSGSIZE : (int)writer.length;
}

/* Reading */

struct reader {
	const char *next;
	const char *end;
};

/* Pass over @expected, or stay. */
static bool take(struct reader *reader, const char *expected)
{
	size_t length = strlen(expected);

	if ((size_t)(reader->end - reader->next) < length ||
	    memcmp(reader->next, expected, length) != 0)
		return false;
	reader->next += length;
	return true;
}

/* Copy what stands before the next @stop, which is taken, too. False when it is empty, does not fit
 * or holds anything but printable ASCII. */
static bool take_until(struct reader *reader, char stop, char *word, size_t size)
{
	size_t length = 0;

	while (reader->next < reader->end && *reader->next != stop) {
		if (*reader->next < ' ' || *reader->next > '~' || length + 1 >= size)
			return false;
		word[length++] = *reader->next++;
	}
	word[length] = '\0';
	return length > 0 && reader->next++ < reader->end;
}

static bool take_number(struct reader *reader, char stop, uint64_t max, uint64_t *number)
{
	char digits[21]; /* UINT64_MAX has 20 */

	*number = 0;
	if (!take_until(reader, stop, digits, sizeof(digits)))
		return false;
	for (const char *c = digits; *c; c++) {
		unsigned int digit = (unsigned char)*c - '0';

		if (digit > 9 || *number > (max - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/* A line "KEY WORD", where "-" stands for the empty string. */
static bool take_identity(struct reader *reader, const char *key, bool (*is_valid)(const char *),
			  char *word, size_t size)
{
	if (!take(reader, key) || !take_until(reader, '\n', word, size))
		return false;
	if (strcmp(word, "-") == 0) {
		word[0] = '\0';
		return true;
	}
	return is_valid(word);
}

static bool take_stage_name(struct reader *reader, int *stage)
{
	char name[16];

	if (!take_until(reader, ' ', name, sizeof(name)))
		return false;
	*stage = stage_from_name(name);
	return *stage >= 0;
}

static bool take_state(struct reader *reader, enum stage_state *state)
{
	char name[8];

	if (!take_until(reader, '\n', name, sizeof(name)))
		return false;
	for (*state = STAGE_RUNNING; *state <= STAGE_FAILED; (*state)++)
		if (strcmp(state_names[*state], name) == 0)
			return true;
	return false;
}

/* A stage's line, behind the word "stage". @after: no earlier stage and not this one may follow. */
static bool take_stage(struct reader *reader, struct timeline *timeline, int *after)
{
	struct stage_times times;
	int stage;

	if (!take_stage_name(reader, &stage) || stage <= *after ||
	    !take_number(reader, ' ', UINT64_MAX, &times.start_us) ||
	    !take_number(reader, ' ', UINT64_MAX, &times.end_us) ||
	    !take_state(reader, &times.state))
		return false;
	if (times.state == STAGE_RUNNING ? times.end_us != 0 : times.end_us < times.start_us)
		return false;
	timeline->stages[stage] = times;
	*after = stage;
	return true;
}

static bool take_fault(struct reader *reader, struct timeline *timeline)
{
	uint64_t error;
	int stage;

	if (!take_stage_name(reader, &stage) ||
	    !take_number(reader, ' ', UINT64_MAX, &timeline->fault_us) ||
	    !take_number(reader, ' ', INT_MAX, &error) ||
	    !take_until(reader, '\n', timeline->fault_line, sizeof(timeline->fault_line)))
		return false;
	timeline->fault_stage = stage;
	timeline->fault_errno = error;
	return true;
}

static bool take_head(struct reader *reader, struct timeline *timeline)
{
	uint64_t sequence;

	if (!take(reader, "wireroot-timeline 1\n") ||
	    !take_identity(reader, "node ", is_node_name, timeline->node, sizeof(timeline->node)) ||
	    !take_identity(reader, "mac ", is_mac, timeline->mac, sizeof(timeline->mac)) ||
	    !take_identity(reader, "boot ", is_boot_id, timeline->boot_id,
			   sizeof(timeline->boot_id)) ||
	    !take(reader, "sequence ") || !take_number(reader, '\n', UINT32_MAX, &sequence))
		return false;
	timeline->sequence = sequence;
	return true;
}

int timeline_parse(const char *text, size_t length, struct timeline *timeline)
{
	struct reader reader = { .next = text, .end = text + length };
	int after = -1;

	memset(timeline, 0, sizeof(*timeline));
	if (length >= TIMELINE_TEXT_BYTES || !take_head(&reader, timeline))
		return -EINVAL;
	while (take(&reader, "stage "))
		if (!take_stage(&reader, timeline, &after))
			return -EINVAL;
	if (take(&reader, "fault ") && !take_fault(&reader, timeline))
		return -EINVAL;
	return take(&reader, "end\n") && reader.next == reader.end ? 0 : -EINVAL;
}
