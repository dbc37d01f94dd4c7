/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is in an initrd, ours or another's, as JSON:
 *
 *	{ "bytes", "unpacked_bytes", "kernel" (or null),
 *	  "segments": [ { "offset", "bytes", "unpacked_bytes", "compression", "files": [
 *		{ "path", "mode" ("100644"), "links", "inode", "bytes", "target", "device" } ] } ],
 *	  "modules": [ { "name", "group", "path", "dependencies": [ … ] } ] in loading order }
 *
 * "target" is there for symbolic links, "device" for device files. Any bytes may be given; names
 * that are not plain text have '?' where they are not.
 */
#ifndef WIREROOT_SHOW_H
#define WIREROOT_SHOW_H

#include <stddef.h>

#include <jansson.h>

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/*
 * Make *@report, which the caller gives back with json_decref(). Returns 0, or -errno with @fault
 * filled in and *@report what was found before the fault, or NULL.
 */
int show_initrd(const char *initrd, size_t length, json_t **report, struct fault *fault);

/* The same as text for people. With @files every file has a line. */
void show_text(const json_t *report, int files, struct text *text);

#endif
