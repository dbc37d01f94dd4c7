/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few system services that klibc lacks, and small helpers around files of /proc, /sys and /run.
 */
#ifndef WIREROOT_SYS_H
#define WIREROOT_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* CLOCK_MONOTONIC in microseconds: the time since the kernel started (suspend not counted). */
uint64_t monotonic_us(void);

/* 32 random bits for transaction ids and jitter; never blocks, so they are no secrets. */
uint32_t random_word(void);

/*
 * Read @path into @buffer with a NUL behind. Returns the length, -EFBIG when the file does not fit,
 * or another negative errno. Works for /proc and /sys, whose files tell no size.
 */
ssize_t file_read(const char *path, char *buffer, size_t size);

/* The first line of a file of /proc or /sys, without its newline. False when it cannot be read. */
bool file_read_line(const char *path, char *line, size_t size);

/* As file_read(), into memory of the file's size that the caller frees. */
ssize_t file_read_all(const char *path, char **buffer);

/* Write @text to @path, which is created or truncated. Returns 0 or a negative errno. */
int file_write(const char *path, const char *text);

/*
 * Has the kernel this module, ready for use? Asked to load it once more, it would find that out
 * only after it has read and checked all of the file.
 */
bool module_is_live(const char *name);

/* mkdir -p. Returns 0 or a negative errno. */
int make_directories(const char *path, mode_t mode);

/* Write all of @length bytes to @fd. Returns 0 or a negative errno. */
int write_all(int fd, const void *data, size_t length);

#endif
