// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot storage remove`: volumes of nodes that are not in use, and golden volumes of images. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/nodeset.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/storage.h"
#include "tools/storage/make.h"
#include "tools/storage/running.h"

/* Once for all nodes, when a person has said yes. */
static void ask_running(struct storage_command *command)
{
	if (command->exposure.services.kind != SERVICES_NONE)
		running_ask(command->state, &command->running);
}

static int refuse_state(const struct cluster_node *node, const char *state, struct fault *fault)
{
	return fault_set(
		fault, EBUSY, "remove the volume of", node->name,
		strcmp(state, "booting") == 0
			? "it boots just now, as wirerootd sees; switch it off first"
		: strcmp(state, "running") == 0
			? "wirerootd saw it running last; if it is off, and not just cut "
			  "off, say --switched-off"
			: "neither wirerootd nor an iSCSI target runs here that could tell "
			  "whether it is in use; if its node is off, say --switched-off");
}

/*
 * Nobody can log in to the node's disk any more, and nobody is. One who boots is about to be; one
 * who ran may wait for a target or a link that is down, and go on writing when it is back: that no
 * session is left does not tell it from one that is off.
 */
static int make_idle(const struct storage_command *command, const struct cluster_node *node,
		     struct fault *fault)
{
	enum exposure_state state;
	char seen[RUNNING_STATE_BYTES];
	int error;

	if (command->exposure.services.kind == SERVICES_NONE)
		return 0;
	running_read(text_string(&command->running), command->running.length, node->name, seen);
	if (strcmp(seen, "booting") == 0)
		return refuse_state(node, seen, fault);
	error = exposure_withdraw(&command->exposure, node, &state, fault);
	if (error || command->exposure.switched_off)
		return error;
	if (strcmp(seen, "running") == 0 || (state == EXPOSURE_UNKNOWN && !seen[0]))
		return refuse_state(node, seen, fault);
	return error;
}

static void tell(struct storage_command *command, const char *volume,
		 const struct cluster_storage *storage, bool was_there)
{
	if (command->json)
		json_array_append_new(command->report,
				      json_pack("{s:s, s:s, s:s}", "volume", volume, "storage",
						storage->name, "result",
						was_there ? "removed" : "missing"));
	else
		printf("%s: %s\n", volume, was_there ? "removed" : "has no volume");
	fflush(stdout);
}

static int remove_volume(struct storage_command *command, const struct cluster_storage *definition,
			 const char *volume, struct fault *fault)
{
	struct storage storage = storage_open(definition);
	bool was_there;
	int error = volume_remove(&storage, volume, &was_there, fault);

	if (!error)
		tell(command, volume, definition, was_there);
	return error;
}

/* --- of nodes --------------------------------------------------------------------------------- */

static int remove_of_node(struct storage_command *command, const struct cluster_node *node,
			  struct fault *fault)
{
	int error = storage_check_host(command, node->storage, fault);

	if (!error)
		error = make_idle(command, node, fault);
	return error ? error : remove_volume(command, node->storage, node->name, fault);
}

/* "the volumes of n[01-03]"; -EINVAL with @fault for a node without one. */
static int describe(const struct storage_command *command, struct text *text, struct fault *fault)
{
	struct nodeset *nodes = nodeset_new();
	size_t count = 0;
	int error = nodes ? 0 : fault_set(fault, ENOMEM, "list nodes", "", NULL);

	for (size_t i = 0; !error && i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];

		if (!command->wanted[i])
			continue;
		count++;
		if (!node->storage)
			error = fault_set(fault, EINVAL, "remove the volume of", node->name,
					  "it has none in a storage of the definition");
		else
			error = nodeset_add_name(nodes, node->name, fault);
	}
	text_add(text, count == 1 ? "the volume of " : "the volumes of ");
	if (!error)
		error = nodeset_fold(nodes, text, fault);
	nodeset_free(nodes);
	return error;
}

static int remove_of_nodes(struct storage_command *command)
{
	struct fault fault = { 0 };
	struct text what = { 0 };
	int status, error = describe(command, &what, &fault);

	status = error ? CMD_FAILED : storage_confirm(command, text_string(&what), "");
	if (status == CMD_DONE)
		ask_running(command);
	for (size_t i = 0; status == CMD_DONE && !error && i < command->cluster.node_count; i++)
		if (command->wanted[i])
			error = remove_of_node(command, &command->cluster.nodes[i], &fault);
	text_free(&what);
	if (error)
		status = storage_failed(command, &fault);
	return storage_report(command, status);
}

/* --- of images -------------------------------------------------------------------------------- */

/* Nodes may share the golden volume itself, as a disk that nobody writes. */
static int make_golden_idle(const struct storage_command *command, const char *path,
			    struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];

		if (node->disk && node->iscsi && strcmp(node->disk, path) == 0)
			error = make_idle(command, node, fault);
	}
	return error;
}

static int remove_golden(struct storage_command *command, const struct cluster_storage *definition,
			 struct fault *fault)
{
	struct storage storage = storage_open(definition);
	char name[VOLUME_NAME_BYTES], *path = NULL;
	int error = storage_check_host(command, definition, fault);

	if (!error)
		error = storage_golden_name(command->image, name, fault);
	if (!error)
		error = storage_path(&storage, name, false, &path, fault);
	if (!error)
		error = make_golden_idle(command, path, fault);
	if (!error)
		error = remove_volume(command, definition, name, fault);
	free(path);
	return error;
}

static int remove_all_golden(struct storage_command *command)
{
	const struct cluster_storage **storages = NULL;
	struct fault fault = { 0 };
	struct text what = { 0 };
	size_t count = 0;
	int status, error = storage_choose(command, &storages, &count, &fault);

	text_printf(&what, "the golden volume of %s", command->image);
	status = error ? CMD_FAILED
		       : storage_confirm(command, text_string(&what),
					 "Volumes that were cloned from it stay. ");
	if (status == CMD_DONE)
		ask_running(command);
	for (size_t i = 0; status == CMD_DONE && !error && i < count; i++)
		error = remove_golden(command, storages[i], &fault);
	text_free(&what);
	free(storages);
	if (error)
		status = storage_failed(command, &fault);
	return storage_report(command, status);
}

int storage_cmd_remove(int argc, char **argv)
{
	struct storage_command command;
	int status = storage_begin(&command, argc, argv);

	if (status < 0 && !command.nodes == !command.image)
		status = storage_misused(command.nodes ? "either nodes or --image, not both"
						       : "which nodes, or which --image?",
					 "");
	if (status < 0)
		status = command.image ? remove_all_golden(&command) : remove_of_nodes(&command);
	storage_end(&command);
	return status;
}
