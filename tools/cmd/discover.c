// SPDX-License-Identifier: GPL-2.0-only
/*
 * `wireroot discover`: opens a window in which unknown machines report to the boot server, and
 * makes nodes of them in the order in which they arrive.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "tools/cmd/adoption.h"
#include "tools/cmd/cmd.h"
#include "tools/discover/name_pattern.h"

static const struct adoption_command command = {
	.generation.name = "discover",
	.generation.help =
		"Usage: wireroot discover --profile PROFILE --name PATTERN [OPTION]...\n"
		"       wireroot discover --list-only [OPTION]...\n"
		"Let unknown machines boot the discovery image for a while, and make nodes of them in\n"
		"the order in which they arrive. Runs until the window closes, or Ctrl-C closes it.\n"
		"\n"
		"  --profile PROFILE     what the nodes get their values from\n"
		"  --name PATTERN        their names: compute-0-[0-], n[01-64]; those of the\n"
		"                        definition are passed over\n"
		"  --window TIME         how long, as in 90s, 10m, 2h (default: 10m)\n"
		"  --list-only           only show who arrives; see wireroot node adopt\n" ADOPTION_HELP
		"  --help                show this\n",
	.options = "NWL",
};

struct discovery {
	struct adoption_arguments arguments;
	struct name_pattern pattern;
	struct wirerootd_client wirerootd;
	int stop; /* readable when it is to end */
	unsigned int adopted, failed, seen;
};

/* The first name of the pattern that the definition does not have. */
static int next_name(const struct discovery *discovery, char name[static HOST_NAME_LENGTH + 1],
		     struct fault *fault)
{
	const struct name_pattern *pattern = &discovery->pattern;
	struct cluster cluster;
	bool found = false;
	int error = adopt_load(&cluster, discovery->arguments.adoption.apply.cluster, NULL, true,
			       fault);

	for (uint32_t number = pattern->first; !error && !found && number <= pattern->last;
	     number++) {
		name_pattern_name(pattern, number, name);
		found = !cluster_find_node(&cluster, name);
	}
	cluster_free(&cluster);
	if (!error && !found)
		error = fault_set(fault, ENOSPC, "find a name for a machine",
				  discovery->arguments.name, "all of them are taken");
	return error;
}

static int adopt_machine(struct discovery *discovery, const struct machine *machine,
			 struct fault *fault)
{
	struct adoption adoption = discovery->arguments.adoption;
	char name[HOST_NAME_LENGTH + 1];
	int error = next_name(discovery, name, fault);

	if (error)
		return error;
	adoption.name = name;
	adoption.machine = machine;
	adoption.wirerootd = &discovery->wirerootd;
	memcpy(adoption.mac, machine->macs[0], sizeof(adoption.mac));
	return adoption_run(&discovery->arguments, &adoption, fault);
}

/* @json is a machine that has arrived. What fails is told; the next one may have more luck. */
static void take_machine(struct discovery *discovery, const json_t *json)
{
	const struct log *log = &discovery->arguments.generation.log;
	char mac[MAC_TEXT_BYTES], summary[MACHINE_SUMMARY_BYTES];
	struct machine machine;
	struct fault fault = { 0 };

	if (machine_from_json(json, &machine, &fault)) {
		log_fault(log, &fault);
		return;
	}
	discovery->seen++;
	adoption_print(
		&discovery->arguments,
		json_pack("{s:s, s:o}", "event", "arrival", "machine", machine_to_json(&machine)),
		"%s has arrived: %s\n", value_mac_text(machine.macs[0], mac),
		machine_summary(&machine, summary));
	if (!discovery->arguments.list_only) {
		if (adopt_machine(discovery, &machine, &fault)) {
			log_fault(log, &fault);
			discovery->failed++;
		} else {
			discovery->adopted++;
		}
	}
	machine_free(&machine);
}

/* The name of the profile, and the definition as a whole, before anybody arrives. */
static int try_definition(const struct discovery *discovery, struct fault *fault)
{
	const struct adoption *adoption = &discovery->arguments.adoption;
	char name[HOST_NAME_LENGTH + 1];
	struct cluster_edit edit;
	struct cluster cluster;
	struct drop_in drop_in;
	int error = next_name(discovery, name, fault);

	if (error)
		return error;
	error = drop_in_read(&drop_in, adoption->apply.cluster, name, fault);
	if (!error) {
		text_printf(&drop_in.after, "%s:\n  profiles: %s\n", name, adoption->profile);
		edit = drop_in_edit(&drop_in);
		error = adopt_load(&cluster, adoption->apply.cluster, &edit, true, fault);
		cluster_free(&cluster);
	}
	drop_in_free(&drop_in);
	return error;
}

/* Machines that wait since an earlier window come first. */
static int open_window(struct discovery *discovery, json_t **waiting, struct fault *fault)
{
	const struct adoption_arguments *arguments = &discovery->arguments;
	const char *profile = arguments->adoption.profile;
	int error = wirerootd_connect(&discovery->wirerootd, arguments->control, fault);

	if (!error)
		error = wirerootd_ask(&discovery->wirerootd, json_pack("{s:s}", "do", "machines"),
				      waiting, fault);
	if (!error)
		error = wirerootd_ask(&discovery->wirerootd,
				      json_pack("{s:s, s:i, s:s, s:s}", "do", "open", "seconds",
						(int)arguments->window_s, "profile",
						profile ? profile : "-", "name",
						arguments->name ? arguments->name : "-"),
				      NULL, fault);
	return error;
}

static void take_waiting(struct discovery *discovery, const json_t *waiting)
{
	json_t *machine;
	size_t i;

	json_array_foreach(json_object_get(waiting, "machines"), i, machine)
		take_machine(discovery, machine);
}

/* Until the window closes, or somebody wants to. */
static int follow(struct discovery *discovery, struct fault *fault)
{
	bool closed = false;
	int error = 0;

	while (!closed && !error) {
		json_t *event = NULL;

		error = wirerootd_wait(&discovery->wirerootd, discovery->stop, &event, fault);
		if (!error && json_object_get(event, "arrival"))
			take_machine(discovery, json_object_get(event, "arrival"));
		closed = !error && json_is_true(json_object_get(event, "closed"));
		json_decref(event);
	}
	return error == -ECANCELED ? 0 : error;
}

/* A signal ends the waiting, not an adoption that is under way. */
static int watch_signals(struct discovery *discovery, struct fault *fault)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		discovery->stop = signalfd(-1, &set, SFD_CLOEXEC);
	return discovery->stop < 0 ? fault_set(fault, errno, "watch for signals", "", NULL) : 0;
}

static int run(struct discovery *discovery, struct fault *fault)
{
	json_t *waiting = NULL;
	int error = discovery->arguments.list_only ? 0 : try_definition(discovery, fault);

	if (!error)
		error = watch_signals(discovery, fault);
	if (!error)
		error = open_window(discovery, &waiting, fault);
	if (!error) {
		adoption_print(
			&discovery->arguments,
			json_pack("{s:s, s:i}", "event", "open", "seconds",
				  (int)discovery->arguments.window_s),
			"the window is open for %u s: switch the machines on, one after the other\n",
			discovery->arguments.window_s);
		take_waiting(discovery, waiting);
		error = follow(discovery, fault);
	}
	json_decref(waiting);
	return error;
}

static int check_words(struct discovery *discovery)
{
	const struct adoption_arguments *arguments = &discovery->arguments;
	struct fault fault;

	if (arguments->word_count)
		return cmd_misused(arguments->command->generation.name, "there is no place for",
				   arguments->words[0]);
	if (arguments->list_only)
		return -1;
	if (!arguments->name || !arguments->adoption.profile)
		return cmd_misused(arguments->command->generation.name,
				   "give --profile and --name, or --list-only", "");
	if (name_pattern_parse(arguments->name, &discovery->pattern, &fault))
		return cmd_misused(arguments->command->generation.name, fault.hint, "");
	return -1;
}

int cmd_discover(int argc, char **argv)
{
	struct discovery discovery = { .wirerootd = { .fd = -1 }, .stop = -1 };
	struct fault fault = { 0 };
	int status = adoption_arguments(&discovery.arguments, &command, argc, argv), error;

	if (status < 0)
		status = check_words(&discovery);
	if (status >= 0)
		return status;
	error = run(&discovery, &fault);
	if (error)
		log_fault(&discovery.arguments.generation.log, &fault);
	else
		adoption_print(&discovery.arguments,
			       json_pack("{s:s, s:i, s:i, s:i}", "event", "closed", "arrived",
					 (int)discovery.seen, "adopted", (int)discovery.adopted,
					 "failed", (int)discovery.failed),
			       "the window is closed: %u arrived, %u adopted, %u failed\n",
			       discovery.seen, discovery.adopted, discovery.failed);
	wirerootd_close(&discovery.wirerootd);
	if (discovery.stop >= 0)
		close(discovery.stop);
	return error || discovery.failed ? CMD_FAILED : CMD_DONE;
}
