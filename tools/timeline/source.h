/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where `wireroot timeline` gets a node's timeline from.
 *
 * Functions return 0 or -errno with @fault filled in. @node is a host name or a MAC address; a name
 * that several nodes bear is refused (-ENOTUNIQ).
 */
#ifndef WIREROOT_TIMELINE_SOURCE_H
#define WIREROOT_TIMELINE_SOURCE_H

#include "initramfs/fault.h"
#include "initramfs/timeline.h"

/* The text form in the file at @path. */
int source_file(const char *path, struct timeline *timeline, struct fault *fault);

/* The directory that wirerootd keeps timelines in. */
int source_directory(const char *directory, const char *node, struct timeline *timeline,
		     struct fault *fault);

/* wirerootd at the URL @server, such as "http://10.0.0.1:8017". */
int source_server(const char *server, const char *node, struct timeline *timeline,
		  struct fault *fault);

#endif
