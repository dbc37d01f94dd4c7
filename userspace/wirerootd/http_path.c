/* SPDX-License-Identifier: GPL-2.0-only */
/* Decodes and judges the path of an HTTP request. See http_path.h for what is promised. */
#include "userspace/wirerootd/http_path.h"

#include <string.h>
#include <strings.h>

#include "initramfs/value.h"

/* Absolute form: step over "http://AUTHORITY". A server must accept it (RFC 9112, 3.2.2). */
static void skip_authority(const char **target, size_t *length)
{
	static const char scheme[] = "http://";
	size_t at = sizeof(scheme) - 1;

	if (*length < at || strncasecmp(*target, scheme, at) != 0)
		return;
	while (at < *length && (*target)[at] != '/')
		at++;
	*target += at;
	*length -= at;
}

/* The next decoded byte of @target at *@at, which it moves on; -1 for a bad escape. */
static int next_byte(const char *target, size_t length, size_t *at)
{
	int high, low;

	if (target[*at] != '%')
		return (unsigned char)target[(*at)++];
	if (length - *at < 3)
		return -1;
	high = value_hex_digit(target[*at + 1]);
	low = value_hex_digit(target[*at + 2]);
	if (high < 0 || low < 0)
		return -1;
	*at += 3;
	return high << 4 | low;
}

static enum http_path_verdict decode(const char *target, size_t length, char *path, size_t *used,
				     const char **why)
{
	size_t at = 0;

	*used = 0;
	while (at < length) {
		int byte = next_byte(target, length, &at);

		if (byte < 0) {
			*why = "bad percent-encoding";
			return HTTP_PATH_MALFORMED;
		}
		if (byte < 0x20 || byte == 0x7f || byte == '\\') {
			*why = "control character or backslash in the path";
			return HTTP_PATH_MALFORMED;
		}
		/* An encoded slash ends a part like any other: the parts are judged decoded. */
		if (byte == '/' && (*used == 0 || path[*used - 1] == '/'))
			continue;
		if (*used == HTTP_PATH_BYTES - 1) {
			*why = "path too long";
			return HTTP_PATH_TOO_LONG;
		}
		path[(*used)++] = (char)byte;
	}
	path[*used] = '\0';
	return HTTP_PATH_GOOD;
}

static enum http_path_verdict judge_parts(const char *path, const char **why)
{
	const char *part = path;

	while (*part) {
		size_t length = strcspn(part, "/");

		if (length == 2 && !memcmp(part, "..", 2)) {
			*why = "'..' in the path";
			return HTTP_PATH_MALFORMED;
		}
		if (*part == '.') {
			*why = "dot files are not served";
			return HTTP_PATH_HIDDEN;
		}
		part += length;
		part += *part == '/';
	}
	return HTTP_PATH_GOOD;
}

enum http_path_verdict http_path_parse(const char *target, size_t length,
				       char path[static HTTP_PATH_BYTES], const char **why)
{
	enum http_path_verdict verdict;
	size_t used;

	skip_authority(&target, &length);
	if (length == 0 || *target != '/') {
		*why = "the path does not begin with a slash";
		return HTTP_PATH_MALFORMED;
	}
	verdict = decode(target, length, path, &used, why);
	if (verdict == HTTP_PATH_GOOD)
		verdict = judge_parts(path, why);
	if (verdict == HTTP_PATH_GOOD && (used == 0 || path[used - 1] == '/')) {
		*why = "directories are not listed";
		return HTTP_PATH_HIDDEN;
	}
	return verdict;
}
