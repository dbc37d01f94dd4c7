// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot lab boot`: read a node's options and power it on. */
#include "tools/cmd/lab.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cluster/cluster.h"
#include "tools/cmd/cmd.h"
#include "tools/lab/bridge.h"
#include "tools/lab/definition.h"
#include "tools/lab/kvm_probe.h"
#include "tools/lab/network.h"
#include "tools/lab/node.h"

/* Enough for UEFI and for a Debian that runs systemd; half of it does for the init alone. */
#define DEFAULT_MEMORY_MIB 1024
#define DEFAULT_CPUS	   2
#define DEFAULT_TIMEOUT_S  300

/* Besides the exit statuses. */
#define HELPED -1

#define MEMORY_MIB_MAX (1 << 20)
#define CPUS_MAX       255
#define TIMEOUT_S_MAX  86400

static const char help[] =
	"usage: wireroot lab boot DIR NODE [options] [-- QEMU'S WORDS]\n"
	"\n"
	"Powers a node on. Its serial console is written to DIR/NODE.console. In a cluster's lab, what\n"
	"the definition says of a node counts where no option says otherwise, and a name that is not in\n"
	"it is a machine that nobody knows.\n"
	"\n"
	"  --bios, --uefi      boot by PXE through this firmware; BIOS by default\n"
	"  --direct            let QEMU load kernel and initrds\n"
	"  --kernel FILE       kernel; without it the node's script in DIR/http/node is used as it is\n"
	"  --initrd FILE       initrd; several are loaded one behind the other\n"
	"  --append WORDS      the kernel's command line, behind " NODE_KERNEL_WORDS "\n"
	"  --memory MIB        memory, 1024\n"
	"  --cpus N            processors, 2\n"
	"  --nic MODEL[,mac=MAC][,bridge=NAME][,off]\n"
	"                      a NIC: virtio (the default), e1000e, rtl8139, vmxnet3 and so on; on the\n"
	"                      bridge with the servers or on another one; with its cable pulled\n"
	"  --no-reboot         a reboot powers the node off\n"
	"  --accel NAME        as for qemu -accel; KVM where a trial boot succeeds, else TCG\n"
	"  --wait PATTERN      return when a line of the console matches (as for grep -E)\n"
	"  --timeout S         and fail when that takes longer than S seconds, 300\n";

enum option_key {
	OPTION_BIOS = 256,
	OPTION_UEFI,
	OPTION_DIRECT,
	OPTION_KERNEL,
	OPTION_INITRD,
	OPTION_APPEND,
	OPTION_MEMORY,
	OPTION_CPUS,
	OPTION_NIC,
	OPTION_NO_REBOOT,
	OPTION_ACCEL,
	OPTION_WAIT,
	OPTION_TIMEOUT,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "bios", no_argument, NULL, OPTION_BIOS },
	{ "uefi", no_argument, NULL, OPTION_UEFI },
	{ "direct", no_argument, NULL, OPTION_DIRECT },
	{ "kernel", required_argument, NULL, OPTION_KERNEL },
	{ "initrd", required_argument, NULL, OPTION_INITRD },
	{ "append", required_argument, NULL, OPTION_APPEND },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "nic", required_argument, NULL, OPTION_NIC },
	{ "no-reboot", no_argument, NULL, OPTION_NO_REBOOT },
	{ "accel", required_argument, NULL, OPTION_ACCEL },
	{ "wait", required_argument, NULL, OPTION_WAIT },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

struct boot {
	struct node_options node;
	char kernel[PATH_MAX];
	char initrds[NODE_INITRDS_MAX][PATH_MAX];
	const char *pattern; /* to wait for, or NULL */
	long timeout_s;
	struct lab_network network;
	struct cluster cluster; /* the lab's, if it is one's */
	const struct cluster_node *definition; /* the node's, or NULL */
	bool has_nics; /* by options */
};

static int find_file(const char *name, char path[static PATH_MAX], struct fault *fault)
{
	return realpath(name, path) ? 0 : fault_set(fault, errno, "find file", name, NULL);
}

static int add_initrd(struct boot *boot, const char *name, struct fault *fault)
{
	size_t index = boot->node.initrd_count;
	int error;

	if (index == NODE_INITRDS_MAX)
		return fault_set(fault, E2BIG, "add initrd", name, NULL);
	error = find_file(name, boot->initrds[index], fault);
	if (error)
		return error;
	boot->node.initrds[boot->node.initrd_count++] = boot->initrds[index];
	return 0;
}

static int read_nic_word(struct node_nic *nic, const char *word, struct fault *fault)
{
	if (!strcmp(word, "off")) {
		nic->off = true;
		return 0;
	}
	if (!strncmp(word, "mac=", 4)) {
		if (!lab_mac_is_good(word + 4))
			return fault_set(fault, EINVAL, "read MAC address", word + 4, NULL);
		snprintf(nic->mac, sizeof(nic->mac), "%s", word + 4);
		for (char *c = nic->mac; *c; c++) /* as iPXE spells it */
			*c = (char)tolower((unsigned char)*c);
		return 0;
	}
	if (!strncmp(word, "bridge=", 7)) {
		snprintf(nic->bridge, sizeof(nic->bridge), "%s", word + 7);
		return bridge_check_name(word + 7, fault);
	}
	return fault_set(fault, EINVAL, "read --nic", word,
			 "there are mac=MAC, bridge=NAME and off");
}

/* MODEL[,mac=MAC][,bridge=NAME][,off]; @text is cut up. */
static int add_nic(struct boot *boot, char *text, struct fault *fault)
{
	struct node_nic *nic;
	int error = 0;
	char *word;

	/* The first one takes the place of what the definition says. */
	if (!boot->has_nics)
		boot->node.nic_count = 0;
	boot->has_nics = true;
	if (boot->node.nic_count == LAB_NICS_MAX)
		return fault_set(fault, E2BIG, "add NIC", text, NULL);
	nic = &boot->node.nics[boot->node.nic_count];
	*nic = (struct node_nic){ .model = strsep(&text, ",") };
	snprintf(nic->bridge, sizeof(nic->bridge), "%s", boot->network.bridge);
	while (!error && (word = strsep(&text, ",")))
		error = read_nic_word(nic, word, fault);
	boot->node.nic_count++;
	return error;
}

static int read_number(const char *what, const char *text, long limit, unsigned int *number,
		       struct fault *fault)
{
	long value = lab_number(text, limit);

	if (value < 0)
		return fault_set(fault, EINVAL, what, text, "write a positive number");
	*number = (unsigned int)value;
	return 0;
}

static int take_option(struct boot *boot, int key, struct fault *fault)
{
	struct node_options *node = &boot->node;
	unsigned int seconds = 0;
	int error;

	switch (key) {
	case OPTION_BIOS:
	case OPTION_UEFI:
	case OPTION_DIRECT:
		node->firmware = key == OPTION_BIOS   ? NODE_BIOS
				 : key == OPTION_UEFI ? NODE_UEFI
						      : NODE_DIRECT;
		return 0;
	case OPTION_KERNEL:
		node->kernel = boot->kernel;
		return find_file(optarg, boot->kernel, fault);
	case OPTION_INITRD:
		return add_initrd(boot, optarg, fault);
	case OPTION_APPEND:
		node->append = optarg;
		return 0;
	case OPTION_MEMORY:
		return read_number("read --memory", optarg, MEMORY_MIB_MAX, &node->memory_mib,
				   fault);
	case OPTION_CPUS:
		return read_number("read --cpus", optarg, CPUS_MAX, &node->cpus, fault);
	case OPTION_NIC:
		return add_nic(boot, optarg, fault);
	case OPTION_NO_REBOOT:
		node->no_reboot = true;
		return 0;
	case OPTION_ACCEL:
		node->accelerator = optarg;
		return 0;
	case OPTION_WAIT:
		boot->pattern = optarg;
		return 0;
	default:
		error = read_number("read --timeout", optarg, TIMEOUT_S_MAX, &seconds, fault);
		boot->timeout_s = seconds;
		return error;
	}
}

/* What was not said: the definition's MAC address, or those that follow from the node's name. */
static void complete_macs(struct boot *boot)
{
	struct node_options *node = &boot->node;
	struct node_options defined = { 0 };

	if (boot->definition)
		lab_node_from_cluster(boot->definition, &boot->network, &defined);
	for (unsigned int i = 0; i < node->nic_count; i++) {
		if (node->nics[i].mac[0])
			continue;
		if (i == 0 && defined.nics[0].mac[0])
			memcpy(node->nics[0].mac, defined.nics[0].mac, LAB_MAC_BYTES);
		else
			lab_mac_of(node->name, i, node->nics[i].mac);
	}
}

static int complete(struct boot *boot, struct fault *fault)
{
	struct node_options *node = &boot->node;

	if (node->kernel && node->firmware != NODE_DIRECT &&
	    lab_network_has_cluster(&boot->network))
		return fault_set(fault, EINVAL, "boot by PXE with --kernel", node->name,
				 "the cluster's definition says what it boots; or use --direct");
	complete_macs(boot);
	if (!node->accelerator)
		node->accelerator = kvm_works(node->kernel) ? ACCELERATOR_KVM : ACCELERATOR_TCG;
	return 0;
}

static int boot_inside(void *argument)
{
	const struct boot *boot = argument;
	struct fault fault = { 0 };
	int error = node_boot(&boot->node, &fault);

	if (!error && boot->pattern)
		error = node_wait(boot->node.name, boot->pattern, 0, (int)boot->timeout_s * 1000,
				  &fault);
	return error ? lab_report(&fault) : CMD_DONE;
}

/* CMD_DONE, the exit status of a mistake, or HELPED when help was all that was wanted. */
static int read_options(struct boot *boot, int argc, char **argv)
{
	struct fault fault = { 0 };
	int key;

	/* '+': what follows "--" is QEMU's and stays in its place. */
	opterr = 0;
	while ((key = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		if (key == OPTION_HELP) {
			fputs(help, stdout);
			return HELPED;
		}
		if (key == '?')
			return cmd_bad_option("lab boot", argv, long_options);
		if (take_option(boot, key, &fault))
			return lab_report(&fault);
	}
	if (optind < argc && strcmp(argv[optind - 1], "--") != 0)
		return cmd_misused("lab boot", "there is no place for", argv[optind]);
	if (optind < argc)
		boot->node.extra = argv + optind;
	return CMD_DONE;
}

/* The node before any option: as its cluster defines it, or one virtio NIC. */
static int begin_with_definition(struct boot *boot, const char *directory)
{
	struct node_options *node = &boot->node;
	struct fault fault = { 0 };
	int status = CMD_DONE;

	/* Where no lab runs, whoever enters it says so. */
	if (lab_network_read(&boot->network, directory, &fault))
		boot->network = lab_network_default();
	*node = (struct node_options){ .name = node->name,
				       .memory_mib = DEFAULT_MEMORY_MIB,
				       .cpus = DEFAULT_CPUS,
				       .nics = { { .model = "virtio" } },
				       .nic_count = 1 };
	snprintf(node->nics[0].bridge, IFNAMSIZ, "%s", boot->network.bridge);
	if (lab_network_has_cluster(&boot->network))
		status = lab_load_cluster(boot->network.cluster, &boot->cluster);
	if (status == CMD_DONE && lab_network_has_cluster(&boot->network))
		boot->definition = cluster_find_node(&boot->cluster, node->name);
	if (boot->definition)
		lab_node_from_cluster(boot->definition, &boot->network, node);
	return status;
}

static int boot_node(struct boot *boot, int argc, char **argv)
{
	struct fault fault = { 0 };
	int status = begin_with_definition(boot, argv[1]);

	if (status == CMD_DONE)
		status = read_options(boot, argc - 2, argv + 2);
	if (status != CMD_DONE)
		return status == HELPED ? CMD_DONE : status;
	if (complete(boot, &fault))
		return lab_report(&fault);
	return lab_run(argv[1], boot_inside, boot);
}

int lab_boot(int argc, char **argv)
{
	struct boot *boot = calloc(1, sizeof(*boot));
	int status = CMD_DONE;

	if (!boot)
		return CMD_FAILED;
	if (argc >= 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
	} else if (argc < 3 || argv[1][0] == '-' || argv[2][0] == '-') {
		status = cmd_misused("lab boot", "it wants a directory and a node's name", "");
	} else if (!lab_node_name_is_good(argv[2])) {
		status = cmd_misused(
			"lab boot",
			"a node's name has up to 32 lower-case letters, digits and '-', a letter first, unlike",
			argv[2]);
	} else {
		boot->node.name = argv[2];
		boot->timeout_s = DEFAULT_TIMEOUT_S;
		status = boot_node(boot, argc, argv);
	}
	cluster_free(&boot->cluster);
	free(boot);
	return status;
}
