// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot storage create|clone`: volumes for nodes, and golden volumes of images. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/storage.h"
#include "tools/storage/make.h"
#include "userspace/lib/size.h"

/* --- what is wanted --------------------------------------------------------------------------- */

/* Has everybody who is named a volume to be made, and is it to be made here? */
static int check_node(const struct storage_command *command, const struct cluster_node *node,
		      struct fault *fault)
{
	if (node->root != ROOT_ISCSI)
		return fault_set(fault, EINVAL, "make a volume for", node->name,
				 "it has root: nfs, and no disk");
	if (!node->storage)
		return fault_set(fault, EINVAL, "make a volume for", node->name,
				 "its disk: is in no storage, and left to you");
	return storage_check_host(command, node->storage, fault);
}

static int check_nodes(const struct storage_command *command, size_t *count, struct fault *fault)
{
	int error = 0;

	*count = 0;
	for (size_t i = 0; i < command->cluster.node_count; i++) {
		if (!command->wanted[i])
			continue;
		++*count;
		if (!error)
			error = check_node(command, &command->cluster.nodes[i], fault);
	}
	return error;
}

/* The smallest volume that is to be cloned from it. */
static uint64_t golden_bytes(const struct storage_command *command,
			     const struct cluster_storage *storage,
			     const struct cluster_image *image)
{
	uint64_t least = 0;

	if (command->bytes)
		return command->bytes;
	for (size_t i = 0; i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];

		if (node->storage == storage && node->image == image &&
		    (!least || node->volume_bytes < least))
			least = node->volume_bytes;
	}
	if (!least)
		(void)size_read(section_keys[SECTION_NODE].keys[NODE_VOLUME_SIZE].fallback, &least);
	return least;
}

/* NULL with @fault when the nodes do not agree. */
static const char *golden_file_system(const struct storage_command *command,
				      const struct cluster_storage *storage,
				      const struct cluster_image *image, struct fault *fault)
{
	const char *found = command->file_system;

	for (size_t i = 0; !command->file_system && i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];

		if (node->storage != storage || node->image != image)
			continue;
		if (found && strcmp(found, node->file_system) != 0) {
			fault_set(fault, EINVAL, "make the golden volume of image", image->name,
				  "its nodes have several kinds of file-system; say which with "
				  "--file-system");
			return NULL;
		}
		found = node->file_system;
	}
	return found ? found : section_keys[SECTION_NODE].keys[NODE_FILE_SYSTEM].fallback;
}

/* --- making ----------------------------------------------------------------------------------- */

static const char *story_of(enum volume_made made)
{
	static const char *const stories[] = {
		[VOLUME_WAS_THERE] = "is there already",
		[VOLUME_CLONED] = "cloned from the golden volume",
		[VOLUME_WRITTEN] = "image written",
	};

	return stories[made];
}

static void tell(struct storage_command *command, const struct cluster_storage *storage,
		 const struct volume_order *order, enum volume_made made, double took_s)
{
	static const char *const words[] = { [VOLUME_WAS_THERE] = "present",
					     [VOLUME_CLONED] = "cloned",
					     [VOLUME_WRITTEN] = "written" };
	char size[SIZE_TEXT_BYTES];

	if (command->json) {
		json_array_append_new(
			command->report,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:f}", "volume", order->name,
				  "kind", order->host_name ? "node" : "image", "storage",
				  storage->name, "image", order->image, "result", words[made],
				  "bytes", (json_int_t)order->bytes, "file_system",
				  order->file_system, "seconds", took_s));
		return;
	}
	if (made == VOLUME_WAS_THERE)
		printf("%s: %s\n", order->name, story_of(made));
	else
		printf("%s: %s, %s of %s, %.1f s\n", order->name, story_of(made),
		       size_text(order->bytes, size), order->file_system, took_s);
	fflush(stdout);
}

/* Told of volumes as they are there. */
struct customer {
	struct storage_command *command;
	/* Of all orders, in their order; NULL: an image's. */
	const struct cluster_node *const *nodes;
	const struct cluster_storage *storage;
	size_t done; /* of the nodes */
	bool all_offered;
};

static int take(void *context, const struct volume_order *order, enum volume_made made,
		double took_s, struct fault *fault)
{
	struct customer *customer = context;
	bool offered = true;
	int error = 0;

	tell(customer->command, customer->storage, order, made, took_s);
	if (customer->nodes)
		error = exposure_offer(&customer->command->exposure, customer->command->state,
				       customer->nodes[customer->done], &offered, fault);
	customer->all_offered &= offered;
	customer->done += !error;
	return error;
}

static int make(struct customer *customer, const struct volume_order *orders, size_t count,
		struct fault *fault)
{
	struct storage storage = storage_open(customer->storage);
	struct volume_customer told = { .take = take, .context = customer };

	return volumes_make(&storage, orders, count, &customer->command->log, &told, fault);
}

static struct volume_order order_of(const struct cluster_node *node, bool only_clone)
{
	return (struct volume_order){
		.name = node->name,
		.image = node->image->name,
		.path = node->image->path,
		.file_system = node->file_system,
		.host_name = node->name,
		.bytes = node->volume_bytes,
		.only_clone = only_clone,
	};
}

/* The nodes at @nodes, NULL behind the last, up to one that has its volume in another storage.
 * Returns how many. */
static size_t in_one_storage(const struct cluster_node *const *nodes)
{
	size_t count = 0;

	while (nodes[count] && nodes[count]->storage == nodes[0]->storage)
		count++;
	return count;
}

static int make_for(struct customer *customer, const struct cluster_node *const *nodes,
		    bool only_clone, struct fault *fault)
{
	struct volume_order *orders;
	size_t count;
	int error = 0;

	customer->nodes = nodes;
	for (; !error && *nodes; nodes += count) {
		count = in_one_storage(nodes);
		orders = calloc(count, sizeof(*orders));
		if (!orders)
			return fault_set(fault, ENOMEM, "make a volume for", nodes[0]->name, NULL);
		for (size_t i = 0; i < count; i++)
			orders[i] = order_of(nodes[i], only_clone);
		customer->storage = nodes[0]->storage;
		error = make(customer, orders, count, fault);
		free(orders);
	}
	return error;
}

static void tell_rest(const struct storage_command *command, size_t done, size_t count)
{
	if (count > 1)
		log_line(&command->log, LOG_LEVEL_ERROR,
			 "%zu of %zu volumes are there; repeat the command for the others", done,
			 count);
}

/* NULL behind the last; NULL when memory ran out. For the caller to free. */
static const struct cluster_node **wanted_nodes(const struct storage_command *command, size_t count)
{
	const struct cluster_node **nodes = calloc(count + 1, sizeof(*nodes));

	for (size_t i = 0, n = 0; nodes && i < command->cluster.node_count; i++)
		if (command->wanted[i])
			nodes[n++] = &command->cluster.nodes[i];
	return nodes;
}

static int make_for_nodes(struct storage_command *command, bool only_clone)
{
	struct customer customer = { .command = command, .all_offered = true };
	const struct cluster_node **nodes = NULL;
	struct fault fault = { 0 };
	size_t count;
	int error = check_nodes(command, &count, &fault);

	if (!error) {
		nodes = wanted_nodes(command, count);
		error = nodes ? make_for(&customer, nodes, only_clone, &fault)
			      : fault_set(&fault, ENOMEM, "make volumes", "nodes", NULL);
	}
	free(nodes);
	if (error) {
		storage_failed(command, &fault);
		tell_rest(command, customer.done, count);
	} else if (!customer.all_offered && command->exposure.services.kind != SERVICES_NONE) {
		log_line(&command->log, LOG_LEVEL_NOTICE,
			 "no iSCSI target runs here; nodes can log in once it does, and after "
			 "wireroot apply");
	}
	return storage_report(command, error ? CMD_FAILED : CMD_DONE);
}

static int make_golden(struct storage_command *command, const struct cluster_storage *definition,
		       const struct cluster_image *image, struct fault *fault)
{
	char name[VOLUME_NAME_BYTES];
	struct volume_order order = { .name = name,
				      .image = image->name,
				      .path = image->path,
				      .bytes = golden_bytes(command, definition, image) };
	struct customer customer = { .command = command, .storage = definition };
	int error = storage_check_host(command, definition, fault);

	if (!error)
		error = storage_golden_name(image->name, name, fault);
	if (error)
		return error;
	order.file_system = golden_file_system(command, definition, image, fault);
	if (!order.file_system)
		return -fault->error;
	return make(&customer, &order, 1, fault);
}

static int make_all_golden(struct storage_command *command)
{
	const struct cluster_image *image = cluster_find_image(&command->cluster, command->image);
	const struct cluster_storage **storages = NULL;
	struct fault fault = { 0 };
	size_t count = 0;
	int error;

	if (!image)
		error = fault_set(&fault, ENOENT, "find image", command->image,
				  "the definition has no such image");
	else
		error = storage_choose(command, &storages, &count, &fault);
	for (size_t i = 0; !error && i < count; i++)
		error = make_golden(command, storages[i], image, &fault);
	free(storages);
	if (error)
		storage_failed(command, &fault);
	return storage_report(command, error ? CMD_FAILED : CMD_DONE);
}

static int run(int argc, char **argv, bool only_clone)
{
	struct storage_command command;
	int status = storage_begin(&command, argc, argv);

	if (status < 0 && !command.nodes == !command.image)
		status = storage_misused(command.nodes ? "either nodes or --image, not both"
						       : "which nodes, or which --image?",
					 "");
	else if (status < 0 && command.image && only_clone)
		status = storage_misused("a golden volume is made by create", "");
	else if (status < 0 && command.nodes &&
		 (command.bytes || command.file_system || command.storage))
		status = storage_misused("size, file system and storage of nodes are the "
					 "definition's matter",
					 "");
	if (status < 0)
		status = command.image ? make_all_golden(&command)
				       : make_for_nodes(&command, only_clone);
	storage_end(&command);
	return status;
}

int storage_cmd_create(int argc, char **argv)
{
	return run(argc, argv, false);
}

int storage_cmd_clone(int argc, char **argv)
{
	return run(argc, argv, true);
}
