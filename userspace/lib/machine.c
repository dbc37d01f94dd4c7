// SPDX-License-Identifier: GPL-2.0-only
/* Reads and writes the reports of unknown machines. See machine.h. */
#include "userspace/lib/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"
#include "userspace/lib/text.h"

#define CPUS_MAX       65536
#define MEMORY_KIB_MAX ((json_int_t)1 << 44)

static int refuse(struct fault *fault, const char *key, const char *hint)
{
	return fault_set(fault, EINVAL, "read the report of a machine", key, hint);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* A string of less than @bytes, or NULL. */
static const char *plain_string(const json_t *json, size_t bytes)
{
	const char *string = json_string_value(json);

	return string && json_string_length(json) < bytes && strlen(string) < bytes &&
			       is_printable(string)
		       ? string
		       : NULL;
}

static int take_text(const json_t *json, const char *key, char *to, size_t bytes,
		     struct fault *fault)
{
	const char *string = plain_string(json_object_get(json, key), bytes);

	if (!string)
		return refuse(fault, key, "it is no short printable text");
	snprintf(to, bytes, "%s", string);
	return 0;
}

static int take_number(const json_t *json, const char *key, json_int_t maximum, uint64_t *number,
		       struct fault *fault)
{
	const json_t *value = json_object_get(json, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > maximum)
		return refuse(fault, key, "it is no such number");
	*number = (uint64_t)json_integer_value(value);
	return 0;
}

static int take_macs(const json_t *json, struct machine *machine, struct fault *fault)
{
	const char *first = json_string_value(json_object_get(json, "mac"));
	const json_t *macs = json_object_get(json, "macs"), *value;
	bool has_first = false;
	uint8_t mac[6];
	size_t i;

	if (!first || !value_mac(first, machine->macs[0]))
		return refuse(fault, "mac", "it is no MAC address of a machine");
	machine->mac_count = 1;
	if (!json_is_array(macs) || json_array_size(macs) > MACHINE_MACS_MAX)
		return refuse(fault, "macs", "it is no short list");
	json_array_foreach(macs, i, value)
	{
		if (!json_is_string(value) || !value_mac(json_string_value(value), mac))
			return refuse(fault, "macs", "one is no MAC address of a machine");
		has_first |= !memcmp(mac, machine->macs[0], sizeof(mac));
		if (machine_has_mac(machine, mac))
			continue;
		if (machine->mac_count == MACHINE_MACS_MAX)
			return refuse(fault, "macs", "there are more than 32");
		memcpy(machine->macs[machine->mac_count++], mac, sizeof(mac));
	}
	return has_first ? 0 : refuse(fault, "macs", "the one that it reports by is missing");
}

static int take_modaliases(const json_t *json, struct machine *machine, struct fault *fault)
{
	const json_t *modaliases = json_object_get(json, "modaliases"), *value;
	struct text lines = { 0 };
	size_t i;

	if (!json_is_array(modaliases) || json_array_size(modaliases) > MACHINE_MODALIASES_MAX)
		return refuse(fault, "modaliases", "it is no list of at most 2048");
	text_add(&lines, "");
	json_array_foreach(modaliases, i, value)
	{
		const char *modalias = plain_string(value, MACHINE_MODALIAS_BYTES);

		if (!modalias) {
			text_free(&lines);
			return refuse(fault, "modaliases", "one is no short printable text");
		}
		text_printf(&lines, "%s\n", modalias);
	}
	machine->modaliases = text_take(&lines);
	return machine->modaliases
		       ? 0
		       : fault_set(fault, ENOMEM, "read the report of a machine", "", NULL);
}

int machine_from_json(const json_t *json, struct machine *machine, struct fault *fault)
{
	uint64_t cpus = 0;

	*machine = (struct machine){ 0 };
	if (!json_is_object(json))
		return refuse(fault, "", "it is no JSON object");
	if (take_macs(json, machine, fault) ||
	    take_text(json, "cpu", machine->cpu, sizeof(machine->cpu), fault) ||
	    take_number(json, "cpus", CPUS_MAX, &cpus, fault) ||
	    take_number(json, "memory_kib", MEMORY_KIB_MAX, &machine->memory_kib, fault) ||
	    take_text(json, "vendor", machine->vendor, sizeof(machine->vendor), fault) ||
	    take_text(json, "product", machine->product, sizeof(machine->product), fault) ||
	    take_text(json, "serial", machine->serial, sizeof(machine->serial), fault) ||
	    take_text(json, "uuid", machine->uuid, sizeof(machine->uuid), fault) ||
	    take_text(json, "shown", machine->shown, sizeof(machine->shown), fault))
		return -fault->error;
	machine->cpus = (unsigned int)cpus;
	return take_modaliases(json, machine, fault);
}

int machine_parse(const char *text, size_t length, struct machine *machine, struct fault *fault)
{
	json_error_t where;
	json_t *json;
	int error;

	*machine = (struct machine){ 0 };
	if (length > MACHINE_REPORT_BYTES)
		return refuse(fault, "", "it is longer than 64 KiB");
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
	if (!json)
		return refuse(fault, "", "it is no JSON");
	error = machine_from_json(json, machine, fault);
	json_decref(json);
	return error;
}

static json_t *macs_to_json(const struct machine *machine)
{
	json_t *macs = json_array();
	char text[MAC_TEXT_BYTES];

	for (unsigned int i = 0; i < machine->mac_count; i++)
		json_array_append_new(macs, json_string(value_mac_text(machine->macs[i], text)));
	return macs;
}

static json_t *modaliases_to_json(const struct machine *machine)
{
	json_t *modaliases = json_array();

	for (const char *line = machine->modaliases; *line;) {
		size_t length = strcspn(line, "\n");

		json_array_append_new(modaliases, json_stringn(line, length));
		line += length + (line[length] == '\n');
	}
	return modaliases;
}

json_t *machine_to_json(const struct machine *machine)
{
	char text[MAC_TEXT_BYTES];

	return json_pack("{s:s, s:o, s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:o}", "mac",
			 value_mac_text(machine->macs[0], text), "macs", macs_to_json(machine),
			 "cpu", machine->cpu, "cpus", (json_int_t)machine->cpus, "memory_kib",
			 (json_int_t)machine->memory_kib, "vendor", machine->vendor, "product",
			 machine->product, "serial", machine->serial, "uuid", machine->uuid,
			 "shown", machine->shown, "modaliases", modaliases_to_json(machine));
}

bool machine_has_mac(const struct machine *machine, const uint8_t mac[static 6])
{
	for (unsigned int i = 0; i < machine->mac_count; i++)
		if (!memcmp(machine->macs[i], mac, sizeof(machine->macs[i])))
			return true;
	return false;
}

char *machine_summary(const struct machine *machine, char text[static MACHINE_SUMMARY_BYTES])
{
	bool has_name = machine->vendor[0] || machine->product[0];
	bool has_both = machine->vendor[0] && machine->product[0];

	snprintf(text, MACHINE_SUMMARY_BYTES, "%u x %s, %.1f GiB%s%s%s%s%s%s", machine->cpus,
		 machine->cpu[0] ? machine->cpu : "unknown CPU",
		 (double)machine->memory_kib / (1024 * 1024), has_name ? ", " : "", machine->vendor,
		 has_both ? " " : "", machine->product, machine->serial[0] ? ", serial " : "",
		 machine->serial);
	return text;
}

void machine_free(struct machine *machine)
{
	free(machine->modaliases);
	machine->modaliases = NULL;
}
