// SPDX-License-Identifier: GPL-2.0-only
/* A manifest as a file; see manifest_file.h. */
#include "tools/generation/manifest_file.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

#include "userspace/lib/fs.h"

/* Hashes do not get smaller by trying harder. */
#define LEVEL 1

static int unpack(const char *packed, size_t packed_length, char **text, size_t *length)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed, packed_length);
	size_t got;

	if (size > MANIFEST_TEXT_BYTES_MAX) /* as are the values that stand for errors */
		return -EBADMSG;
	*text = malloc((size_t)size + 1);
	if (!*text)
		return -ENOMEM;
	got = ZSTD_decompress(*text, (size_t)size, packed, packed_length);
	if (ZSTD_isError(got) || got != size) {
		free(*text);
		return -EBADMSG;
	}
	*length = (size_t)size;
	return 0;
}

int manifest_file_read(struct manifest *manifest, const char *path, struct fault *fault)
{
	size_t packed_length, length = 0;
	char *packed, *text = NULL;
	int error = fs_read_file(path, MANIFEST_TEXT_BYTES_MAX, &packed, &packed_length, fault);

	*manifest = (struct manifest){ 0 };
	if (error)
		return error;
	error = unpack(packed, packed_length, &text, &length);
	free(packed);
	if (error)
		return fault_set(fault, error, "read manifest", path, "it is damaged");
	return manifest_parse(manifest, text, length, path, fault);
}

int manifest_file_write(const struct manifest *manifest, int fd)
{
	struct text text = { 0 };
	size_t room, length = 0;
	char *packed;
	int error;

	manifest_write(manifest, &text);
	room = ZSTD_compressBound(text.length);
	packed = text.error ? NULL : malloc(room);
	if (packed)
		length = ZSTD_compress(packed, room, text.data, text.length, LEVEL);
	error = !packed || ZSTD_isError(length) ? -ENOMEM : fs_write_all(fd, packed, length);
	free(packed);
	text_free(&text);
	return error;
}
