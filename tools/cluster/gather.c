// SPDX-License-Identifier: GPL-2.0-only
/* What is found of many nodes alike; see gather.h. */
#include "tools/cluster/gather.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A longer list of names says less than how many there are. */
#define FOLDED_LENGTH_MAX 72

struct gathered {
	struct gathered *next;
	struct place place;
	unsigned int length;
	bool warning;
	const char *suggestion, *message;
	const char *plural; /* instead of ->message where several nodes have it, or NULL */
	struct nodeset *nodes;
};

static struct gathered *new_gathered(struct gather *gather, const char *key)
{
	struct gathered *gathered = arena_alloc(gather->arena, sizeof(*gathered));

	if (!gathered)
		return NULL;
	gathered->nodes = nodeset_new();
	if (!gathered->nodes || table_put(&gather->table, key, strlen(key), gathered)) {
		nodeset_free(gathered->nodes);
		return NULL;
	}
	if (!gather->first)
		gather->last = &gather->first;
	*gather->last = gathered;
	gather->last = &gathered->next;
	return gathered;
}

/* The entry for @message at @place, a new one if there is none yet, or NULL. */
static struct gathered *gathered_at(struct gather *gather, struct place place, const char *message)
{
	char *key = arena_printf(gather->arena, "%s:%u:%u:%s", place.file ? place.file : "",
				 place.line, place.column, message);
	struct gathered *gathered;

	if (!key)
		return NULL;
	gathered = table_find(&gather->table, key, strlen(key));
	if (gathered)
		return gathered;
	gathered = new_gathered(gather, key);
	if (gathered) {
		gathered->place = place;
		gathered->message = key + strlen(key) - strlen(message);
	}
	return gathered;
}

void gather_add(struct gather *gather, struct place place, unsigned int length, bool warning,
		const char *suggestion, const char *node, const char *format, ...)
{
	struct text message = { 0 };
	struct gathered *gathered;
	struct fault fault;
	va_list values;

	va_start(values, format);
	text_vprintf(&message, format, values);
	va_end(values);
	gathered = gathered_at(gather, place, text_string(&message));
	gather->no_memory |= !gathered || message.error;
	text_free(&message);
	if (!gathered)
		return;
	gathered->length = length;
	gathered->warning = warning;
	gathered->suggestion = suggestion;
	/* A name that is none was reported where it stands. */
	(void)nodeset_add_name(gathered->nodes, node, &fault);
}

void gather_add_alike(struct gather *gather, struct place place, unsigned int length, bool warning,
		      const char *suggestion, const char *node, const char *message,
		      const char *plural)
{
	struct gathered *gathered = gathered_at(gather, place, plural);
	struct fault fault;

	if (gathered && !gathered->plural) {
		gathered->plural = gathered->message;
		gathered->message = arena_printf(gather->arena, "%s", message);
		gathered->length = length;
		gathered->warning = warning;
		gathered->suggestion = suggestion;
	}
	if (!gathered || !gathered->message) {
		gather->no_memory = true;
		return;
	}
	(void)nodeset_add_name(gathered->nodes, node, &fault);
}

static void emit(const struct gathered *gathered, struct findings *findings)
{
	size_t count = nodeset_count(gathered->nodes);
	const char *message = count > 1 && gathered->plural ? gathered->plural : gathered->message;
	struct text folded = { 0 };
	struct fault fault;

	if (count == 0 || nodeset_fold(gathered->nodes, &folded, &fault)) {
		findings_add(findings, gathered->place, gathered->length, gathered->warning,
			     gathered->suggestion, "%s", message);
	} else if (folded.length > FOLDED_LENGTH_MAX) {
		const char *text = text_string(&folded);
		int length = FOLDED_LENGTH_MAX;

		while (length > 0 && text[length] != ',')
			length--;
		findings_add(findings, gathered->place, gathered->length, gathered->warning,
			     gathered->suggestion, "%.*s%s (%zu nodes): %s",
			     length ? length : FOLDED_LENGTH_MAX, text, length ? ",..." : "...",
			     count, message);
	} else {
		findings_add(findings, gathered->place, gathered->length, gathered->warning,
			     gathered->suggestion, "%s: %s", text_string(&folded), message);
	}
	text_free(&folded);
}

void gather_flush(struct gather *gather, struct findings *findings)
{
	for (const struct gathered *at = gather->first; at; at = at->next)
		emit(at, findings);
	findings->out_of_memory |= gather->no_memory;
	gather_free(gather);
}

void gather_free(struct gather *gather)
{
	for (struct gathered *at = gather->first; at; at = at->next)
		nodeset_free(at->nodes);
	table_free(&gather->table);
	*gather = (struct gather){ .arena = gather->arena };
}
