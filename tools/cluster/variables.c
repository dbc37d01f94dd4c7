// SPDX-License-Identifier: GPL-2.0-only
/* Variables in the words of a node: @NAME@, and @@ for a single '@'. */
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cluster/words.h"
#include "userspace/lib/nearest.h"

#define NAME_BYTES 64

const char *const own_variables[OWN_VARIABLES] = { "NODE",    "INDEX",	 "MAC",
						   "ADDRESS", "NETWORK", "SERVER",
						   "IMAGE",   "CLUSTER", "DOMAIN" };

/* The digits at the end of @name without zeros in front; empty when there are none. */
static void index_of(const char *name, char index[static 20])
{
	size_t begin = strlen(name);

	while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9')
		begin--;
	while (name[begin] == '0' && name[begin + 1])
		begin++;
	snprintf(index, 20, "%.19s", name + begin);
}

void variables_begin(struct variable_source *source, struct loader *loader,
		     const struct cluster_node *node)
{
	*source = (struct variable_source){ .loader = loader, .node = node };
	if (node->has_mac)
		value_mac_text(node->mac, source->mac);
	if (node->address)
		value_ipv4_text(node->address, source->address);
	if (node->server && node->server->address)
		value_ipv4_text(node->server->address, source->server);
	index_of(node->name, source->index);
}

/* In the order of own_variables; "" where the node has none. */
static void own_texts(const struct variable_source *source, const char *texts[OWN_VARIABLES])
{
	const struct cluster_node *node = source->node;
	const struct cluster *cluster = source->loader->cluster;
	const char *domain =
		node->network && node->network->domain ? node->network->domain : cluster->domain;

	texts[0] = node->name;
	texts[1] = source->index;
	texts[2] = source->mac;
	texts[3] = source->address;
	texts[4] = node->network ? node->network->name : "";
	texts[5] = source->server;
	texts[6] = node->image ? node->image->name : "";
	texts[7] = cluster->name ? cluster->name : "";
	texts[8] = domain ? domain : "";
}

/* One of those that every node has, or NULL. "" when this node lacks it. */
static const char *built_in(const struct variable_source *source, const char *name)
{
	const char *texts[OWN_VARIABLES];

	own_texts(source, texts);
	for (size_t i = 0; i < OWN_VARIABLES; i++)
		if (strcmp(own_variables[i], name) == 0)
			return texts[i];
	return NULL;
}

static const char *defined(const struct cluster_node *node, const char *name)
{
	for (size_t i = 0; i < node->variable_count; i++)
		if (strcmp(node->variables[i].name, name) == 0)
			return node->variables[i].text;
	return NULL;
}

/* Tell of @length characters at @offset of @word. */
static void tell(struct variable_source *source, const struct placed_word *word, size_t offset,
		 size_t length, const char *suggestion, const char *message)
{
	struct place place = word->place;

	if (word->exact)
		place.column += (unsigned int)offset;
	else
		length = word->length;
	gather_add(&source->loader->gather, place, (unsigned int)length, false, suggestion,
		   source->node->name, "%s", message);
}

/* "@RACK@, @NODE@": those that @source's node has a text for, its own first. */
static const char *list_variables(struct variable_source *source)
{
	const struct cluster_node *node = source->node;
	const char *texts[OWN_VARIABLES], *listed;
	struct text text = { 0 };

	own_texts(source, texts);
	for (size_t i = 0; i < node->variable_count; i++)
		text_printf(&text, "%s@%s@", text.length ? ", " : "", node->variables[i].name);
	for (size_t i = 0; i < OWN_VARIABLES; i++)
		if (*texts[i])
			text_printf(&text, "%s@%s@", text.length ? ", " : "", own_variables[i]);
	listed = loader_printf(source->loader, "one of those that there are: %s",
			       text_string(&text));
	source->loader->no_memory |= text.error;
	text_free(&text);
	return listed;
}

static void tell_undefined(struct variable_source *source, const struct placed_word *word,
			   size_t offset, const char *name)
{
	struct nearest nearest = nearest_begin(name);
	char message[160];

	for (size_t i = 0; i < source->node->variable_count; i++)
		nearest_offer(&nearest, source->node->variables[i].name);
	for (size_t i = 0; i < OWN_VARIABLES; i++)
		nearest_offer(&nearest, own_variables[i]);
	snprintf(message, sizeof(message), "variable @%s@ is not defined", name);
	tell(source, word, offset, strlen(name) + 2,
	     nearest.name ? loader_printf(source->loader, "@%s@", nearest.name)
			  : list_variables(source),
	     message);
}

/* The text for the variable that begins at @offset of @word, or NULL with a report. */
static const char *value_of(struct variable_source *source, const struct placed_word *word,
			    size_t offset, size_t length)
{
	char name[NAME_BYTES], message[160];
	const char *text;

	snprintf(name, sizeof(name), "%.*s", (int)length, word->text + offset + 1);
	text = defined(source->node, name);
	if (!text)
		text = built_in(source, name);
	if (!text) {
		tell_undefined(source, word, offset, name);
		return NULL;
	}
	if (!*text) {
		snprintf(message, sizeof(message), "variable @%s@ is empty: the node has none",
			 name);
		tell(source, word, offset, length + 2,
		     "give the node what this stands for, or leave the word out", message);
		return NULL;
	}
	return text;
}

/* The length of the name that begins behind the '@' at @at, which a '@' must end; 0: none. */
static size_t name_length(const char *at)
{
	size_t length = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return length && length < NAME_BYTES && at[1 + length] == '@' ? length : 0;
}

const char *fill_in(struct variable_source *source, const struct placed_word *word)
{
	struct text text = { 0 };
	const char *filled = NULL, *at = word->text, *next;
	bool good = true;

	if (!strchr(at, '@'))
		return at;
	for (; (next = strchr(at, '@')); at = next) {
		size_t length = name_length(next), offset = (size_t)(next - word->text);
		const char *value = "@";

		text_add_bytes(&text, at, (size_t)(next - at));
		if (length)
			value = value_of(source, word, offset, length);
		else if (next[1] != '@')
			value = NULL;
		if (!length && !value)
			tell(source, word, offset, 1, "write @@ for a single '@'",
			     "'@' begins no @NAME@");
		good &= value != NULL;
		text_add(&text, value ? value : "");
		next += length ? length + 2 : next[1] == '@' ? 2 : 1;
	}
	text_add(&text, at);
	if (good)
		filled = loader_printf(source->loader, "%s", text_string(&text));
	source->loader->no_memory |= text.error;
	text_free(&text);
	return filled;
}
