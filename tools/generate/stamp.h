/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * By what one sees, without reading it, that a file is the one it was.
 */
#ifndef WIREROOT_STAMP_H
#define WIREROOT_STAMP_H

#define STAMP_BYTES 128

/*
 * Device, inode, size and times of the file or directory at @path as one word, "-" when there is
 * none. Times of change are among them, which no program can set back.
 */
void stamp_file(const char *path, char stamp[static STAMP_BYTES]);

#endif
