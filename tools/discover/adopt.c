// SPDX-License-Identifier: GPL-2.0-only
/* Makes a machine a node; see adopt.h. */
#include "tools/discover/adopt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "initramfs/value.h"
#include "tools/cluster/findings.h"
#include "tools/cluster/node_edit.h"
#include "tools/discover/detect.h"
#include "userspace/lib/spawn.h"

/* --- the definition ------------------------------------------------------------------------- */

static void print_findings(const struct findings *findings)
{
	struct text text = { 0 };

	findings_to_text(findings, &text);
	fputs(text_string(&text), stderr);
	text_free(&text);
}

int adopt_load(struct cluster *cluster, const char *path, const struct cluster_edit *edit,
	       bool skip_files, struct fault *fault)
{
	const struct cluster_options options = { .skip_files = skip_files,
						 .edits = edit,
						 .edit_count = edit ? 1 : 0 };
	struct findings findings = { 0 };
	int error = cluster_load_with(cluster, path, &options, &findings, fault);

	if (error && findings.errors) {
		print_findings(&findings);
		error = fault_set(fault, EBADMSG, "read the definition of the cluster", path,
				  "see above for what is wrong with it");
	}
	findings_free(&findings);
	return error;
}

/* A name that is another machine's is never given away. */
static int check_name(const struct adoption *adoption, struct fault *fault)
{
	char peer[sizeof(fault->peer)], mac[MAC_TEXT_BYTES];
	const struct cluster_node *node;
	struct cluster cluster;
	int error = adopt_load(&cluster, adoption->apply.cluster, NULL, true, fault);

	node = error ? NULL : cluster_find_node(&cluster, adoption->name);
	if (node && node->has_mac) {
		snprintf(peer, sizeof(peer), "%s (%s)", node->name, value_mac_text(node->mac, mac));
		error = fault_set(fault, EEXIST, "adopt a machine as", peer,
				  memcmp(node->mac, adoption->mac, sizeof(node->mac))
					  ? "another machine is this node"
					  : "it is this node already");
	} else if (!error && !node && !adoption->profile) {
		error = fault_set(fault, EINVAL, "adopt a machine as", adoption->name,
				  "the definition does not know this node; give --profile");
	}
	cluster_free(&cluster);
	return error;
}

/* --- the entry ------------------------------------------------------------------------------ */

/* What a person who reads the file may want to know; a report's texts have no line breaks. */
static void add_comments(const struct adoption *adoption, struct text *text)
{
	const struct machine *machine = adoption->machine;
	char date[sizeof("9999-12-31")], summary[MACHINE_SUMMARY_BYTES], mac[MAC_TEXT_BYTES];
	time_t now = time(NULL);
	struct tm local;

	if (!localtime_r(&now, &local) || !strftime(date, sizeof(date), "%Y-%m-%d", &local))
		date[0] = '\0';
	text_printf(text, "# Adopted by Wireroot, %s.\n", date);
	if (!machine)
		return;
	text_printf(text, "# %s\n", machine_summary(machine, summary));
	if (machine->uuid[0])
		text_printf(text, "# UUID %s\n", machine->uuid);
	if (machine->mac_count > 1)
		text_add(text, "# Other interfaces:");
	for (unsigned int i = 1; i < machine->mac_count; i++)
		text_printf(text, " %s%s", value_mac_text(machine->macs[i], mac),
			    i + 1 < machine->mac_count ? "," : "\n");
}

/* The drop-in with the node's MAC address and whatever of the rest is known. */
static int write_entry(const struct adoption *adoption, const struct adopted *adopted,
		       struct drop_in *drop_in, struct fault *fault)
{
	char mac[MAC_TEXT_BYTES], address[IPV4_TEXT_BYTES];
	struct node_change changes[4];
	struct findings findings = { 0 };
	struct text before = { 0 };
	size_t count = 0;
	int error;

	if (adoption->profile)
		changes[count++] = (struct node_change){ "profiles", adoption->profile };
	changes[count++] = (struct node_change){ "mac", value_mac_text(adoption->mac, mac) };
	if (adopted->address)
		changes[count++] =
			(struct node_change){ "address",
					      value_ipv4_text(adopted->address, address) };
	if (adopted->drivers.length)
		changes[count++] = (struct node_change){ "detected", adopted->drivers.data };
	if (drop_in->before)
		text_add_bytes(&before, drop_in->before, drop_in->before_length);
	else
		add_comments(adoption, &before);
	text_free(&drop_in->after);
	error = node_edit(text_string(&before), before.length, drop_in->path, adoption->name,
			  changes, count, &drop_in->after, &findings, fault);
	print_findings(&findings);
	findings_free(&findings);
	text_free(&before);
	return error;
}

/* Drivers that cannot be found out are no reason to turn the machine away: it gets all of them. */
static void find_drivers(const struct adoption *adoption, const struct cluster_node *node,
			 struct adopted *adopted)
{
	struct fault fault;

	if (!adoption->machine || !detect_drivers(node->image, adoption->machine->modaliases,
						  &adopted->drivers, adoption->log, &fault))
		return;
	log_fault(adoption->log, &fault);
	text_free(&adopted->drivers);
}

/* Choose what depends on the node's network and image, which its profile knows. */
static int choose(const struct adoption *adoption, const struct drop_in *drop_in,
		  struct adopted *adopted, struct fault *fault)
{
	const struct cluster_edit edit = drop_in_edit(drop_in);
	const struct cluster_node *node;
	struct cluster cluster;
	int error = adopt_load(&cluster, adoption->apply.cluster, &edit, false, fault);

	node = error ? NULL : cluster_find_node(&cluster, adoption->name);
	if (node && !node->address)
		error = free_address(&cluster, node->network, node, &adoption->range,
				     &adopted->address, fault);
	if (node && !error)
		find_drivers(adoption, node, adopted);
	cluster_free(&cluster);
	return error;
}

/* The whole definition as it will be has to be sound. *@address is the node's. */
static int check(const struct adoption *adoption, const struct drop_in *drop_in, uint32_t *address,
		 struct fault *fault)
{
	const struct cluster_edit edit = drop_in_edit(drop_in);
	const struct cluster_node *node;
	struct cluster cluster;
	int error = adopt_load(&cluster, adoption->apply.cluster, &edit, false, fault);

	node = error ? NULL : cluster_find_node(&cluster, adoption->name);
	if (node)
		*address = node->address;
	cluster_free(&cluster);
	return error;
}

/* --- the whole ------------------------------------------------------------------------------ */

static int run_apply(const struct adoption *adoption, struct fault *fault)
{
	const char *const argv[] = { "/bin/sh", "-c", adoption->apply_command, NULL };
	struct apply_result result;

	if (adoption->apply_command)
		return spawn_run(argv, fault);
	return apply(&adoption->apply, &result, fault);
}

static int put_in_force(const struct adoption *adoption, const struct drop_in *drop_in,
			struct fault *fault)
{
	struct fault other;
	int error = drop_in_write(drop_in, fault);

	if (error)
		return error;
	error = run_apply(adoption, fault);
	if (error && drop_in_restore(drop_in, &other))
		log_fault(adoption->log, &other);
	return error;
}

static int define(const struct adoption *adoption, struct adopted *adopted, struct fault *fault)
{
	struct drop_in drop_in;
	int error = drop_in_read(&drop_in, adoption->apply.cluster, adoption->name, fault);

	if (!error)
		error = write_entry(adoption, adopted, &drop_in, fault);
	if (!error)
		error = choose(adoption, &drop_in, adopted, fault);
	if (!error)
		error = write_entry(adoption, adopted, &drop_in, fault);
	if (!error)
		error = check(adoption, &drop_in, &adopted->address, fault);
	if (!error)
		error = put_in_force(adoption, &drop_in, fault);
	drop_in_free(&drop_in);
	return error;
}

/* Only a machine that waits can be told something. */
static int tell(const struct adoption *adoption, const char *verb, const char *name,
		struct fault *fault)
{
	if (!adoption->machine || adoption->wirerootd->fd < 0)
		return 0;
	return wirerootd_tell(adoption->wirerootd, verb, adoption->mac, name, fault);
}

int adopt(const struct adoption *adoption, struct adopted *adopted, struct fault *fault)
{
	struct fault other;
	int error;

	*adopted = (struct adopted){ 0 };
	error = check_name(adoption, fault);
	if (error)
		return error;
	error = tell(adoption, "adopting", adoption->name, fault);
	if (error)
		return error;
	error = define(adoption, adopted, fault);
	if (!error)
		return tell(adoption, "adopted", adoption->name, fault);
	if (tell(adoption, "waiting", NULL, &other))
		log_fault(adoption->log, &other);
	return error;
}

void adopted_free(struct adopted *adopted)
{
	text_free(&adopted->drivers);
}
