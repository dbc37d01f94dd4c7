// SPDX-License-Identifier: GPL-2.0-only
/* Writes the report; report_json.h has the contract. */
#include "report_json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* For what stands behind the list of modaliases. */
#define TAIL_BYTES 4

struct json {
	char *text;
	size_t used;
};

static void add(struct json *json, const char *text)
{
	size_t length = strlen(text);

	memcpy(json->text + json->used, text, length);
	json->used += length;
}

/* A string of at most @limit characters. */
static void add_string(struct json *json, const char *string, size_t limit)
{
	json->text[json->used++] = '"';
	for (size_t i = 0; i < limit && string[i]; i++) {
		char c = string[i];

		if (c < ' ' || c > '~')
			c = '?';
		if (c == '"' || c == '\\')
			json->text[json->used++] = '\\';
		json->text[json->used++] = c;
	}
	json->text[json->used++] = '"';
}

static void add_text(struct json *json, const char *key, const char *value)
{
	add(json, key);
	add_string(json, value, FACTS_TEXT_BYTES - 1);
}

static void add_number(struct json *json, const char *key, uint64_t value)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	add(json, key);
	add(json, number);
}

static void add_macs(struct json *json, const struct facts *facts, const char *mac)
{
	add(json, ",\"macs\":[");
	add_string(json, mac, FACTS_MAC_BYTES - 1);
	for (unsigned int i = 0; i < facts->mac_count && i < FACTS_MACS_MAX - 1; i++) {
		if (!strcmp(facts->macs[i], mac))
			continue;
		add(json, ",");
		add_string(json, facts->macs[i], FACTS_MAC_BYTES - 1);
	}
	add(json, "]");
}

static void add_modaliases(struct json *json, const struct facts *facts)
{
	const char *at = facts->modaliases;
	bool first = true;

	add(json, ",\"modaliases\":[");
	for (unsigned int i = 0; i < facts->modalias_count; i++, at += strlen(at) + 1) {
		/* Each character may need a backslash. */
		if (json->used + 2 * strlen(at) + 3 + TAIL_BYTES > REPORT_JSON_BYTES)
			break;
		if (!first)
			add(json, ",");
		add_string(json, at, FACTS_MODALIAS_BYTES - 1);
		first = false;
	}
	add(json, "]}");
}

size_t report_json_write(const struct facts *facts, const char *mac, const char *shown,
			 char text[static REPORT_JSON_BYTES])
{
	struct json json = { .text = text };

	add_text(&json, "{\"mac\":", mac);
	add_macs(&json, facts, mac);
	add_text(&json, ",\"cpu\":", facts->cpu);
	add_number(&json, ",\"cpus\":", facts->cpus);
	add_number(&json, ",\"memory_kib\":", facts->memory_kib);
	add_text(&json, ",\"vendor\":", facts->vendor);
	add_text(&json, ",\"product\":", facts->product);
	add_text(&json, ",\"serial\":", facts->serial);
	add_text(&json, ",\"uuid\":", facts->uuid);
	add_text(&json, ",\"shown\":", shown);
	add_modaliases(&json, facts);
	return json.used;
}
