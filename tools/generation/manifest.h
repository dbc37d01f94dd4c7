/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of a generation's files, and where the generation came from.
 *
 * As text: one line "KEY VALUE" for each thing known of the generation, an empty line, and one line
 * "MODE HASH SIZE PATH" for each file, sorted by path (bytes). MODE is four octal digits; HASH is
 * SHA-256 of the contents, so that sha256sum(1) can verify a file.
 */
#ifndef WIREROOT_GENERATION_MANIFEST_H
#define WIREROOT_GENERATION_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

#define MANIFEST_HASH_BYTES 32
#define MANIFEST_TIME_BYTES 21 /* "2026-11-21T03:12:00Z" and its NUL */

/* 1,000,000 nodes have not more than this. */
#define MANIFEST_TEXT_BYTES_MAX ((size_t)512 << 20)

struct manifest_entry {
	const char *path;
	uint64_t size;
	uint8_t hash[MANIFEST_HASH_BYTES];
	mode_t mode; /* permissions */
};

/* Begin with { 0 }. Strings are never NULL in a manifest that was read. */
struct manifest {
	unsigned int generation; /* its number, from 1 */
	unsigned int from; /* the generation that was in force before it; 0: none */
	char time[MANIFEST_TIME_BYTES]; /* UTC, when it was made */
	const char *user; /* who made it */
	const char *command; /* and by which command */
	const char *server; /* the server that this host was; "": none of them */
	const char *url; /* of that server's wirerootd; "": none */
	const char *owner; /* of the files that only wirerootd may read */
	uint8_t input[MANIFEST_HASH_BYTES]; /* SHA-256 of the definition's files */
	size_t added, changed, removed; /* against ->from */
	struct manifest_entry *entries;
	size_t count;
	char *text; /* owned: what a manifest that was read points into; else NULL */
};

/*
 * Read @length bytes of @text, which has one more byte behind them, into *@manifest. @text comes
 * from malloc() and is taken over, also on failure. @name stands in faults. Everything is checked,
 * so that the paths can be used below any directory. 0, -EINVAL or -ENOMEM with @fault filled in.
 */
int manifest_parse(struct manifest *manifest, char *text, size_t length, const char *name,
		   struct fault *fault);

/* The text of @manifest; the strings of its head must hold no line ends. */
void manifest_write(const struct manifest *manifest, struct text *text);

/* Relative, of sane length, without empty parts, "." and "..", control characters. */
bool manifest_path_is_good(const char *path);

/* NULL when there is none. */
const struct manifest_entry *manifest_find(const struct manifest *manifest, const char *path);

/* Same permissions and contents. */
bool manifest_same(const struct manifest_entry *one, const struct manifest_entry *other);

/* SHA-256 as text, without a NUL. */
#define MANIFEST_HEX_BYTES (2 * (size_t)MANIFEST_HASH_BYTES)
void manifest_hex(const uint8_t hash[static MANIFEST_HASH_BYTES],
		  char hex[static MANIFEST_HEX_BYTES]);

/* The other way; false when it is no hash in lower case. */
bool manifest_unhex(const char *hex, uint8_t hash[static MANIFEST_HASH_BYTES]);

void manifest_free(struct manifest *manifest);

#endif
