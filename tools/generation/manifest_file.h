/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A manifest as a file: its text, compressed with zstd, since it is the one thing in a generation
 * that is as large as the cluster and kept for each. zstdcat(1) shows it.
 */
#ifndef WIREROOT_GENERATION_MANIFEST_FILE_H
#define WIREROOT_GENERATION_MANIFEST_FILE_H

#include "tools/generation/manifest.h"

/* Read the file at @path; manifest_free() must be called in any case. 0 or -errno with @fault. */
int manifest_file_read(struct manifest *manifest, const char *path, struct fault *fault);

/* Write @manifest to @fd. 0 or -errno. */
int manifest_file_write(const struct manifest *manifest, int fd);

#endif
