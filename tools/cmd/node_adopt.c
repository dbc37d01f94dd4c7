// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot node adopt MAC`: makes a machine a node of the cluster. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "initramfs/value.h"
#include "tools/cmd/adoption.h"
#include "tools/cmd/cmd.h"
#include "tools/cmd/node.h"

static const struct adoption_command command = {
	.generation.name = "node adopt",
	.generation.help =
		"Usage: wireroot node adopt MAC --name NAME [--profile PROFILE] [OPTION]...\n"
		"Make the machine with this MAC address a node, and apply the definition. Of one that\n"
		"waits for it after discovery, the drivers are known.\n"
		"\n"
		"  --name NAME           of the node; it may be in the definition, without a MAC address\n"
		"  --profile PROFILE     what it gets its values from\n" ADOPTION_HELP
		"  --help                show this\n",
	.options = "N",
};

/* The report of the machine with @mac, if it waits; machine_free() if so. */
static int find_machine(struct wirerootd_client *wirerootd, const uint8_t mac[static 6],
			struct machine *machine, bool *found, struct fault *fault)
{
	json_t *answer = NULL, *item;
	size_t i;
	int error = wirerootd_ask(wirerootd, json_pack("{s:s}", "do", "machines"), &answer, fault);

	*found = false;
	json_array_foreach(json_object_get(answer, "machines"), i, item)
	{
		if (error || *found || machine_from_json(item, machine, fault))
			continue;
		*found = !memcmp(machine->macs[0], mac, sizeof(machine->macs[0]));
		if (!*found)
			machine_free(machine);
	}
	json_decref(answer);
	return error;
}

/* Whoever is adopted while wirerootd does not run has not been discovered, and need not wait. */
static int run(struct adoption_arguments *arguments, struct wirerootd_client *wirerootd,
	       struct fault *fault)
{
	struct adoption *adoption = &arguments->adoption;
	struct machine machine = { 0 };
	bool found = false;
	int error = wirerootd_connect(wirerootd, arguments->control, fault);

	if (error) {
		log_fault(&arguments->generation.log, fault);
		wirerootd_close(wirerootd);
	} else {
		error = find_machine(wirerootd, adoption->mac, &machine, &found, fault);
		if (error)
			return error;
	}
	if (!found)
		log_line(&arguments->generation.log, LOG_LEVEL_NOTICE,
			 "no such machine is waiting: its drivers are not known");
	adoption->wirerootd = wirerootd;
	adoption->machine = found ? &machine : NULL;
	error = adoption_run(arguments, adoption, fault);
	adoption->machine = NULL; /* it was on our stack */
	if (found)
		machine_free(&machine);
	return error;
}

int node_adopt(int argc, char **argv)
{
	struct wirerootd_client wirerootd = { .fd = -1 };
	struct adoption_arguments arguments;
	struct fault fault = { 0 };
	int status = adoption_arguments(&arguments, &command, argc, argv), error;

	if (status >= 0)
		return status;
	if (arguments.word_count != 1 || !value_mac(arguments.words[0], arguments.adoption.mac))
		return cmd_misused(arguments.command->generation.name,
				   "give the MAC address of one machine", "");
	if (!arguments.name || !value_host_name(arguments.name, HOST_NAME_LENGTH) ||
	    strchr(arguments.name, '.'))
		return cmd_misused(arguments.command->generation.name,
				   "give --name, a host name without a domain", "");
	arguments.adoption.name = arguments.name;
	error = run(&arguments, &wirerootd, &fault);
	wirerootd_close(&wirerootd);
	if (!error)
		return CMD_DONE;
	log_fault(&arguments.generation.log, &fault);
	return CMD_FAILED;
}
