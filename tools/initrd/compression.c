// SPDX-License-Identifier: GPL-2.0-only
/* Compression between buffers; see compression.h. */
#include "tools/initrd/compression.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

/*
 * Beyond 19 (up to 22) the node needs a larger window. What else those levels do, to look longer
 * for a longer match, makes a virtio initrd 0.03 % smaller and costs the node nothing.
 */
#define ZSTD_LEVEL	   19
#define ZSTD_SEARCH_LOG	   9
#define ZSTD_TARGET_LENGTH 999

/*
 * Pieces that processors work on side by side. They are cut by size and not by the number of
 * processors, so that the result is the same on every machine; 8 MiB is the window of level 19.
 */
#define ZSTD_JOB_BYTES	 (8 << 20)
#define ZSTD_WORKERS_MAX 8

/* Higher presets only have a larger dictionary, which a node of 128 MB feels. */
#define XZ_PRESET 6

/* Enough for a dictionary of 64 MiB, the largest preset's. */
#define XZ_MEMORY_BYTES (128u << 20)

#define CHUNK_BYTES (128 << 10)

struct kind {
	const char *name;
	const char *config; /* in the kernel's configuration */
	const char *magic;
	size_t magic_length;
};

static const struct kind kinds[COMPRESSION_COUNT] = {
	[COMPRESSION_NONE] = { "none", "CONFIG_BLK_DEV_INITRD", NULL, 0 },
	[COMPRESSION_GZIP] = { "gzip", "CONFIG_RD_GZIP", "\x1f\x8b", 2 },
	[COMPRESSION_XZ] = { "xz", "CONFIG_RD_XZ", "\xfd\x37zXZ\0", 6 },
	[COMPRESSION_ZSTD] = { "zstd", "CONFIG_RD_ZSTD", "\x28\xb5\x2f\xfd", 4 },
	[COMPRESSION_BZIP2] = { "bzip2", "CONFIG_RD_BZIP2", "BZh", 3 },
	[COMPRESSION_LZMA] = { "lzma", "CONFIG_RD_LZMA", "\x5d\0\0", 3 },
	[COMPRESSION_LZO] = { "lzo", "CONFIG_RD_LZO", "\x89LZO\0", 5 },
	[COMPRESSION_LZ4] = { "lz4", "CONFIG_RD_LZ4", "\x02\x21\x4c\x18", 4 },
};

const char *compression_name(enum compression compression)
{
	return kinds[compression].name;
}

int compression_from_name(const char *name)
{
	for (int i = 0; i < COMPRESSION_COUNT; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -ENOENT;
}

enum compression compression_detect(const void *data, size_t length)
{
	for (unsigned int i = 0; i < COMPRESSION_COUNT; i++)
		if (kinds[i].magic && length >= kinds[i].magic_length &&
		    memcmp(data, kinds[i].magic, kinds[i].magic_length) == 0)
			return i;
	return COMPRESSION_NONE;
}

int compression_supported(enum compression compression, const char *config)
{
	char line[64];
	const char *found;
	int length = snprintf(line, sizeof(line), "%s=y", kinds[compression].config);

	for (found = config; (found = strstr(found, line)); found += length)
		if ((found == config || found[-1] == '\n') &&
		    (found[length] == '\n' || !found[length]))
			return 1;
	return 0;
}

void compression_versions(struct text *text)
{
	text_printf(text, "libzstd %s %d %d %d liblzma %s %d", ZSTD_versionString(), ZSTD_LEVEL,
		    ZSTD_SEARCH_LOG, ZSTD_TARGET_LENGTH, lzma_version_string(), XZ_PRESET);
}

static int pack_fault(struct fault *fault, int error, const char *peer)
{
	return fault_set(fault, error, "compress", peer, NULL);
}

/* Set @stream up. Returns a libzstd code. */
static size_t set_up_zstd(ZSTD_CCtx *stream, size_t length)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int workers = processors > ZSTD_WORKERS_MAX ? ZSTD_WORKERS_MAX : (int)processors;
	size_t code = ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, ZSTD_LEVEL);

	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setParameter(stream, ZSTD_c_searchLog, ZSTD_SEARCH_LOG);
	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setParameter(stream, ZSTD_c_targetLength, ZSTD_TARGET_LENGTH);
	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setPledgedSrcSize(stream, length);
	if (ZSTD_isError(code) || length <= ZSTD_JOB_BYTES)
		return code;
	code = ZSTD_CCtx_setParameter(stream, ZSTD_c_nbWorkers, workers < 1 ? 1 : workers);
	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setParameter(stream, ZSTD_c_jobSize, ZSTD_JOB_BYTES);
	if (!ZSTD_isError(code)) /* 9: a piece sees the whole window before it */
		code = ZSTD_CCtx_setParameter(stream, ZSTD_c_overlapLog, 9);
	return code;
}

static int pack_zstd(const void *data, size_t length, struct text *packed, struct fault *fault)
{
	ZSTD_CCtx *stream = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(length);
	char *buffer = malloc(bound);
	size_t code = 0;

	if (stream && buffer) {
		code = set_up_zstd(stream, length);
		if (!ZSTD_isError(code))
			code = ZSTD_compress2(stream, buffer, bound, data, length);
		if (!ZSTD_isError(code))
			text_add_bytes(packed, buffer, code);
	}
	ZSTD_freeCCtx(stream);
	if (!buffer || !stream) {
		free(buffer);
		return pack_fault(fault, ENOMEM, "zstd");
	}
	free(buffer);
	return ZSTD_isError(code) ? pack_fault(fault, EINVAL, ZSTD_getErrorName(code)) : 0;
}

/* The kernel knows no check but CRC32. */
static int pack_xz(const void *data, size_t length, struct text *packed, struct fault *fault)
{
	size_t bound = lzma_stream_buffer_bound(length);
	uint8_t *buffer = malloc(bound);
	size_t used = 0;
	lzma_ret code;

	if (!buffer)
		return pack_fault(fault, ENOMEM, "xz");
	code = lzma_easy_buffer_encode(XZ_PRESET, LZMA_CHECK_CRC32, NULL, data, length, buffer,
				       &used, bound);
	if (code == LZMA_OK)
		text_add_bytes(packed, buffer, used);
	free(buffer);
	if (code == LZMA_OK)
		return 0;
	return pack_fault(fault, code == LZMA_MEM_ERROR ? ENOMEM : EINVAL, "xz");
}

int compression_pack(enum compression compression, const void *data, size_t length,
		     struct text *packed, struct fault *fault)
{
	int error = 0;

	if (compression == COMPRESSION_ZSTD)
		error = pack_zstd(data, length, packed, fault);
	else if (compression == COMPRESSION_XZ)
		error = pack_xz(data, length, packed, fault);
	else if (compression == COMPRESSION_NONE)
		text_add_bytes(packed, data, length);
	else
		return pack_fault(fault, EOPNOTSUPP, compression_name(compression));
	if (!error && packed->error)
		error = pack_fault(fault, packed->error, compression_name(compression));
	return error;
}

/* A place for a chunk to be unpacked to, and how much may still come. */
struct sink {
	struct text *unpacked;
	size_t rest;
	unsigned char chunk[CHUNK_BYTES];
};

/* 0 or -errno. */
static int sink_add(struct sink *sink, size_t length)
{
	if (length > sink->rest)
		return -EFBIG;
	sink->rest -= length;
	text_add_bytes(sink->unpacked, sink->chunk, length);
	return -sink->unpacked->error;
}

static int unpack_zstd(const void *data, size_t length, struct sink *sink, size_t *consumed)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = { data, length, 0 };
	size_t code = 1;
	int error = stream ? 0 : -ENOMEM;

	while (!error && code != 0) {
		ZSTD_outBuffer out = { sink->chunk, sizeof(sink->chunk), 0 };

		code = ZSTD_decompressStream(stream, &out, &in);
		if (ZSTD_isError(code))
			error = -EBADMSG;
		else if (out.pos == 0 && in.pos == in.size && code != 0)
			error = -EBADMSG; /* cut off */
		else
			error = sink_add(sink, out.pos);
	}
	ZSTD_freeDStream(stream);
	*consumed = in.pos;
	return error;
}

static int unpack_xz(const void *data, size_t length, struct sink *sink, size_t *consumed)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	lzma_ret code = lzma_stream_decoder(&stream, XZ_MEMORY_BYTES, 0);
	int error = code == LZMA_OK ? 0 : -ENOMEM;

	stream.next_in = data;
	stream.avail_in = length;
	while (!error && code == LZMA_OK) {
		stream.next_out = sink->chunk;
		stream.avail_out = sizeof(sink->chunk);
		code = lzma_code(&stream, LZMA_FINISH);
		if (code != LZMA_OK && code != LZMA_STREAM_END)
			error = code == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
		else
			error = sink_add(sink, sizeof(sink->chunk) - stream.avail_out);
	}
	*consumed = length - stream.avail_in;
	lzma_end(&stream);
	return error;
}

static int unpack_gzip(const void *data, size_t length, struct sink *sink, size_t *consumed)
{
	z_stream stream = { 0 };
	int code = Z_OK, error = 0;

	*consumed = 0;
	if (length > UINT_MAX)
		return -EFBIG;
	stream.next_in = (Bytef *)data;
	stream.avail_in = (unsigned int)length;
	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) /* 16: a gzip header is there */
		return -ENOMEM;
	while (!error && code == Z_OK) {
		stream.next_out = sink->chunk;
		stream.avail_out = sizeof(sink->chunk);
		code = inflate(&stream, Z_NO_FLUSH);
		if (code != Z_OK && code != Z_STREAM_END)
			error = code == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
		else
			error = sink_add(sink, sizeof(sink->chunk) - stream.avail_out);
	}
	*consumed = length - stream.avail_in;
	inflateEnd(&stream);
	return error;
}

static int unpack_none(const void *data, size_t length, struct sink *sink, size_t *consumed)
{
	if (length > sink->rest)
		return -EFBIG;
	text_add_bytes(sink->unpacked, data, length);
	*consumed = length;
	return -sink->unpacked->error;
}

int compression_unpack(enum compression compression, const void *data, size_t length, size_t limit,
		       struct text *unpacked, size_t *consumed, struct fault *fault)
{
	struct sink *sink = malloc(sizeof(*sink));
	int error = -EOPNOTSUPP;

	*consumed = 0;
	if (!sink)
		return fault_set(fault, ENOMEM, "unpack", compression_name(compression), NULL);
	sink->unpacked = unpacked;
	sink->rest = limit;
	text_add(unpacked, "");
	if (compression == COMPRESSION_ZSTD)
		error = unpack_zstd(data, length, sink, consumed);
	else if (compression == COMPRESSION_XZ)
		error = unpack_xz(data, length, sink, consumed);
	else if (compression == COMPRESSION_GZIP)
		error = unpack_gzip(data, length, sink, consumed);
	else if (compression == COMPRESSION_NONE)
		error = unpack_none(data, length, sink, consumed);
	free(sink);
	if (!error)
		return 0;
	return fault_set(fault, error, "unpack", compression_name(compression),
			 error == -EBADMSG ? "the data is damaged or cut off" : NULL);
}
