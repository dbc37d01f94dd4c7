/* SPDX-License-Identifier: GPL-2.0-only */
/* Values as they are spelled in parameters; value.h has the contract. */
#include "value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Not ctype.h: that depends on a locale on the host and takes int. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

int value_hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool value_number(const char *text, uint32_t maximum, uint32_t *number)
{
	uint32_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint32_t digit = (uint32_t)(*text - '0');

		if (!is_digit(*text) || digit > maximum || value > (maximum - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

bool value_ipv4(const char *text, uint32_t *address)
{
	uint32_t value = 0;

	for (int part = 0; part < 4; part++) {
		uint32_t byte = 0;
		int digits = 0;

		for (; is_digit(*text) && digits < 4; digits++)
			byte = byte * 10 + (uint32_t)(*text++ - '0');
		if (!digits || byte > 255 || (digits > 1 && text[-digits] == '0'))
			return false;
		if (*text != (part < 3 ? '.' : '\0'))
			return false;
		text += part < 3;
		value = value << 8 | byte;
	}
	*address = value;
	return true;
}

char *value_ipv4_text(uint32_t address, char text[static IPV4_TEXT_BYTES])
{
	snprintf(text, IPV4_TEXT_BYTES, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		 address >> 8 & 255, address & 255);
	return text;
}

unsigned int netmask_bits(uint32_t netmask)
{
	unsigned int bits = 0;

	while (bits < 32 && (netmask & (0x80000000u >> bits)))
		bits++;
	return bits;
}

char *value_mac_text(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 6; i++) {
		text[3 * i] = digits[mac[i] >> 4];
		text[3 * i + 1] = digits[mac[i] & 15];
		text[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return text;
}

char *value_mac_dashes(const uint8_t mac[static 6], char text[static MAC_TEXT_BYTES])
{
	value_mac_text(mac, text);
	for (char *colon = text; (colon = strchr(colon, ':'));)
		*colon = '-';
	return text;
}

bool value_mac(const char *text, uint8_t mac[static 6])
{
	uint8_t any = 0;
	char separator;

	if (strlen(text) != 17)
		return false;
	separator = text[2];
	if (separator != ':' && separator != '-')
		return false;
	for (int i = 0; i < 6; i++) {
		int high = value_hex_digit(text[3 * i]);
		int low = value_hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != separator))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
		any |= mac[i];
	}
	return any && !(mac[0] & 1);
}

bool value_host_name(const char *text, size_t length_max)
{
	size_t label = 0;

	if (strlen(text) > length_max)
		return false;
	for (; *text; text++) {
		if (*text == '.') {
			if (!label || text[-1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_name_byte(*text) && (*text != '-' || !label))
			return false;
		if (++label > 63)
			return false;
	}
	return label && text[-1] != '-';
}

char *value_iscsi_part(const char *name, char text[static HOST_NAME_LENGTH + 1])
{
	size_t length = 0;

	for (; *name && length < HOST_NAME_LENGTH; name++) {
		char c = *name;

		if (c == '_')
			c = ':';
		else if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		text[length++] = c;
	}
	text[length] = '\0';
	return text;
}

bool value_interface(const char *text)
{
	size_t length = strlen(text);

	if (!length || length > 15 || !strcmp(text, ".") || !strcmp(text, ".."))
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text == 0x7f || *text == '/' || *text == ':')
			return false;
	return true;
}

bool value_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

bool value_names_volume(const char *text)
{
	static const char *const kinds[] = { "LABEL=", "UUID=", "PARTUUID=", "/dev/" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strstr(text, kinds[i]) == text)
			return true;
	return false;
}

bool value_copy(char *to, size_t to_bytes, const char *from, size_t length)
{
	if (length >= to_bytes)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

int value_refuse(struct fault *fault, const char *what, const char *text, const char *hint)
{
	char peer[sizeof(fault->peer)];

	snprintf(peer, sizeof(peer), "%s '%s'", what, text);
	return fault_set(fault, EINVAL, "read parameter", peer, hint);
}
