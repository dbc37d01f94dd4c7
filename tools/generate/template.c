/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts values into text. See template.h for the rules. */
#include "tools/generate/template.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* More variables than any template of ours has; one bit for each tells whether it was used. */
#define VARIABLES_MAX 64

struct template
{
	const char *text;
	size_t length;
	size_t at;
	const char *source;
	const struct template_variable *variables;
	size_t count;
	uint64_t used;
};

/* A fault at the '@' where @template->at is. */
static int fault_here(const struct template *template, const char *doing, const char *hint,
		      struct fault *fault)
{
	char peer[sizeof(fault->peer)];
	size_t line = 1, column = 1;

	for (size_t i = 0; i < template->at; i++) {
		column++;
		if (template->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	snprintf(peer, sizeof(peer), "%s:%zu:%zu", template->source, line, column);
	return fault_set(fault, EINVAL, doing, peer, hint);
}

/* Length of the name at @text, of @length bytes; 0 when there is none. */
static size_t name_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length &&
	       ((text[at] >= 'A' && text[at] <= 'Z') ||
		(at > 0 && ((text[at] >= '0' && text[at] <= '9') || text[at] == '_'))))
		at++;
	return at;
}

static int fault_undefined(const struct template *template, const char *name, size_t length,
			   struct fault *fault)
{
	char doing[sizeof(fault->doing)], hint[sizeof(fault->hint)] = "it knows";
	size_t used = strlen(hint);

	snprintf(doing, sizeof(doing), "fill in a template: unknown variable @%.*s@", (int)length,
		 name);
	for (size_t i = 0; i < template->count && used < sizeof(hint); i++)
		used += (size_t)snprintf(hint + used, sizeof(hint) - used, " @%s@",
					 template->variables[i].name);
	return fault_here(template, doing, hint, fault);
}

/* At an '@': add what it stands for, and move behind it. */
static int expand(struct template *template, struct text *output, struct fault *fault)
{
	const char *name = template->text + template->at + 1;
	size_t rest = template->length - template->at - 1;
	size_t length = name_length(name, rest);

	if (rest > 0 && *name == '@') {
		text_add(output, "@");
		template->at += 2;
		return 0;
	}
	if (length == 0 || length == rest || name[length] != '@')
		return fault_here(template, "fill in a template: '@' begins no @NAME@",
				  "write @@ for a single '@'", fault);
	for (size_t i = 0; i < template->count; i++) {
		const struct template_variable *variable = &template->variables[i];

		if (strlen(variable->name) != length || memcmp(variable->name, name, length) != 0)
			continue;
		text_add(output, variable->value);
		template->used |= UINT64_C(1) << i;
		template->at += length + 2;
		return 0;
	}
	return fault_undefined(template, name, length, fault);
}

static int check_used(const struct template *template, struct fault *fault)
{
	char doing[sizeof(fault->doing)];

	for (size_t i = 0; i < template->count; i++) {
		if (template->variables[i].optional || template->used >> i & 1)
			continue;
		snprintf(doing, sizeof(doing), "fill in a template: it never uses @%s@",
			 template->variables[i].name);
		return fault_set(fault, EINVAL, doing, template->source,
				 "what it stands for would be missing; put it in");
	}
	return 0;
}

int template_render(const char *text, size_t length, const char *source,
		    const struct template_variable *variables, size_t count, struct text *output,
		    struct fault *fault)
{
	struct template template = { .text = text,
				     .length = length,
				     .source = source,
				     .variables = variables,
				     .count = count };

	if (count > VARIABLES_MAX)
		return fault_set(fault, E2BIG, "fill in a template", source, NULL);
	while (template.at < length) {
		const char *next = memchr(text + template.at, '@', length - template.at);
		size_t plain = (size_t)((next ? next : text + length) - (text + template.at));

		text_add_bytes(output, text + template.at, plain);
		template.at += plain;
		if (next && expand(&template, output, fault))
			return -fault->error;
	}
	if (output->error)
		return fault_set(fault, output->error, "fill in a template", source, NULL);
	return check_used(&template, fault);
}
