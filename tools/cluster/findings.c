// SPDX-License-Identifier: GPL-2.0-only
/* What a check of a definition has found; see findings.h. */
#include "tools/cluster/findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_finding(struct finding *finding)
{
	free((char *)finding->place.file);
	free(finding->message);
	free(finding->suggestion);
	free(finding->line);
	free(finding->key);
}

/* A free entry at the end of the list, or NULL. */
static struct finding *new_finding(struct findings *findings)
{
	if (findings->count == findings->capacity) {
		size_t capacity = findings->capacity ? findings->capacity * 2 : 16;
		struct finding *more =
			reallocarray(findings->list, capacity, sizeof(*findings->list));

		if (!more)
			return NULL;
		findings->list = more;
		findings->capacity = capacity;
	}
	findings->list[findings->count] = (struct finding){ 0 };
	return &findings->list[findings->count];
}

static char *copy(const char *text, bool *failed)
{
	char *copied = text ? strdup(text) : NULL;

	*failed |= text && !copied;
	return copied;
}

/* Keep @finding, of which all that is not its own is copied. 0 or -ENOMEM. */
static int keep(struct findings *findings, struct finding finding, const char *suggestion)
{
	struct finding *kept = new_finding(findings);
	bool failed = !kept;

	finding.place.file = copy(finding.place.file, &failed);
	finding.suggestion = copy(suggestion, &failed);
	if (failed || table_put(&findings->seen, finding.key, strlen(finding.key), finding.key)) {
		free((char *)finding.place.file);
		free(finding.suggestion);
		return -ENOMEM;
	}
	*kept = finding;
	findings->count++;
	return 0;
}

/* An alias of YAML's, or an entry for several nodes, would tell the same twice. */
static bool is_known(const struct findings *findings, const struct finding *finding)
{
	return table_find(&findings->seen, finding->key, strlen(finding->key));
}

/* Count @finding, whose message and key are complete, and keep it if there is room. */
static int take(struct findings *findings, struct finding finding, const char *suggestion)
{
	if (is_known(findings, &finding))
		return -EEXIST;
	*(finding.warning ? &findings->warnings : &findings->errors) += 1;
	if (findings->count >= FINDINGS_MAX)
		return -E2BIG;
	return keep(findings, finding, suggestion);
}

void findings_add(struct findings *findings, struct place place, unsigned int length, bool warning,
		  const char *suggestion, const char *format, ...)
{
	struct finding finding = { .place = place, .length = length ? length : 1 };
	va_list values;
	int error;

	finding.warning = warning;
	va_start(values, format);
	if (vasprintf(&finding.message, format, values) < 0)
		finding.message = NULL;
	va_end(values);
	if (!finding.message || asprintf(&finding.key, "%s:%u:%u:%s", place.file ? place.file : "",
					 place.line, place.column, finding.message) < 0)
		finding.key = NULL;
	error = finding.key ? take(findings, finding, suggestion) : -ENOMEM;
	findings->out_of_memory |= error == -ENOMEM;
	if (error) {
		free(finding.message);
		free(finding.key);
	}
}

/* One definition has cluster.yaml first, then the files beside it; NULL goes to the end. */
static int compare_files(const char *a, const char *b)
{
	const char *slash_a, *slash_b;

	if (!a || !b)
		return !a - !b;
	slash_a = strstr(a, "/nodes.d/");
	slash_b = strstr(b, "/nodes.d/");
	if (!slash_a != !slash_b)
		return slash_a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_places(const struct finding *a, const struct finding *b)
{
	int order = compare_files(a->place.file, b->place.file);

	if (order)
		return order;
	/* What has no line is behind all that has. */
	if (a->place.line != b->place.line)
		return a->place.line - 1 < b->place.line - 1 ? -1 : 1;
	if (a->place.column != b->place.column)
		return a->place.column < b->place.column ? -1 : 1;
	return 0;
}

/* A merge sort, which keeps the order of equals. @space has room for @count. */
static void sort(struct finding *list, size_t count, struct finding *space)
{
	size_t half = count / 2, left = 0, right = half;

	if (count < 2)
		return;
	sort(list, half, space);
	sort(list + half, count - half, space);
	memcpy(space, list, count * sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		bool from_right = left == half || (right < count &&
						   compare_places(&space[right], &space[left]) < 0);

		list[i] = space[from_right ? right++ : left++];
	}
}

void findings_sort(struct findings *findings)
{
	struct finding *space = calloc(findings->count + 1, sizeof(*space));

	if (!space) {
		findings->out_of_memory = true;
		return;
	}
	sort(findings->list, findings->count, space);
	free(space);
}

/* Where the line @number (from 1) begins, going on from *@at, the beginning of line *@current. */
static const char *find_line(const char *at, const char *end, unsigned int *current,
			     unsigned int number)
{
	while (at && *current < number) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
		++*current;
	}
	return at;
}

void findings_keep_lines(struct findings *findings, const char *file, const char *text,
			 size_t length)
{
	const char *end = text + length, *at = text;
	unsigned int current = 1;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];
		const char *line_end;

		if (!finding->place.file || strcmp(finding->place.file, file) != 0 || finding->line)
			continue;
		if (finding->place.line < current || !at) {
			at = text;
			current = 1;
		}
		at = find_line(at, end, &current, finding->place.line);
		if (!at || !finding->place.line)
			continue;
		line_end = memchr(at, '\n', (size_t)(end - at));
		finding->line = strndup(at, (size_t)((line_end ? line_end : end) - at));
	}
}

/* How many bytes the UTF-8 character at @text has; 0 when there is none. Good enough to be shown.
 */
static size_t character_length(const char *text)
{
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80   ? 1
			: first < 0xc2 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf5 ? 4
				       : 0;

	for (size_t i = 1; i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* With what is no text as '?': a definition may come from somebody else. */
static void add_plain(struct text *text, const char *string)
{
	while (*string) {
		size_t length = character_length(string);
		bool plain = length > 1 || (*string >= ' ' && *string < 0x7f) || *string == '\t';

		if (length && plain)
			text_add_bytes(text, string, length);
		else
			text_add(text, "?");
		string += length ? length : 1;
	}
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Characters of a long line that are shown before the offending text, and in all. */
#define SHOWN_BEFORE 60
#define SHOWN	     120

/* Where the part of the line that is shown begins and ends; *@first is the column of its begin. */
static const char *shown_part(const struct finding *finding, unsigned int *first, size_t *length)
{
	const char *begin = finding->line, *end;
	unsigned int column = 1, behind;

	*first = finding->place.column > SHOWN ? finding->place.column - SHOWN_BEFORE : 1;
	for (; *begin && column < *first; begin++)
		column += begins_character(begin[1]);
	behind = column;
	for (end = begin; *end && behind < *first + SHOWN; end++)
		behind += begins_character(end[1]);
	*length = (size_t)(end - begin);
	return begin;
}

/* The marks stand below the text also where tabs are before it. @part begins at column @first. */
static void add_marks(const struct finding *finding, const char *part, unsigned int first,
		      struct text *text)
{
	unsigned int column = first, rest = 0;
	const char *at = part;

	for (; *at && column < finding->place.column; at++) {
		if (!begins_character(at[0]))
			continue;
		text_add(text, *at == '\t' ? "\t" : " ");
		column++;
	}
	for (; *at; at++)
		rest += begins_character(*at);
	text_add(text, "^");
	for (unsigned int i = 1; i < finding->length && i < rest; i++)
		text_add(text, "~");
	text_add(text, "\n");
}

static void add_line(const struct finding *finding, struct text *text)
{
	unsigned int first;
	size_t length;
	const char *begin = shown_part(finding, &first, &length);
	char *part = strndup(begin, length);

	if (!part) {
		text->error = ENOMEM;
		return;
	}
	text_add(text, first > 1 ? "  ..." : "  ");
	add_plain(text, part);
	text_add(text, begin[length] ? "...\n" : "\n");
	text_add(text, first > 1 ? "     " : "  ");
	add_marks(finding, part, first, text);
	free(part);
}

static void add_finding(const struct finding *finding, struct text *text)
{
	const struct place *place = &finding->place;

	if (place->file)
		add_plain(text, place->file);
	if (place->file && place->line)
		text_printf(text, ":%u:%u", place->line, place->column);
	text_printf(text, "%s%s: ", place->file ? ": " : "",
		    finding->warning ? "warning" : "error");
	add_plain(text, finding->message);
	text_add(text, "\n");
	if (finding->line && finding->line[strspn(finding->line, " \t\r")])
		add_line(finding, text);
	if (finding->suggestion) {
		text_add(text, "  try: ");
		add_plain(text, finding->suggestion);
		text_add(text, "\n");
	}
}

void findings_to_text(const struct findings *findings, struct text *text)
{
	size_t all = findings->errors + findings->warnings;

	for (size_t i = 0; i < findings->count; i++)
		add_finding(&findings->list[i], text);
	if (all > findings->count)
		text_printf(text, "and %zu more\n", all - findings->count);
}

/* What is not UTF-8 in a definition is refused; file names may hold anything. */
static json_t *string_or_null(const char *string)
{
	json_t *json = string ? json_string(string) : NULL;

	return json ? json : json_null();
}

json_t *findings_to_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		bool placed = finding->place.file && finding->place.line;
		json_t *entry = json_object();

		json_object_set_new(entry, "file", string_or_null(finding->place.file));
		json_object_set_new(entry, "line",
				    placed ? json_integer(finding->place.line) : json_null());
		json_object_set_new(entry, "column",
				    placed ? json_integer(finding->place.column) : json_null());
		json_object_set_new(entry, "length",
				    placed ? json_integer(finding->length) : json_null());
		json_object_set_new(entry, "severity",
				    json_string(finding->warning ? "warning" : "error"));
		json_object_set_new(entry, "message", string_or_null(finding->message));
		json_object_set_new(entry, "suggestion", string_or_null(finding->suggestion));
		json_array_append_new(list, entry);
	}
	return list;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free_finding(&findings->list[i]);
	free(findings->list);
	table_free(&findings->seen);
	*findings = (struct findings){ 0 };
}
