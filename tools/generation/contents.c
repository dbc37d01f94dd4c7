// SPDX-License-Identifier: GPL-2.0-only
/* Files of a generation as text; see contents.h. */
#include "tools/generation/contents.h"

#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/initrd/segments.h"

/* Of an initrd as the kernel has it in memory; larger ones are described by their hash. */
#define UNPACKED_BYTES_MAX ((size_t)512 << 20)
/* Enough of a hash to tell two files apart. */
#define HEX_SHOWN 16

static bool is_text(const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)data[i];

		if (byte == 0x7f || (byte < ' ' && byte != '\t' && byte != '\n'))
			return false;
	}
	return true;
}

static void add_hash(const void *data, size_t length, struct text *text)
{
	uint8_t hash[MANIFEST_HASH_BYTES];
	char hex[MANIFEST_HEX_BYTES];

	crypto_hash_sha256(hash, data, length);
	manifest_hex(hash, hex);
	text_printf(text, "%zu bytes, SHA-256 %.*s…\n", length, HEX_SHOWN, hex);
}

static void add_member(const struct cpio_member *member, struct text *text)
{
	text_printf(text, "%06o ", member->mode);
	for (const char *byte = member->name; *byte; byte++)
		text_printf(text, "%c", (unsigned char)*byte < ' ' ? '?' : *byte);
	if (!S_ISREG(member->mode) || member->length == 0) {
		text_add(text, "\n");
		return;
	}
	if (!is_text(member->data, member->length)) {
		text_add(text, ": ");
		add_hash(member->data, member->length, text);
		return;
	}
	text_add(text, ":\n");
	text_add_bytes(text, member->data, member->length);
	if (member->data[member->length - 1] != '\n')
		text_add(text, "\n");
}

/* False, with nothing added, when it is no initrd that can be read to its end. */
static bool add_initrd(const char *data, size_t length, struct text *text)
{
	size_t before = text->length, offset = 0;
	struct segment segment;
	struct fault ignored;
	int got;

	while ((got = segment_next(data, length, UNPACKED_BYTES_MAX, &offset, &segment,
				   &ignored)) == 1) {
		struct cpio_member member;
		size_t at = 0;
		int more;

		while ((more = segment_member(&segment, &at, &member, &ignored)) == 1)
			add_member(&member, text);
		segment_free(&segment);
		if (more < 0)
			got = more;
		if (got < 0)
			break;
	}
	if (got == 0 && text->length > before)
		return true;
	if (!text->error && text->data) {
		text->length = before;
		text->data[before] = '\0';
	}
	return false;
}

static bool is_image(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && !strcmp(path + length - 4, ".img");
}

void contents_describe(const struct manifest_entry *entry, const char *data, struct text *text)
{
	size_t length = (size_t)entry->size;

	if (is_image(entry->path) && add_initrd(data, length, text))
		return;
	if (is_text(data, length))
		text_add_bytes(text, data, length);
	else
		add_hash(data, length, text);
}
