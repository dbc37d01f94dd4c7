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
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line ? -1 : 1;
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

/* With control characters as '?': a definition may come from somebody else. */
static void add_plain(struct text *text, const char *string)
{
	size_t begin = text->length;

	text_add(text, string);
	for (size_t i = begin; !text->error && i < text->length; i++)
		if (((unsigned char)text->data[i] < ' ' && text->data[i] != '\t') ||
		    text->data[i] == 0x7f)
			text->data[i] = '?';
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

/* The marks stand below the text also where tabs are before it. */
static void add_marks(const struct finding *finding, struct text *text)
{
	unsigned int column = 1, rest = 0;

	for (const char *at = finding->line; *at && column < finding->place.column; at++) {
		if (!begins_character(at[0]))
			continue;
		text_add(text, *at == '\t' ? "\t" : " ");
		column++;
	}
	for (const char *at = finding->line; *at; at++)
		rest += begins_character(*at);
	rest = rest >= finding->place.column ? rest - finding->place.column + 1 : 1;
	text_add(text, "^");
	for (unsigned int i = 1; i < finding->length && i < rest; i++)
		text_add(text, "~");
	text_add(text, "\n");
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
	if (finding->line && finding->line[strspn(finding->line, " \t\r")]) {
		text_add(text, "  ");
		add_plain(text, finding->line);
		text_add(text, "\n  ");
		add_marks(finding, text);
	}
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
