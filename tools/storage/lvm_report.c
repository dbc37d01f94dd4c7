// SPDX-License-Identifier: GPL-2.0-only
/* What lvs(8) and vgs(8) report; see lvm_report.h. */
#include "tools/storage/lvm_report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Of lv_attr, by lvs(8): the first character is the type, the fifth the state, the ninth the
 * health. */
#define ATTRIBUTE_STATE	 4
#define ATTRIBUTE_HEALTH 8
#define THIN_POOL	 't'

static int malformed(struct fault *fault, const char *what)
{
	return fault_set(fault, EBADMSG, "read the report of LVM", what,
			 "see what lvs --reportformat json says");
}

/* A column of a row; every value is a text. "" where it is not. */
static const char *column(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

/* A whole number of bytes; false for anything else. */
static bool read_bytes(const char *text, uint64_t *bytes)
{
	*bytes = 0;
	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
		return false;
	for (; *text; text++)
		*bytes = *bytes * 10 + (uint64_t)(*text - '0');
	return true;
}

/* "12.34", with a comma in some languages; 0 where LVM tells nothing, as of what is not active. */
static bool read_percent(const char *text, unsigned int *hundredths)
{
	unsigned int whole = 0, part = 0, digits = 0;

	*hundredths = 0;
	if (!*text)
		return true;
	for (; *text >= '0' && *text <= '9'; text++) {
		whole = whole * 10 + (unsigned int)(*text - '0');
		if (++digits > 3)
			return false;
	}
	if (!digits)
		return false;
	if (*text == '.' || *text == ',') {
		text++;
		for (unsigned int i = 0; i < 2; i++)
			part = part * 10 +
			       (*text >= '0' && *text <= '9' ? (unsigned int)(*text++ - '0') : 0);
	}
	*hundredths = whole * PERCENT + part;
	return strspn(text, "0123456789") == strlen(text);
}

static uint64_t share(uint64_t bytes, unsigned int hundredths)
{
	return (uint64_t)((double)bytes * hundredths / (100 * PERCENT));
}

/* Is @tag one of the tags, which commas part? @rest, when it is not NULL, takes what is behind. */
static bool has_tag(const char *tags, const char *tag, char *rest, size_t rest_bytes)
{
	size_t length = strlen(tag);

	while (*tags) {
		size_t here = strcspn(tags, ",");

		if (here >= length && strncmp(tags, tag, length) == 0 && (rest || here == length)) {
			if (rest)
				snprintf(rest, rest_bytes, "%.*s", (int)(here - length),
					 tags + length);
			return true;
		}
		tags += here + (tags[here] == ',');
	}
	return false;
}

/* Without LVM_PREFIX; false when it is not one of ours. */
static bool read_name(const char *text, char name[static VOLUME_NAME_BYTES])
{
	size_t length = strlen(LVM_PREFIX);

	return strncmp(text, LVM_PREFIX, length) == 0 && text[length] &&
	       snprintf(name, VOLUME_NAME_BYTES, "%s", text + length) < VOLUME_NAME_BYTES;
}

/* A plain volume has all of its space from the beginning, and no percentage. */
static int read_volume(const json_t *row, struct volume *volume, struct fault *fault)
{
	const char *tags = column(row, "lv_tags"), *data = column(row, "data_percent");
	const char *attributes = column(row, "lv_attr");
	unsigned int used;

	volume->active = strlen(attributes) > ATTRIBUTE_STATE && attributes[ATTRIBUTE_STATE] == 'a';
	if (!read_bytes(column(row, "lv_size"), &volume->bytes))
		return malformed(fault, "lv_size");
	if (!read_percent(data, &used))
		return malformed(fault, "data_percent");
	volume->used_bytes = *column(row, "pool_lv") ? share(volume->bytes, used) : volume->bytes;
	volume->state = has_tag(tags, LVM_TAG_UNFINISHED, NULL, 0) ? VOLUME_UNFINISHED
			: has_tag(tags, LVM_TAG_READY, NULL, 0)	   ? VOLUME_READY
								   : VOLUME_FOREIGN;
	if (has_tag(tags, LVM_TAG_CLONE, volume->unfinished_uuid,
		    sizeof(volume->unfinished_uuid)) &&
	    volume->state == VOLUME_FOREIGN)
		volume->state = VOLUME_READY;
	has_tag(tags, LVM_TAG_UUID, volume->uuid, sizeof(volume->uuid));
	has_tag(tags, LVM_TAG_FILE_SYSTEM, volume->file_system, sizeof(volume->file_system));
	if (!read_name(column(row, "origin"), volume->origin))
		volume->origin[0] = '\0';
	return 0;
}

static int read_pool(const json_t *row, struct storage_space *space, struct fault *fault)
{
	const char *attributes = column(row, "lv_attr");
	unsigned int data;

	if (attributes[0] != THIN_POOL || strlen(attributes) <= ATTRIBUTE_HEALTH)
		return fault_set(fault, EINVAL, "use thin pool", column(row, "lv_name"),
				 "it is another kind of volume; lvs shows which");
	if (!read_bytes(column(row, "lv_size"), &space->bytes) ||
	    !read_percent(column(row, "data_percent"), &data))
		return malformed(fault, "data_percent");
	if (!read_bytes(column(row, "lv_metadata_size"), &space->metadata_bytes) ||
	    !read_percent(column(row, "metadata_percent"), &space->metadata_used))
		return malformed(fault, "metadata_percent");
	space->used_bytes = share(space->bytes, data);
	space->has_metadata = true;
	/* Failed, out of data space, metadata read-only; '-' is well. */
	space->damaged = strchr("FDM", attributes[ATTRIBUTE_HEALTH]) != NULL;
	return 0;
}

static int read_row(const json_t *row, const char *pool, struct storage_status *status,
		    bool *has_pool, struct fault *fault)
{
	const char *name = column(row, "lv_name");
	char volume_name[VOLUME_NAME_BYTES];
	struct volume *volume;

	if (!*name)
		return malformed(fault, "lv_name");
	if (pool && strcmp(name, pool) == 0) {
		*has_pool = true;
		return read_pool(row, &status->space, fault);
	}
	if (!read_name(name, volume_name))
		return 0;
	volume = storage_status_add(status);
	if (!volume)
		return fault_set(fault, ENOMEM, "read the report of LVM", "", NULL);
	snprintf(volume->name, sizeof(volume->name), "%s", volume_name);
	return read_volume(row, volume, fault);
}

/* The rows of the one report in @text, or NULL with @fault. @json is to be given back. */
static const json_t *read_rows(const char *text, size_t length, const char *what, json_t **json,
			       struct fault *fault)
{
	const json_t *rows;

	*json = json_loadb(text, length, 0, NULL);
	rows = json_object_get(json_array_get(json_object_get(*json, "report"), 0), what);
	if (json_is_array(rows))
		return rows;
	malformed(fault, what);
	return NULL;
}

int lvm_read_volumes(const char *text, size_t length, const char *pool,
		     struct storage_status *status, struct fault *fault)
{
	bool has_pool = !pool;
	const json_t *rows, *row;
	json_t *json;
	int error = 0;
	size_t i;

	rows = read_rows(text, length, "lv", &json, fault);
	if (!rows)
		error = -EBADMSG;
	json_array_foreach(rows, i, row)
	{
		if (!error)
			error = read_row(row, pool, status, &has_pool, fault);
	}
	json_decref(json);
	if (!error && !has_pool)
		error = fault_set(fault, ENOENT, "find thin pool", pool,
				  "lvcreate --type thin-pool makes one");
	if (!error)
		storage_status_sort(status);
	return error;
}

int lvm_read_group(const char *text, size_t length, struct storage_space *space,
		   struct fault *fault)
{
	uint64_t free_bytes = 0;
	const json_t *row;
	json_t *json;
	int error = 0;

	row = json_array_get(read_rows(text, length, "vg", &json, fault), 0);
	if (!row || !read_bytes(column(row, "vg_size"), &space->bytes) ||
	    !read_bytes(column(row, "vg_free"), &free_bytes) || free_bytes > space->bytes)
		error = malformed(fault, "vg_free");
	else
		space->used_bytes = space->bytes - free_bytes;
	json_decref(json);
	return error;
}

bool lvm_is_yet_to_be_made(const char *backup, const char *name)
{
	const char *const message = "create = \"";
	size_t length = strlen(name);
	const char *at = backup;

	while ((at = strstr(at, message))) {
		at += strlen(message);
		if (strncmp(at, name, length) == 0 && at[length] == '"')
			return true;
	}
	return false;
}
