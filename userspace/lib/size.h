/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sizes of disks and files as people write them: "512M", "8G", "1T". A unit is 1024 times the one
 * before it.
 */
#ifndef WIREROOT_SIZE_H
#define WIREROOT_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* Room for what size_text() writes, with its NUL. */
#define SIZE_TEXT_BYTES 24

/*
 * Read a whole number with one of K, M, G and T behind it into *@bytes. False for anything else: a
 * number without a unit could be meant in any of them.
 */
bool size_read(const char *text, uint64_t *bytes);

/* "8G", "1.5G", "0": the largest unit that is not greater, with one digit behind the point unless
 * that is 0. Returns @text. */
char *size_text(uint64_t bytes, char text[static SIZE_TEXT_BYTES]);

#endif
