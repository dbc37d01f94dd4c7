/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open a file below a directory, and nothing else.
 *
 * @path is relative and has passed http_path_parse(). Only regular files are opened. The caller
 * closes the descriptor. Functions return it, or -errno: -EXDEV for what leads out of the
 * directory, -ENOENT for what is no regular file.
 */
#ifndef WIREROOT_BENEATH_H
#define WIREROOT_BENEATH_H

#include <sys/stat.h>

/*
 * By openat2(RESOLVE_BENEATH) where the kernel has it (5.6): symbolic links are followed as long as
 * they stay below @directory. Else as beneath_open_by_parts(). Fills @status in.
 */
int beneath_open(int directory, const char *path, struct stat *status);

/* One part after the other, for older kernels and filters; no symbolic link is followed (-ELOOP).
 */
int beneath_open_by_parts(int directory, const char *path, struct stat *status);

#endif
