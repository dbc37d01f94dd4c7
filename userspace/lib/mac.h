/* SPDX-License-Identifier: GPL-2.0-only */
/* MAC addresses as Wireroot writes them everywhere: "52:54:00:12:34:56", in small letters. */
#ifndef WIREROOT_MAC_H
#define WIREROOT_MAC_H

#include <stdint.h>

#define MAC_TEXT_BYTES 18

/* Write @mac to @text. Returns @text. */
char *mac_text(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES]);

#endif
