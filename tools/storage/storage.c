// SPDX-License-Identifier: GPL-2.0-only
/* Volumes that nodes have as their disks; see storage.h. */
#include "tools/storage/storage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/names.h"

/* Behind the name of a file that is no volume yet. */
#define UNFINISHED ".partial"

int storage_path(const struct storage *storage, const char *volume, bool unfinished, char **path,
		 struct fault *fault)
{
	const struct cluster_storage *definition = storage->definition;
	int length;

	if (definition->type != STORAGE_FILE)
		length = asprintf(path, CLUSTER_VOLUME_DEVICE, definition->group, volume);
	else
		length = asprintf(path, CLUSTER_VOLUME_FILE "%s", definition->directory, volume,
				  unfinished ? UNFINISHED : "");
	if (length >= 0)
		return 0;
	*path = NULL;
	return fault_set(fault, ENOMEM, "name volume", volume, NULL);
}

char *storage_place(const struct storage *storage, char place[static STORAGE_PLACE_BYTES])
{
	const struct cluster_storage *definition = storage->definition;

	if (definition->type == STORAGE_LVM_THIN)
		snprintf(place, STORAGE_PLACE_BYTES, "%s/%s", definition->group, definition->pool);
	else
		snprintf(place, STORAGE_PLACE_BYTES, "%s",
			 definition->type == STORAGE_LVM ? definition->group
							 : definition->directory);
	return place;
}

int storage_golden_name(const char *image, char name[static VOLUME_NAME_BYTES], struct fault *fault)
{
	if (snprintf(name, VOLUME_NAME_BYTES, CLUSTER_GOLDEN "%s", image) < VOLUME_NAME_BYTES)
		return 0;
	return fault_set(fault, ENAMETOOLONG, "name the golden volume of image", image, NULL);
}

bool storage_is_golden(const char *volume)
{
	return strncmp(volume, CLUSTER_GOLDEN, strlen(CLUSTER_GOLDEN)) == 0;
}

const struct volume *storage_next(const struct storage_status *status, const char *volume,
				  const struct volume *previous)
{
	for (size_t i = previous ? (size_t)(previous - status->volumes) + 1 : 0; i < status->count;
	     i++)
		if (strcmp(status->volumes[i].name, volume) == 0)
			return &status->volumes[i];
	return NULL;
}

const struct volume *storage_find(const struct storage_status *status, const char *volume)
{
	return storage_next(status, volume, NULL);
}

struct volume *storage_status_add(struct storage_status *status)
{
	if (status->count == status->capacity) {
		size_t capacity = status->capacity ? status->capacity * 2 : 32;
		struct volume *more = reallocarray(status->volumes, capacity, sizeof(*more));

		if (!more)
			return NULL;
		status->volumes = more;
		status->capacity = capacity;
	}
	status->volumes[status->count] = (struct volume){ 0 };
	return &status->volumes[status->count++];
}

static int compare_volumes(const void *a, const void *b)
{
	return compare_names(((const struct volume *)a)->name, ((const struct volume *)b)->name);
}

void storage_status_sort(struct storage_status *status)
{
	if (status->count)
		qsort(status->volumes, status->count, sizeof(*status->volumes), compare_volumes);
}

void storage_status_free(struct storage_status *status)
{
	free(status->volumes);
	*status = (struct storage_status){ 0 };
}
