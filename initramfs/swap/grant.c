// SPDX-License-Identifier: GPL-2.0-only
/* A grant as lines of text; grant.h has the contract. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../value.h"
#include "grant.h"

#define LINE_BYTES 512

/* How a key's value is spelled. */
enum kind {
	KIND_TEXT,
	KIND_ID,
	KIND_ADDRESS,
	KIND_PORT,
	KIND_NUMBER,
	KIND_BYTES,
};

struct key {
	const char *name;
	enum kind kind;
	bool needed;
	size_t offset, size;
};

#define FIELD(name, kind, needed)                                                                  \
	{                                                                                          \
#name, kind, needed, offsetof(struct grant, name),                                 \
			sizeof(((struct grant *)NULL)->name)                                       \
	}

static const struct key keys[] = {
	FIELD(id, KIND_ID, true),
	FIELD(generation, KIND_NUMBER, true),
	FIELD(bytes, KIND_BYTES, true),
	FIELD(lender, KIND_TEXT, false),
	FIELD(address, KIND_ADDRESS, true),
	FIELD(port, KIND_PORT, true),
	FIELD(iqn, KIND_TEXT, true),
	FIELD(initiator, KIND_TEXT, true),
	FIELD(username, KIND_TEXT, true),
	FIELD(secret, KIND_TEXT, true),
	FIELD(username_in, KIND_TEXT, true),
	FIELD(secret_in, KIND_TEXT, true),
	FIELD(lease_s, KIND_NUMBER, false),
	FIELD(session, KIND_NUMBER, false),
	FIELD(disk, KIND_TEXT, false),
	FIELD(mapping, KIND_TEXT, false),
	FIELD(swap, KIND_TEXT, false),
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

char *grant_initiator(const char *member, char name[static GRANT_NAME_BYTES])
{
	char part[HOST_NAME_LENGTH + 1];

	snprintf(name, GRANT_NAME_BYTES, "iqn.2026-11.org.wireroot:node.%s",
		 value_iscsi_part(member, part));
	return name;
}

bool grant_id_is_valid(const char *id)
{
	size_t length = 0;

	while (length < GRANT_ID_BYTES && value_hex_digit(id[length]) >= 0)
		length++;
	return length == GRANT_ID_BYTES - 1 && !id[length];
}

static bool take_bytes(const char *text, uint64_t *bytes)
{
	*bytes = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || *bytes > (UINT64_MAX - 9) / 10)
			return false;
		*bytes = *bytes * 10 + (uint64_t)(*text - '0');
	}
	return true;
}

static bool take_value(const struct key *key, const char *value, struct grant *grant)
{
	void *field = (char *)grant + key->offset;
	uint32_t number;

	switch (key->kind) {
	case KIND_ID:
		return grant_id_is_valid(value) &&
		       value_copy(field, key->size, value, strlen(value));
	case KIND_TEXT:
		return (*value || !key->needed) && value_plain(value) &&
		       value_copy(field, key->size, value, strlen(value));
	case KIND_ADDRESS:
		return value_ipv4(value, field) && *(uint32_t *)field;
	case KIND_NUMBER:
		return value_number(value, UINT32_MAX, field);
	case KIND_PORT:
		if (!value_number(value, UINT16_MAX, &number) || !number)
			return false;
		*(uint16_t *)field = (uint16_t)number;
		return true;
	case KIND_BYTES:
		return take_bytes(value, field);
	}
	return false;
}

static int refuse(struct fault *fault, const char *key, const char *hint)
{
	return fault_set(fault, EINVAL, "read a grant", key, hint);
}

/* A line without its end. @seen gets the key's bit. */
static int take_line(const char *line, size_t length, struct grant *grant, uint32_t *seen,
		     struct fault *fault)
{
	char text[LINE_BYTES];
	char *equals;

	if (length && line[length - 1] == '\r')
		length--;
	if (!length)
		return 0;
	if (!value_copy(text, sizeof(text), line, length) || !(equals = strchr(text, '=')))
		return refuse(fault, "", "a line is KEY=VALUE");
	*equals = '\0';
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(text, keys[i].name) != 0)
			continue;
		*seen |= 1u << i;
		if (!take_value(&keys[i], equals + 1, grant))
			return refuse(fault, keys[i].name, "its value is malformed");
	}
	return 0;
}

int grant_parse(const char *text, size_t length, struct grant *grant, struct fault *fault)
{
	const char *end = text + length;
	uint32_t seen = 0;
	int error = 0;

	_Static_assert(KEY_COUNT <= 32, "a bit for each key");
	memset(grant, 0, sizeof(*grant));
	while (!error && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		error = take_line(text, (size_t)(stop - text), grant, &seen, fault);
		text = newline ? newline + 1 : end;
	}
	for (size_t i = 0; !error && i < KEY_COUNT; i++)
		if (keys[i].needed && !(seen & 1u << i))
			error = refuse(fault, keys[i].name, "it is missing");
	return error;
}

static void value_text(const struct key *key, const struct grant *grant, char *text, size_t size)
{
	const void *field = (const char *)grant + key->offset;
	char address[IPV4_TEXT_BYTES];

	text[0] = '\0';
	switch (key->kind) {
	case KIND_ID:
	case KIND_TEXT:
		snprintf(text, size, "%s", (const char *)field);
		break;
	case KIND_ADDRESS:
		snprintf(text, size, "%s", value_ipv4_text(*(const uint32_t *)field, address));
		break;
	case KIND_NUMBER:
		if (*(const uint32_t *)field || key->needed)
			snprintf(text, size, "%u", *(const uint32_t *)field);
		break;
	case KIND_PORT:
		snprintf(text, size, "%u", *(const uint16_t *)field);
		break;
	case KIND_BYTES:
		snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)field);
		break;
	}
}

size_t grant_format(const struct grant *grant, char text[static GRANT_TEXT_BYTES])
{
	char value[GRANT_NAME_BYTES];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < KEY_COUNT; i++) {
		value_text(&keys[i], grant, value, sizeof(value));
		if (value[0])
			length += (size_t)snprintf(text + length, GRANT_TEXT_BYTES - length,
						   "%s=%s\n", keys[i].name, value);
	}
	return length;
}
