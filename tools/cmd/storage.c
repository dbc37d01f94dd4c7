// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot storage list|create|clone|remove|usage`: finds the verb, and what verbs share. */
#include "tools/cmd/storage.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"
#include "tools/cmd/select.h"
#include "tools/generation/store.h"
#include "tools/generation/this_host.h"
#include "tools/image/write.h"
#include "userspace/lib/size.h"

static const char help[] =
	"Usage: wireroot storage create NODES...\n"
	"       wireroot storage create --image IMAGE [--size SIZE] [--file-system TYPE]\n"
	"       wireroot storage clone NODES...\n"
	"       wireroot storage remove NODES... | --image IMAGE\n"
	"       wireroot storage list [NODES...]\n"
	"       wireroot storage usage\n"
	"Make and remove the disks of nodes with root: iscsi and a storage, on the server that has\n"
	"it. NODES are sets such as n[01-16] or @rack1. What is there stays as it is; a command that\n"
	"was interrupted can be repeated.\n"
	"\n"
	"create           give each node its volume: a clone of its image's golden volume, if there\n"
	"                 is one with its file system, else the image is written\n"
	"create --image   make the golden volume of IMAGE\n"
	"clone            as create, but only where there is a golden volume\n"
	"remove           remove volumes, with all that is on them, unless a node is logged in\n"
	"list             a line for each volume\n"
	"usage            how full the storages are, and how full they may get\n"
	"\n"
	"  --image IMAGE       its golden volume, instead of nodes' volumes\n"
	"  --storage NAME      that storage alone; default: all that the definition has\n"
	"  --size SIZE         of a golden volume; default: the smallest volume-size of its nodes\n"
	"  --file-system TYPE  of a golden volume: ext4, xfs or btrfs; default: that of its nodes\n"
	"  --cluster FILE      the definition; default: " CLUSTER_DEFAULT_FILE "\n"
	"  --state DIR         where generations and secrets are; default: " STORE_DEFAULT "\n"
	"  --services HOW      whose targets are offered and withdrawn: systemd (this host's), none\n"
	"                      or lab:DIR\n"
	"  --json              as JSON\n"
	"  --switched-off      remove: the nodes are off, even if one could take them for cut off\n"
	"  -y, --yes           remove: do not ask\n"
	"  --help              this text\n";

int storage_misused(const char *problem, const char *what)
{
	return cmd_misused("storage", problem, what);
}

int storage_failed(const struct storage_command *command, const struct fault *fault)
{
	log_fault(&command->log, fault);
	return CMD_FAILED;
}

static int take_option(struct storage_command *command, int key)
{
	switch (key) {
	case 'c':
		command->cluster_file = optarg;
		return -1;
	case 's':
		command->state = optarg;
		return -1;
	case 'v':
		command->services = optarg;
		return services_known(optarg)
			       ? -1
			       : storage_misused("--services wants systemd, none or lab:DIR, not",
						 optarg);
	case 'i':
		command->image = optarg;
		return -1;
	case 'S':
		command->storage = optarg;
		return -1;
	case 'b':
		return size_read(optarg, &command->bytes)
			       ? -1
			       : storage_misused("--size wants a size as 8G, not", optarg);
	case 'f':
		command->file_system = optarg;
		return image_file_system_is_known(optarg)
			       ? -1
			       : storage_misused("--file-system wants ext4, xfs or btrfs, not",
						 optarg);
	case 'j':
		command->json = true;
		return -1;
	case 'y':
		command->yes = true;
		return -1;
	case 'o':
		command->exposure.switched_off = true;
		return -1;
	default:
		return -1;
	}
}

static int read_options(struct storage_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "cluster", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 's' },
		{ "services", required_argument, NULL, 'v' },
		{ "image", required_argument, NULL, 'i' },
		{ "storage", required_argument, NULL, 'S' },
		{ "size", required_argument, NULL, 'b' },
		{ "file-system", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "yes", no_argument, NULL, 'y' },
		{ "switched-off", no_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int key, status = -1;

	optind = 0;
	opterr = 0;
	while (status < 0 && (key = getopt_long(argc, argv, "hy", options, NULL)) != -1) {
		if (key == 'h') {
			fputs(help, stdout);
			return CMD_DONE;
		}
		status = key == '?' ? cmd_bad_option("storage", argv, options)
				    : take_option(command, key);
	}
	return status;
}

/* All words behind the options are one set. */
static int join_nodes(struct storage_command *command, int argc, char **argv)
{
	struct text text = { 0 };

	for (int i = optind; i < argc; i++)
		text_printf(&text, "%s%s", i > optind ? "," : "", argv[i]);
	if (optind == argc || text.error) {
		text_free(&text);
		return optind == argc ? -1 : CMD_FAILED;
	}
	command->nodes = text_take(&text);
	return -1;
}

static int load(struct storage_command *command, struct fault *fault)
{
	command->wanted = calloc(command->cluster.node_count + 1, 1);
	if (!command->wanted)
		return fault_set(fault, ENOMEM, "read the cluster's definition", "", NULL);
	if (command->nodes)
		return select_nodes(&command->cluster, command->nodes, command->wanted, fault);
	return 0;
}

int storage_begin(struct storage_command *command, int argc, char **argv)
{
	struct cluster_options options = { .skip_files = true };
	struct fault fault = { 0 };
	int status;

	*command = (struct storage_command){ .cluster_file = CLUSTER_DEFAULT_FILE,
					     .state = STORE_DEFAULT,
					     .services = "systemd",
					     .log = log_open("wireroot storage") };
	status = read_options(command, argc, argv);
	if (status < 0)
		status = join_nodes(command, argc, argv);
	if (status >= 0)
		return status;
	if (node_load(&command->cluster, command->cluster_file, &options, &command->log) !=
	    CMD_DONE)
		return CMD_FAILED;
	command->exposure.cluster = &command->cluster;
	command->exposure.services.log = &command->log;
	if (load(command, &fault) ||
	    services_read(&command->exposure.services, command->services, &fault))
		return storage_failed(command, &fault);
	command->report = json_array();
	return -1;
}

void storage_end(struct storage_command *command)
{
	exposure_free(&command->exposure);
	text_free(&command->running);
	cluster_free(&command->cluster);
	free(command->wanted);
	free((char *)command->nodes);
	json_decref(command->report);
}

int storage_report(struct storage_command *command, int status)
{
	if (!command->json)
		return status;
	json_dumpf(command->report, stdout, JSON_INDENT(2));
	putchar('\n');
	return status;
}

int storage_check_host(const struct storage_command *command, const struct cluster_storage *storage,
		       struct fault *fault)
{
	const struct cluster_server *here;
	int error;

	if (command->exposure.services.kind != SERVICES_SYSTEMD ||
	    command->cluster.server_count == 1)
		return 0;
	error = this_host_find(&command->cluster, NULL, true, &here, fault);
	if (error || here == storage->server)
		return error;
	return fault_set(fault, EINVAL, "use storage", storage->name,
			 "it is on another server of the cluster; run the command there");
}

/* Is a node of the image's there? */
static bool is_used(const struct storage_command *command, const struct cluster_storage *storage)
{
	for (size_t i = 0; i < command->cluster.node_count; i++) {
		const struct cluster_node *node = &command->cluster.nodes[i];

		if (node->storage == storage && node->image &&
		    strcmp(node->image->name, command->image) == 0)
			return true;
	}
	return false;
}

/* Is @storage meant by --storage, or else by --image, or else all? */
static bool is_meant(const struct storage_command *command, const struct cluster_storage *storage)
{
	if (command->storage)
		return strcmp(storage->name, command->storage) == 0;
	return !command->image || command->cluster.storage_count == 1 || is_used(command, storage);
}

int storage_choose(const struct storage_command *command, const struct cluster_storage ***storages,
		   size_t *count, struct fault *fault)
{
	const struct cluster *cluster = &command->cluster;

	*count = 0;
	*storages = calloc(cluster->storage_count + 1, sizeof(const struct cluster_storage *));
	if (!*storages)
		return fault_set(fault, ENOMEM, "find storages", "", NULL);
	for (size_t i = 0; i < cluster->storage_count; i++)
		if (is_meant(command, &cluster->storages[i]))
			(*storages)[(*count)++] = &cluster->storages[i];
	if (*count)
		return 0;
	if (command->storage)
		return fault_set(fault, ENOENT, "find storage", command->storage,
				 "the definition has no such storage");
	return fault_set(fault, ENOENT, "find storage", command->image ? command->image : "",
			 command->image ? "no node of this image has a storage; name one with "
					  "--storage"
					: "the definition has none in storage:");
}

int storage_confirm(const struct storage_command *command, const char *what, const char *note)
{
	return cmd_confirm("storage", command->yes, "%sRemove %s, with all that is on them?", note,
			   what);
}

int cmd_storage(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "list", storage_cmd_list },	{ "create", storage_cmd_create },
		{ "clone", storage_cmd_clone }, { "remove", storage_cmd_remove },
		{ "usage", storage_cmd_usage },
	};

	if (argc < 2)
		return storage_misused("what is to be done is missing", "");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return CMD_DONE;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return storage_misused("there is no", argv[1]);
}
