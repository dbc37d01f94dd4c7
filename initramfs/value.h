/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values as they are spelled in parameters: numbers, addresses, names, and the fault for a bad one.
 *
 * Every function takes a whole NUL-terminated text and accepts it as a whole or not at all.
 * IPv4 addresses are in host byte order.
 */
#ifndef WIREROOT_VALUE_H
#define WIREROOT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define IPV4_TEXT_BYTES	 16 /* "255.255.255.255" */
#define MAC_TEXT_BYTES	 18 /* "52:54:00:12:34:56" */
#define HOST_NAME_LENGTH 64 /* HOST_NAME_MAX of Linux */
#define DNS_NAME_LENGTH	 253 /* RFC 1035 section 2.3.4, in text without the last dot */

/* Decimal digits only, at most @maximum; zeros may lead. */
bool value_number(const char *text, uint32_t maximum, uint32_t *number);

/* Four decimal numbers with dots. No leading zeros: some programs read those as octal. */
bool value_ipv4(const char *text, uint32_t *address);

/* Write @address to @text. Returns @text. */
char *value_ipv4_text(uint32_t address, char text[static IPV4_TEXT_BYTES]);

/* The prefix length of a netmask. */
unsigned int netmask_bits(uint32_t netmask);

/* What the hexadecimal digit @c stands for, or -1. */
int value_hex_digit(char c);

/* Write @mac to @text, in small letters with ':'. Returns @text. */
char *value_mac_text(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES]);

/* The same with '-', as in file names and as values between colons. */
char *value_mac_dashes(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES]);

/* Six pairs of hexadecimal digits, all parted by ':' or all by '-'; a unicast address, not zero. */
bool value_mac(const char *text, uint8_t mac[static 6]);

/* Labels of letters, digits, '-' and '_' with dots, at most @length_max bytes (RFC 1123
 * section 2.1). */
bool value_host_name(const char *text, size_t length_max);

/*
 * Write the host name @name as a part of an iSCSI name, which has small letters and no '_'
 * (RFC 3722): ':' stands for it, which no host name has, so that no two names become one that
 * differ in more than case. Returns @text.
 */
char *value_iscsi_part(const char *name, char text[static HOST_NAME_LENGTH + 1]);

/* A name that Linux takes for a network interface: 1 to 15 bytes, no blank, '/' or ':'. */
bool value_interface(const char *text);

/* No control character in @text: what goes to mount(2), to paths and to the console must be plain.
 */
bool value_plain(const char *text);

/* Does @text say on which disk a file system is: "LABEL=…", "UUID=…", "PARTUUID=…", "/dev/…"? */
bool value_names_volume(const char *text);

/* Copy @length bytes of @from with a NUL to @to, of @to_bytes. False when they don't fit. */
bool value_copy(char *to, size_t to_bytes, const char *from, size_t length);

/* Fill @fault in for a malformed value: "read parameter: WHAT 'TEXT': …". Returns -EINVAL. */
int value_refuse(struct fault *fault, const char *what, const char *text, const char *hint);

#endif
