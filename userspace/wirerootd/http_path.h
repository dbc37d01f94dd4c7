/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path of an HTTP request, from the bytes of the request line to a path below the served
 * directory.
 *
 * Pure. What passes has no empty, "." or ".." part, no NUL, no backslash and no control character,
 * encoded or not, so that it can be given to openat2() and to a log. It is decoded once only.
 */
#ifndef WIREROOT_HTTP_PATH_H
#define WIREROOT_HTTP_PATH_H

#include <stddef.h>

/* Longer paths than this are no artefacts. With the NUL. */
#define HTTP_PATH_BYTES 1024

enum http_path_verdict {
	HTTP_PATH_GOOD,
	HTTP_PATH_MALFORMED, /* 400: no client of good will sends it */
	HTTP_PATH_HIDDEN, /* 404: names a dot file, or the directory itself */
	HTTP_PATH_TOO_LONG, /* 414 */
};

/*
 * Decode @target, @length bytes of a request target without its query, in origin or absolute form
 * (RFC 9112, 3.2), into @path: relative, NUL-terminated, "a/b" for "/a//b". *@why says what is
 * wrong with it unless HTTP_PATH_GOOD is returned.
 */
enum http_path_verdict http_path_parse(const char *target, size_t length,
				       char path[static HTTP_PATH_BYTES], const char **why);

#endif
