/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network as the firmware's table for iSCSI (iBFT) has it, in our own words.
 */
#ifndef WIREROOT_FIRMWARE_H
#define WIREROOT_FIRMWARE_H

#include <stddef.h>

/* More than the words of eight interfaces. */
#define FIRMWARE_BYTES 2048

/*
 * Have wireroot-iscsi write the words, ip= and vlan=, to @text. It reads the table, so that the
 * init of images without it stays small. Returns their length; 0: the table has none, or there is
 * no table; or a negative errno when the image has no such program.
 */
int firmware_words(char *text, size_t size);

#endif
