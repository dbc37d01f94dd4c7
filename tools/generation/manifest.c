// SPDX-License-Identifier: GPL-2.0-only
/* The list of a generation's files; see manifest.h. */
#include "tools/generation/manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* In the text, before the number. */
static const char title[] = "wireroot generation ";

struct reader {
	char *next, *end;
	unsigned int line;
	const char *name;
	struct fault *fault;
};

static int bad(const struct reader *reader, const char *what)
{
	struct text doing = { 0 };

	text_printf(&doing, "read line %u of manifest", reader->line);
	fault_set(reader->fault, EINVAL, text_string(&doing), reader->name, what);
	text_free(&doing);
	return -EINVAL;
}

/* The next line, NUL-terminated in its place; NULL where there is no whole one. */
static char *next_line(struct reader *reader)
{
	char *line = reader->next;
	char *end = memchr(line, '\n', (size_t)(reader->end - line));

	reader->line++;
	if (!end)
		return NULL;
	*end = '\0';
	reader->next = end + 1;
	return strlen(line) == (size_t)(end - line) ? line : NULL;
}

/* Decimal digits up to @stop, which is passed. False for anything else and what does not fit. */
static bool read_number(const char **text, char stop, uint64_t limit, uint64_t *number)
{
	const char *digit = *text;

	if (*digit < '0' || *digit > '9')
		return false;
	for (*number = 0; *digit >= '0' && *digit <= '9'; digit++) {
		unsigned int value = (unsigned int)(*digit - '0');

		if (*number > (limit - value) / 10)
			return false;
		*number = *number * 10 + value;
	}
	if (*digit != stop)
		return false;
	*text = stop ? digit + 1 : digit;
	return true;
}

static bool read_count(const char *text, size_t *count)
{
	uint64_t number;

	if (!read_number(&text, '\0', SIZE_MAX / sizeof(struct manifest_entry), &number))
		return false;
	*count = (size_t)number;
	return true;
}

static bool read_generation(const char *text, unsigned int *generation)
{
	uint64_t number;

	if (!read_number(&text, '\0', INT_MAX, &number))
		return false;
	*generation = (unsigned int)number;
	return true;
}

void manifest_hex(const uint8_t hash[static MANIFEST_HASH_BYTES],
		  char hex[static MANIFEST_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MANIFEST_HASH_BYTES; i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
}

/* -1 for what is no digit. */
static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool manifest_unhex(const char *hex, uint8_t hash[static MANIFEST_HASH_BYTES])
{
	for (size_t i = 0; i < MANIFEST_HASH_BYTES; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool part_is_good(const char *part, size_t length)
{
	if (length == 0 || length > NAME_MAX)
		return false;
	return part[0] != '.' || (length > 1 && (length > 2 || part[1] != '.'));
}

bool manifest_path_is_good(const char *path)
{
	const char *part = path, *end;

	if (strlen(path) >= PATH_MAX / 2) /* there is a directory before it */
		return false;
	for (const char *byte = path; *byte; byte++)
		if ((unsigned char)*byte < ' ' || *byte == 0x7f)
			return false;
	for (; (end = strchr(part, '/')); part = end + 1)
		if (!part_is_good(part, (size_t)(end - part)))
			return false;
	return part_is_good(part, strlen(part));
}

static bool read_mode(const char *text, mode_t *mode)
{
	*mode = 0;
	for (size_t i = 0; i < 4; i++) {
		if (text[i] < '0' || text[i] > '7')
			return false;
		*mode = *mode << 3 | (mode_t)(text[i] - '0');
	}
	return text[4] == ' ' && *mode <= 0777;
}

/* MODE HASH SIZE PATH */
static bool read_entry(const char *line, struct manifest_entry *entry)
{
	const char *rest;

	if (strlen(line) < 5 + MANIFEST_HEX_BYTES + 1 || !read_mode(line, &entry->mode) ||
	    !manifest_unhex(line + 5, entry->hash) || line[5 + MANIFEST_HEX_BYTES] != ' ')
		return false;
	rest = line + 5 + MANIFEST_HEX_BYTES + 1;
	if (!read_number(&rest, ' ', INT64_MAX, &entry->size))
		return false;
	entry->path = rest;
	return manifest_path_is_good(rest);
}

/* The files, of which the head promised ->count. */
static int read_entries(struct reader *reader, struct manifest *manifest)
{
	size_t count = manifest->count;

	/* A line has more bytes than this, so a count that lies costs no memory. */
	if (count > (size_t)(reader->end - reader->next) / MANIFEST_HEX_BYTES)
		return bad(reader, "fewer files than the head says");
	manifest->entries = calloc(count ? count : 1, sizeof(*manifest->entries));
	if (!manifest->entries)
		return fault_set(reader->fault, ENOMEM, "read manifest", reader->name, NULL);
	for (size_t i = 0; i < count; i++) {
		char *line = next_line(reader);

		if (!line || !read_entry(line, &manifest->entries[i]))
			return bad(reader, "no line MODE HASH SIZE PATH");
		if (i && strcmp(manifest->entries[i - 1].path, manifest->entries[i].path) >= 0)
			return bad(reader, "its path is not behind the one before it");
	}
	if (reader->next != reader->end)
		return bad(reader, "more files than the head says");
	return 0;
}

static bool read_time(const char *value, char time[static MANIFEST_TIME_BYTES])
{
	static const char pattern[] = "0000-00-00T00:00:00Z";

	if (strlen(value) != sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; pattern[i]; i++)
		if (pattern[i] == '0' ? value[i] < '0' || value[i] > '9' : value[i] != pattern[i])
			return false;
	memcpy(time, value, MANIFEST_TIME_BYTES);
	return true;
}

static bool read_hash(const char *value, uint8_t hash[static MANIFEST_HASH_BYTES])
{
	return strlen(value) == MANIFEST_HEX_BYTES && manifest_unhex(value, hash);
}

static bool read_string(const char *value, const char **string)
{
	*string = value;
	return true;
}

/* The keys of the head, in their order. */
enum head_key {
	HEAD_TIME,
	HEAD_USER,
	HEAD_COMMAND,
	HEAD_FROM,
	HEAD_SERVER,
	HEAD_URL,
	HEAD_OWNER,
	HEAD_INPUT,
	HEAD_ADDED,
	HEAD_CHANGED,
	HEAD_REMOVED,
	HEAD_FILES,
	HEAD_KEYS,
};

static const char *const head_names[HEAD_KEYS] = {
	[HEAD_TIME] = "time",	    [HEAD_USER] = "user",	[HEAD_COMMAND] = "command",
	[HEAD_FROM] = "from",	    [HEAD_SERVER] = "server",	[HEAD_URL] = "url",
	[HEAD_OWNER] = "owner",	    [HEAD_INPUT] = "input",	[HEAD_ADDED] = "added",
	[HEAD_CHANGED] = "changed", [HEAD_REMOVED] = "removed", [HEAD_FILES] = "files",
};

static bool take_head(struct manifest *manifest, enum head_key key, const char *value)
{
	switch (key) {
	case HEAD_TIME:
		return read_time(value, manifest->time);
	case HEAD_USER:
		return read_string(value, &manifest->user);
	case HEAD_COMMAND:
		return read_string(value, &manifest->command);
	case HEAD_FROM:
		return read_generation(value, &manifest->from);
	case HEAD_SERVER:
		return read_string(value, &manifest->server);
	case HEAD_URL:
		return read_string(value, &manifest->url);
	case HEAD_OWNER:
		return read_string(value, &manifest->owner);
	case HEAD_INPUT:
		return read_hash(value, manifest->input);
	case HEAD_ADDED:
		return read_count(value, &manifest->added);
	case HEAD_CHANGED:
		return read_count(value, &manifest->changed);
	case HEAD_REMOVED:
		return read_count(value, &manifest->removed);
	default:
		return read_count(value, &manifest->count);
	}
}

static int read_head(struct reader *reader, struct manifest *manifest)
{
	const char *line = next_line(reader);

	if (!line || strncmp(line, title, sizeof(title) - 1) != 0 ||
	    !read_generation(line + sizeof(title) - 1, &manifest->generation) ||
	    !manifest->generation)
		return bad(reader, "it does not begin as a manifest does");
	for (enum head_key key = 0; key < HEAD_KEYS; key++) {
		size_t length = strlen(head_names[key]);

		line = next_line(reader);
		if (!line || strncmp(line, head_names[key], length) != 0 || line[length] != ' ' ||
		    !take_head(manifest, key, line + length + 1))
			return bad(reader, head_names[key]);
	}
	line = next_line(reader);
	return line && !*line ? 0 : bad(reader, "no empty line behind the head");
}

int manifest_parse(struct manifest *manifest, char *text, size_t length, const char *name,
		   struct fault *fault)
{
	struct reader reader = { .next = text, .end = text + length, .name = name, .fault = fault };
	int error;

	*manifest = (struct manifest){ .text = text };
	error = read_head(&reader, manifest);
	if (!error)
		error = read_entries(&reader, manifest);
	if (error)
		manifest_free(manifest);
	return error;
}

static void write_entry(const struct manifest_entry *entry, struct text *text)
{
	/* Tens of thousands of lines: the bulk of each is put together without printf(). */
	char head[5 + MANIFEST_HEX_BYTES + 1];

	for (unsigned int i = 0; i < 4; i++)
		head[i] = (char)('0' + (entry->mode >> (9 - 3 * i) & 7));
	head[4] = ' ';
	manifest_hex(entry->hash, head + 5);
	head[5 + MANIFEST_HEX_BYTES] = ' ';
	text_add_bytes(text, head, sizeof(head));
	text_printf(text, "%llu ", (unsigned long long)entry->size);
	text_add(text, entry->path);
	text_add_bytes(text, "\n", 1);
}

static void write_value(struct text *text, enum head_key key, const char *value)
{
	text_printf(text, "%s %s\n", head_names[key], value ? value : "");
}

void manifest_write(const struct manifest *manifest, struct text *text)
{
	char hex[MANIFEST_HEX_BYTES];

	manifest_hex(manifest->input, hex);
	text_printf(text, "%s%u\n", title, manifest->generation);
	write_value(text, HEAD_TIME, manifest->time);
	write_value(text, HEAD_USER, manifest->user);
	write_value(text, HEAD_COMMAND, manifest->command);
	text_printf(text, "%s %u\n", head_names[HEAD_FROM], manifest->from);
	write_value(text, HEAD_SERVER, manifest->server);
	write_value(text, HEAD_URL, manifest->url);
	write_value(text, HEAD_OWNER, manifest->owner);
	text_printf(text, "%s %.*s\n", head_names[HEAD_INPUT], (int)sizeof(hex), hex);
	text_printf(text, "%s %zu\n", head_names[HEAD_ADDED], manifest->added);
	text_printf(text, "%s %zu\n", head_names[HEAD_CHANGED], manifest->changed);
	text_printf(text, "%s %zu\n", head_names[HEAD_REMOVED], manifest->removed);
	text_printf(text, "%s %zu\n\n", head_names[HEAD_FILES], manifest->count);
	for (size_t i = 0; i < manifest->count; i++)
		write_entry(&manifest->entries[i], text);
}

const struct manifest_entry *manifest_find(const struct manifest *manifest, const char *path)
{
	size_t low = 0, high = manifest->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(path, manifest->entries[middle].path);

		if (!order)
			return &manifest->entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool manifest_same(const struct manifest_entry *one, const struct manifest_entry *other)
{
	return one->mode == other->mode && one->size == other->size &&
	       !memcmp(one->hash, other->hash, sizeof(one->hash));
}

void manifest_free(struct manifest *manifest)
{
	free(manifest->entries);
	free(manifest->text);
	*manifest = (struct manifest){ 0 };
}
