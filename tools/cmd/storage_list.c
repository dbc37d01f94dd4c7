// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot storage list|usage`: which volumes there are, and how full storages are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/storage.h"
#include "tools/storage/room.h"
#include "userspace/lib/size.h"

/* A line of the list. */
struct line {
	const char *volume, *storage, *kind, *state, *origin;
	uint64_t bytes, used_bytes;
};

static void print_line(struct storage_command *command, const struct line *line)
{
	char size[SIZE_TEXT_BYTES], used[SIZE_TEXT_BYTES];

	if (command->json) {
		json_array_append_new(command->report,
				      json_pack("{s:s, s:s, s:s, s:s, s:s?, s:I, s:I}", "volume",
						line->volume, "storage", line->storage, "kind",
						line->kind, "state", line->state, "origin",
						*line->origin ? line->origin : NULL, "bytes",
						(json_int_t)line->bytes, "used_bytes",
						(json_int_t)line->used_bytes));
		return;
	}
	printf("%-20s  %-12s  %-6s  %7s  %7s  %s\n", line->volume, line->storage, line->kind,
	       size_text(line->bytes, size), size_text(line->used_bytes, used), line->state);
}

static const struct cluster_node *node_of(const struct storage_command *command,
					  const struct cluster_storage *storage,
					  const struct volume *volume)
{
	const struct cluster_node *node = cluster_find_node(&command->cluster, volume->name);

	return node && node->storage == storage ? node : NULL;
}

static const char *state_of(const struct volume *volume, const struct cluster_node *node)
{
	if (volume->state == VOLUME_UNFINISHED)
		return "unfinished";
	if (volume->state == VOLUME_UNCLEAR)
		return "unclear";
	if (volume->state == VOLUME_FOREIGN)
		return "not Wireroot's";
	return node || storage_is_golden(volume->name) ? "ready" : "no node has it";
}

static bool is_wanted(const struct storage_command *command, const struct cluster_node *node)
{
	return !command->nodes || (node && command->wanted[node - command->cluster.nodes]);
}

static void print_volumes(struct storage_command *command, const struct cluster_storage *storage,
			  const struct storage_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		const struct volume *volume = &status->volumes[i];
		const struct cluster_node *node = node_of(command, storage, volume);
		struct line line = { .volume = volume->name,
				     .storage = storage->name,
				     .kind = storage_is_golden(volume->name) ? "image" : "node",
				     .state = state_of(volume, node),
				     .origin = volume->origin,
				     .bytes = volume->bytes,
				     .used_bytes = volume->used_bytes };

		if (is_wanted(command, node))
			print_line(command, &line);
	}
}

/* Nodes of the definition that have no volume yet. */
static void print_missing(struct storage_command *command, const struct cluster_storage *storage,
			  const struct storage_status *status)
{
	for (size_t i = 0; i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];
		struct line line = { .volume = node->name,
				     .storage = storage->name,
				     .kind = "node",
				     .state = "missing",
				     .origin = "",
				     .bytes = node->volume_bytes };

		if (node->storage == storage && is_wanted(command, node) &&
		    !storage_find(status, node->name))
			print_line(command, &line);
	}
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? (double)part * 100 / (double)whole : 0;
}

/* Why no more volumes are made there, or NULL. */
static const char *full(const struct storage *storage, const struct storage_space *space,
			struct fault *fault)
{
	return room_check(storage, space, 0, 0, fault) ? fault->hint : NULL;
}

static json_t *space_json(const struct storage *storage, const struct storage_space *space,
			  const char *refused)
{
	static const char *const types[] = {
		[STORAGE_LVM_THIN] = "lvm-thin", [STORAGE_LVM] = "lvm", [STORAGE_FILE] = "file"
	};
	char place[STORAGE_PLACE_BYTES];
	json_t *json =
		json_pack("{s:s, s:s, s:s, s:I, s:I, s:s?}", "storage", storage->definition->name,
			  "type", types[storage->definition->type], "place",
			  storage_place(storage, place), "bytes", (json_int_t)space->bytes,
			  "used_bytes", (json_int_t)space->used_bytes, "refused", refused);

	if (space->has_metadata) {
		json_object_set_new(json, "metadata_bytes",
				    json_integer((json_int_t)space->metadata_bytes));
		json_object_set_new(json, "metadata_percent",
				    json_real((double)space->metadata_used / PERCENT));
	}
	return json;
}

static void print_space(struct storage_command *command, const struct cluster_storage *definition,
			const struct storage_status *status)
{
	const struct storage_space *space = &status->space;
	struct storage storage = storage_open(definition);
	char place[STORAGE_PLACE_BYTES], size[SIZE_TEXT_BYTES], metadata[16] = "-";
	struct fault fault;
	const char *refused = full(&storage, space, &fault);

	if (command->json) {
		json_array_append_new(command->report, space_json(&storage, space, refused));
		return;
	}
	if (space->has_metadata)
		snprintf(metadata, sizeof(metadata), "%.1f %%",
			 (double)space->metadata_used / PERCENT);
	printf("%-12s  %-28s  %7s  %5.1f %%  %8s  %s\n", definition->name,
	       storage_place(&storage, place), size_text(space->bytes, size),
	       percent(space->used_bytes, space->bytes), metadata, refused ? refused : "ok");
}

static int look(struct storage_command *command, const struct cluster_storage *definition,
		bool volumes, struct fault *fault)
{
	struct storage storage = storage_open(definition);
	struct storage_status status = { 0 };
	int error = storage_check_host(command, definition, fault);

	if (!error)
		error = storage.backend->look(&storage, &status, fault);
	if (!error && volumes) {
		print_volumes(command, definition, &status);
		print_missing(command, definition, &status);
	} else if (!error) {
		print_space(command, definition, &status);
	}
	storage_status_free(&status);
	return error;
}

/* One that cannot be looked at does not hide the others. */
static int run(int argc, char **argv, bool volumes)
{
	struct storage_command command;
	const struct cluster_storage **storages = NULL;
	struct fault fault = { 0 };
	size_t count = 0;
	int status = storage_begin(&command, argc, argv);

	if (status < 0 && command.nodes && !volumes)
		status = storage_misused("one word too many:", command.nodes);
	if (status < 0) {
		status = CMD_DONE;
		if (storage_choose(&command, &storages, &count, &fault))
			status = storage_failed(&command, &fault);
		else if (!command.json)
			puts(volumes ? "VOLUME                STORAGE       KIND       SIZE     "
				       "USED  STATE"
				     : "STORAGE       PLACE                            SIZE     "
				       "USED  METADATA  NEW VOLUMES");
		for (size_t i = 0; i < count; i++)
			if (look(&command, storages[i], volumes, &fault))
				status = storage_failed(&command, &fault);
		status = storage_report(&command, status);
	}
	free(storages);
	storage_end(&command);
	return status;
}

int storage_cmd_list(int argc, char **argv)
{
	return run(argc, argv, true);
}

int storage_cmd_usage(int argc, char **argv)
{
	return run(argc, argv, false);
}
