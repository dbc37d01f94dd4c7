// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a list of modules, a NUL, then aliases, a NUL, then a modalias. */
/* links: initramfs/module_list.c initramfs/fault.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/module_list.h"

static void load(struct module_list *list, char *aliases_text, size_t aliases_length,
		 const char *modalias)
{
	struct module_aliases aliases;
	struct module *module;
	struct fault fault;

	module_list_want_group(list, MODULE_NET);
	if (module_aliases_parse(aliases_text, aliases_length, list, &aliases, &fault) == 0) {
		module_list_want_modalias(list, &aliases, modalias);
		module_aliases_free(&aliases);
	}
	while ((module = module_list_next(list, 0)))
		module->state = MODULE_LOADED;
	/* Nothing may be left behind: that would be a cycle. */
	if (module_list_pending(list))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct module_list list;
	struct fault fault;
	size_t list_length, aliases_length = 0;
	char *aliases, *modalias;

	memcpy(text, data, size);
	text[size] = '\0';
	list_length = strlen(text);
	aliases = text + (list_length < size ? list_length + 1 : size);
	aliases_length = strlen(aliases);
	modalias = aliases + aliases_length;
	if (modalias < text + size)
		modalias++;
	if (module_list_parse(text, list_length, &list, &fault) == 0) {
		load(&list, aliases, aliases_length, modalias);
		module_list_free(&list);
	}
	free(text);
	return 0;
}
