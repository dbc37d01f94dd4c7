/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes iPXE scripts. See ipxe.h for what is promised. */
#include "tools/generate/ipxe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/generate/template.h"

/* What the node script adds to the words: BOOTIF=01-… and its spaces. */
#define BOOTIF_BYTES 32

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_printable_line(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/*
 * Whether a word would be taken for something else by iPXE: a comment, or what parts two commands.
 * (iPXE looks at whole words for the latter, and at a word's first character for the former.)
 */
static bool is_ipxe_syntax(const char *word, size_t length)
{
	static const char *const separators[] = { "||", "&&", ";" };

	if (length > 0 && word[0] == '#')
		return true;
	for (size_t i = 0; i < COUNT(separators); i++)
		if (strlen(separators[i]) == length && !memcmp(word, separators[i], length))
			return true;
	return false;
}

/*
 * A '$' that begins "${" without its "}" on the line would swallow what follows; iPXE expands
 * settings before it parts words.
 */
static bool settings_are_closed(const char *text)
{
	while ((text = strstr(text, "${"))) {
		text = strchr(text, '}');
		if (!text)
			return false;
	}
	return true;
}

static int check_words(const char *words, const char *what, struct fault *fault)
{
	const char *word = words;

	if (!is_printable_line(words))
		return fault_set(fault, EINVAL, what, words,
				 "line breaks, tabs and control characters cannot be passed on");
	if (!settings_are_closed(words))
		return fault_set(fault, EINVAL, what, words, "a ${ has no }");
	while (*word) {
		size_t length = strcspn(word, " ");

		if (is_ipxe_syntax(word, length))
			return fault_set(fault, EINVAL, what, words,
					 "iPXE would take #, ||, && or ; for its own");
		word += length;
		word += strspn(word, " ");
	}
	return 0;
}

static int check_url(const char *url, const char *what, struct fault *fault)
{
	if (!*url || strchr(url, ' ') || *url == '-')
		return fault_set(fault, EINVAL, what, url,
				 "a URL is one word; write %20 for a space");
	return check_words(url, what, fault);
}

static int check_node(const struct ipxe_node_script *script, struct fault *fault)
{
	if (check_url(script->kernel, "write an iPXE script: kernel URL", fault) ||
	    check_words(script->append, "write an iPXE script: kernel parameters", fault))
		return -fault->error;
	if (script->initrd_count > IPXE_INITRDS_MAX)
		return fault_set(fault, E2BIG, "write an iPXE script: initrds", "",
				 "there can be 16 of them");
	for (size_t i = 0; i < script->initrd_count; i++)
		if (check_url(script->initrds[i], "write an iPXE script: initrd URL", fault))
			return -fault->error;
	return 0;
}

/*
 * The words by which a kernel started as an EFI program asks its loader for initrds. The names are
 * our own: no comma and no backslash, which the kernel would read otherwise.
 */
static void add_initrd_words(const struct ipxe_node_script *script, struct text *words)
{
	text_add(words, "");
	for (size_t i = 0; i < script->initrd_count; i++)
		text_printf(words, "%sinitrd=initrd%zu.img", i ? " " : "", i);
}

static void add_initrd_lines(const struct ipxe_node_script *script, struct text *lines)
{
	text_add(lines, "");
	for (size_t i = 0; i < script->initrd_count; i++)
		text_printf(lines,
			    "%sset loading %s\n"
			    "initrd --name initrd%zu.img ${loading} || goto failed",
			    i ? "\n" : "", script->initrds[i], i);
}

static int check_length(const struct ipxe_node_script *script, const struct text *words,
			struct fault *fault)
{
	char hint[sizeof(fault->hint)];
	size_t length = strlen(script->append) + words->length + BOOTIF_BYTES;

	if (length < IPXE_COMMAND_LINE_BYTES)
		return 0;
	snprintf(hint, sizeof(hint), "they have %zu bytes; put them into the node's segment",
		 strlen(script->append));
	return fault_set(fault, E2BIG, "write an iPXE script: kernel parameters",
			 "longer than the kernel takes", hint);
}

int ipxe_node_script(const struct ipxe_template *template, const struct ipxe_node_script *script,
		     struct text *output, struct fault *fault)
{
	struct text words = { 0 }, lines = { 0 };
	int error = check_node(script, fault);

	if (error)
		return error;
	add_initrd_words(script, &words);
	add_initrd_lines(script, &lines);
	if (words.error || lines.error) {
		error = fault_set(fault, ENOMEM, "write an iPXE script", script->kernel, NULL);
	} else {
		const struct template_variable variables[] = {
			{ "KERNEL", script->kernel, false },
			{ "APPEND", script->append, false },
			{ "INITRD_WORDS", words.data, false },
			{ "INITRDS", lines.data, false },
		};

		error = check_length(script, &words, fault);
		if (!error)
			error = template_render(template->text, template->length, template->source,
						variables, COUNT(variables), output, fault);
	}
	text_free(&words);
	text_free(&lines);
	return error;
}

int ipxe_boot_script(const struct ipxe_template *template, const char *server, struct text *output,
		     struct fault *fault)
{
	struct template_variable variables[] = { { "SERVER", NULL, false } };
	size_t length = strlen(server);
	char *base;
	int error;

	if (check_url(server, "write an iPXE script: server URL", fault))
		return -fault->error;
	base = strdup(server);
	if (!base)
		return fault_set(fault, ENOMEM, "write an iPXE script", server, NULL);
	while (length > 0 && base[length - 1] == '/')
		base[--length] = '\0';
	variables[0].value = base;
	error = template_render(template->text, template->length, template->source, variables,
				COUNT(variables), output, fault);
	free(base);
	return error;
}
