// SPDX-License-Identifier: GPL-2.0-only
/* What LVM and the device mapper tell; see lvm_text.h. */
#include "userspace/memory/borrow/lvm_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(struct fault *fault, const char *what)
{
	return fault_set(fault, EBADMSG, "read what LVM reports", what,
			 "it is another LVM than 2.03");
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

static bool number_of(const json_t *row, const char *key, uint64_t *number)
{
	const char *text = text_of(row, key);
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end;
}

/* The rows of a report: {"report": [{"KIND": [ROW...]}]}. The caller drops *@root. */
static int rows_of(const char *text, size_t length, const char *kind, json_t **root,
		   const json_t **rows, struct fault *fault)
{
	*root = json_loadb(text, length, 0, NULL);
	*rows = json_object_get(json_array_get(json_object_get(*root, "report"), 0), kind);
	if (json_is_array(*rows))
		return 0;
	json_decref(*root);
	return refuse(fault, kind);
}

/* --- devices ---------------------------------------------------------------------------------- */

/* The index of the row's device, which is added when it is new; -1 when there is no room. */
static int take_device(const json_t *row, const char *name, struct lvm_layout *layout)
{
	struct lvm_device *device = &layout->devices[layout->device_count];

	for (unsigned int i = 0; i < layout->device_count; i++)
		if (!strcmp(layout->devices[i].name, name))
			return (int)i;
	if (layout->device_count == LVM_DEVICES_MAX || strlen(name) >= sizeof(device->name) ||
	    !number_of(row, "pv_pe_count", &device->extents) ||
	    !number_of(row, "pv_pe_alloc_count", &device->allocated))
		return -1;
	memcpy(device->name, name, strlen(name) + 1);
	return (int)layout->device_count++;
}

static bool take_segment(const json_t *row, unsigned int device, struct lvm_layout *layout)
{
	struct lvm_segment *segment = &layout->segments[layout->segment_count];

	if (!*text_of(row, "lv_name"))
		return true;
	if (layout->segment_count == LVM_SEGMENTS_MAX)
		return false;
	segment->device = device;
	if (!number_of(row, "pvseg_start", &segment->start) ||
	    !number_of(row, "pvseg_size", &segment->count))
		return false;
	layout->segment_count++;
	return true;
}

/* Devices without a group are listed, too: those that were just made. */
static bool take_row(const json_t *row, struct lvm_layout *layout)
{
	int device;

	if (strcmp(text_of(row, "vg_name"), LVM_GROUP) != 0)
		return true;
	layout->group = true;
	if (*text_of(row, "pv_missing")) {
		layout->missing = true;
		return true;
	}
	device = take_device(row, text_of(row, "pv_name"), layout);
	return device >= 0 && take_segment(row, (unsigned int)device, layout);
}

int lvm_read_devices(const char *text, size_t length, struct lvm_layout *layout,
		     struct fault *fault)
{
	const json_t *rows, *row;
	json_t *root;
	size_t i;
	int error = rows_of(text, length, "pvseg", &root, &rows, fault);

	if (error)
		return error;
	json_array_foreach(rows, i, row) if (!error && !take_row(row, layout)) error =
		refuse(fault, "a device");
	json_decref(root);
	return error;
}

/* --- volumes ---------------------------------------------------------------------------------- */

static bool take_volume(const json_t *row, struct lvm_layout *layout)
{
	uint64_t bytes, extent_bytes;
	const char *in_sync = text_of(row, "sync_percent");

	if (!number_of(row, "lv_size", &bytes) ||
	    !number_of(row, "vg_extent_size", &extent_bytes) || !extent_bytes)
		return false;
	layout->volume = true;
	layout->volume_extents = bytes / extent_bytes;
	layout->mirrored = strstr(text_of(row, "lv_layout"), "raid1") != NULL;
	layout->in_sync = layout->mirrored && *in_sync ? strtod(in_sync, NULL) : 100;
	return true;
}

int lvm_read_volumes(const char *text, size_t length, struct lvm_layout *layout,
		     struct fault *fault)
{
	const json_t *rows, *row;
	json_t *root;
	size_t i;
	int error = rows_of(text, length, "lv", &root, &rows, fault);

	if (error)
		return error;
	json_array_foreach(rows, i, row)
	{
		const char *name = text_of(row, "lv_name");

		if (!strncmp(name, "[pvmove", 7))
			layout->moving = true;
		if (!error && !strcmp(name, LVM_VOLUME) && !take_volume(row, layout))
			error = refuse(fault, "the volume");
	}
	json_decref(root);
	return error;
}

/* --- what follows from it --------------------------------------------------------------------- */

const struct lvm_device *lvm_find_device(const struct lvm_layout *layout, const char *name)
{
	for (unsigned int i = 0; i < layout->device_count; i++)
		if (!strcmp(layout->devices[i].name, name))
			return &layout->devices[i];
	return NULL;
}

uint64_t lvm_ranges(const struct lvm_layout *layout, const char *name, uint64_t count,
		    char ranges[static LVM_RANGES_BYTES])
{
	int length = snprintf(ranges, LVM_RANGES_BYTES, "%s", name);
	uint64_t taken = 0;

	for (unsigned int i = 0; i < layout->segment_count && taken < count; i++) {
		const struct lvm_segment *segment = &layout->segments[i];
		uint64_t part = segment->count < count - taken ? segment->count : count - taken;
		char range[48];
		int more = snprintf(range, sizeof(range), ":%" PRIu64 "-%" PRIu64, segment->start,
				    segment->start + part - 1);

		if (!part || strcmp(layout->devices[segment->device].name, name) != 0)
			continue;
		if (length + more >= LVM_RANGES_BYTES)
			break;
		memcpy(ranges + length, range, (size_t)more + 1);
		length += more;
		taken += part;
	}
	return taken;
}

bool lvm_read_progress(const char *text, struct lvm_progress *progress)
{
	char health[16];

	if (sscanf(text, "%*u %*u mirror 2 %*s %*s %" SCNu64 "/%" SCNu64 " 1 %15s", &progress->done,
		   &progress->all, health) != 3)
		return false;
	progress->failed = strcmp(health, "AA") != 0;
	return true;
}
