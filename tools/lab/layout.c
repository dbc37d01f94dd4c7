// SPDX-License-Identifier: GPL-2.0-only
/* Names and addresses in a lab; see layout.h. */
#include "tools/lab/layout.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lab_node_name_is_good(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > LAB_NODE_NAME_MAX || !islower((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) &&
		    name[i] != '-')
			return false;
	return name[length - 1] != '-';
}

/* FNV-1a: names that differ in one digit get addresses that differ. */
static uint32_t hash(const char *text)
{
	uint32_t value = 2166136261u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619u;
	return value;
}

void lab_tap_name(const char *node, unsigned int nic, char tap[static IFNAMSIZ])
{
	if (strlen(node) <= IFNAMSIZ - sizeof(".0"))
		snprintf(tap, IFNAMSIZ, "%.*s.%u", (int)(IFNAMSIZ - sizeof(".0")), node, nic % 10);
	else
		snprintf(tap, IFNAMSIZ, "%.3s-%08x.%u", node, hash(node), nic % 10);
}

void lab_mac_of(const char *node, unsigned int nic, char mac[static LAB_MAC_BYTES])
{
	char key[LAB_NODE_NAME_MAX + 12];
	uint32_t value;

	snprintf(key, sizeof(key), "%.*s.%u", LAB_NODE_NAME_MAX, node, nic);
	value = hash(key);
	value ^= value >> 16;
	/* 52:54:00 is what QEMU's guests use; bit 1 of it says 'locally administered'. */
	snprintf(mac, LAB_MAC_BYTES, "52:54:00:87:%02x:%02x", (value >> 8) & 0xff, value & 0xff);
}

bool lab_mac_is_good(const char *text)
{
	if (strlen(text) != LAB_MAC_BYTES - 1)
		return false;
	for (int i = 0; i < LAB_MAC_BYTES - 1; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return (strtoul(text, NULL, 16) & 1) == 0;
}

bool lab_path_is_good(const char *path)
{
	for (; *path; path++)
		if (iscntrl((unsigned char)*path) || *path == '"' || *path == '\\')
			return false;
	return true;
}
