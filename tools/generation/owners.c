// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of files, and the nodes that they are of; see owners.h. */
#include "tools/generation/owners.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define MAC_LENGTH (OWNER_MAC_BYTES - 1)

/* The first that fits counts. '*' stands for any part of a path, '/' included. */
static const struct kind {
	const char *pattern, *name;
	size_t mac_at; /* where a node's MAC address stands in the path; 0: in none */
} kinds[PATH_KINDS] = {
	{ "http/node/*.ipxe", "node scripts", 10 },
	{ "http/node/*.img", "node segments", 10 },
	{ "tftp/pxelinux.cfg/01-*", "pxelinux files", 21 },
	{ "tftp/grub/node/*.cfg", "GRUB files", 15 },
	{ "http/kernel/*", "kernels", 0 },
	{ "http/base/*", "base images", 0 },
	{ "http/*", "boot files", 0 },
	{ "tftp/*", "TFTP files", 0 },
	{ "servers/*", "servers' files", 0 },
	{ "*", "other files", 0 },
};

size_t path_kind(const char *path)
{
	size_t kind = 0;

	while (kind + 1 < PATH_KINDS && fnmatch(kinds[kind].pattern, path, 0) != 0)
		kind++;
	return kind;
}

const char *path_kind_name(size_t kind)
{
	return kinds[kind].name;
}

static int compare_macs(const void *a, const void *b)
{
	return memcmp(*(const char *const *)a, *(const char *const *)b, MAC_LENGTH);
}

int owners_read(struct owners *owners, const char *text, size_t length)
{
	const char *line = text, *end = line + length;
	size_t capacity = 1;

	for (const char *byte = line; byte < end; byte++)
		capacity += *byte == '\n';
	owners->lines = calloc(capacity, sizeof(*owners->lines));
	if (!owners->lines)
		return -ENOMEM;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		if (!stop)
			break;
		if (stop - line > MAC_LENGTH + 1 && line[MAC_LENGTH] == ' ' && *line != '#')
			owners->lines[owners->count++] = line;
		line = stop + 1;
	}
	if (owners->count)
		qsort(owners->lines, owners->count, sizeof(*owners->lines), compare_macs);
	return 0;
}

/* The next word of a line into @word, cut off where it does not fit; behind it. */
static const char *take_word(const char *line, char *word, size_t bytes)
{
	size_t length = strcspn(line, " \n"), taken = length < bytes ? length : bytes - 1;

	memcpy(word, line, taken);
	word[taken] = '\0';
	return line + length + (line[length] == ' ');
}

bool owners_find(const struct owners *owners, const char *path, struct owner *owner)
{
	const struct kind *kind = &kinds[path_kind(path)];
	const char *key, *rest;
	const char *const *line;

	if (!kind->mac_at || !owners->count || strlen(path) < kind->mac_at + MAC_LENGTH)
		return false;
	memcpy(owner->mac, path + kind->mac_at, MAC_LENGTH);
	owner->mac[MAC_LENGTH] = '\0';
	for (size_t i = 2; i < MAC_LENGTH; i += 3)
		owner->mac[i] = ':';
	key = owner->mac;
	line = bsearch(&key, owners->lines, owners->count, sizeof(*owners->lines), compare_macs);
	if (!line || strcspn(*line + MAC_LENGTH + 1, " \n") >= sizeof(owner->name))
		return false;
	rest = take_word(*line + MAC_LENGTH + 1, owner->name, sizeof(owner->name));
	take_word(rest, owner->address, sizeof(owner->address));
	if (!strcmp(owner->address, "-"))
		owner->address[0] = '\0';
	return true;
}

void owners_free(struct owners *owners)
{
	free(owners->lines);
	*owners = (struct owners){ 0 };
}
