// SPDX-License-Identifier: GPL-2.0-only
/* A node of the lab; see node.h. */
#include "tools/lab/node.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lab/bridge.h"
#include "tools/lab/dnsmasq.h"
#include "tools/lab/follow.h"
#include "tools/lab/http_tree.h"
#include "tools/lab/qemu.h"
#include "tools/lab/qmp.h"
#include "tools/lab/service.h"

/* From the end of QEMU's last connection to that of QEMU. */
#define END_TIMEOUT_MS 10000

void node_service_name(const char *name, char service[static LAB_NAME_BYTES])
{
	snprintf(service, LAB_NAME_BYTES, "node-%s", name);
}

/* So that the node gets its name by DHCP, from the first packet on. */
static int announce(const struct node_options *options, struct fault *fault)
{
	const char *macs[LAB_NICS_MAX];

	for (unsigned int i = 0; i < options->nic_count; i++)
		macs[i] = options->nics[i].mac;
	return dnsmasq_add_node(options->name, macs, options->nic_count, fault);
}

static int open_taps(const struct node_options *options, int taps[static LAB_NICS_MAX],
		     struct fault *fault)
{
	int error = 0;

	for (unsigned int i = 0; !error && i < options->nic_count; i++) {
		char name[IFNAMSIZ];

		lab_tap_name(options->name, i, name);
		error = bridge_open_tap(name, options->nics[i].bridge, &taps[i], fault);
		if (error)
			taps[i] = -1;
	}
	return error;
}

static void close_taps(const int taps[static LAB_NICS_MAX])
{
	for (int i = 0; i < LAB_NICS_MAX; i++)
		if (taps[i] >= 0)
			close(taps[i]);
}

/* QEMU starts with the processors stopped: cables are pulled before anybody can see a carrier. */
static int let_go(const struct node_options *options, struct fault *fault)
{
	struct qmp qmp;
	int error = qmp_open(options->name, &qmp, fault);

	if (error)
		return error;
	for (unsigned int i = 0; !error && i < options->nic_count; i++)
		if (options->nics[i].off)
			error = qmp_set_link(&qmp, i, false, fault);
	if (!error)
		error = qmp_command(&qmp, "cont", fault);
	qmp_close(&qmp);
	return error;
}

static int start_qemu(const struct node_options *options, const int taps[static LAB_NICS_MAX],
		      struct fault *fault)
{
	char name[LAB_NAME_BYTES];
	struct service service = { .name = name, .readiness = SERVICE_RUNS };
	struct qemu_words words = { 0 };
	int qmp = qmp_listen(options->name, fault), error;

	if (qmp < 0)
		return qmp;
	error = qemu_words(options, taps, qmp, &words, fault);
	node_service_name(options->name, name);
	service.argv = (const char *const *)words.words;
	if (!error)
		error = service_start(&service, fault);
	qemu_words_free(&words);
	close(qmp); /* QEMU's is the only one now: when it ends, whoever connects is told */
	return error;
}

int node_boot(const struct node_options *options, struct fault *fault)
{
	int taps[LAB_NICS_MAX] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	char console[LAB_NAME_BYTES], service[LAB_NAME_BYTES];
	struct fault unused;
	off_t log_from;
	int error;

	node_service_name(options->name, service);
	if (service_pid(service))
		return fault_set(fault, EALREADY, "power on", options->name, "it runs");
	error = announce(options, fault);
	if (!error && options->kernel && options->firmware != NODE_DIRECT)
		error = http_tree_publish(options, fault);
	if (!error)
		error = open_taps(options, taps, fault);
	/* Whoever waits for a line must not find one of the last boot. */
	snprintf(console, sizeof(console), "%s.console", options->name);
	if (!error)
		unlink(console);
	log_from = service_log_bytes(service);
	if (!error)
		error = start_qemu(options, taps, fault);
	close_taps(taps);
	if (error)
		return error;
	error = let_go(options, fault);
	if (error == -ECONNRESET && node_wait_off(options->name, END_TIMEOUT_MS, &unused) == 0)
		error = service_has_ended(service, log_from, fault);
	else if (error)
		service_stop(service, &unused);
	return error;
}

int node_wait(const char *name, const char *pattern, off_t from, int timeout_ms,
	      struct fault *fault)
{
	char console[LAB_NAME_BYTES], service[LAB_NAME_BYTES];
	struct follow follow = {
		.path = console, .from = from, .pattern = pattern, .timeout_ms = timeout_ms
	};
	int error;

	node_service_name(name, service);
	snprintf(console, sizeof(console), "%s.console", name);
	follow.process = service_open(service);
	if (follow.process < 0) /* it has ended: what it wrote is all there is */
		follow.timeout_ms = 0;
	error = follow_until(&follow, fault);
	if (follow.process >= 0)
		close(follow.process);
	else if (error == -ETIMEDOUT)
		error = fault_set(fault, ESRCH, fault->doing, fault->peer, "the node is off");
	return error;
}

int node_wait_off(const char *name, int timeout_ms, struct fault *fault)
{
	char service[LAB_NAME_BYTES];
	struct pollfd ended = { .events = POLLIN };
	int ready;

	node_service_name(name, service);
	ended.fd = service_open(service);
	if (ended.fd < 0)
		return 0;
	ready = poll(&ended, 1, timeout_ms);
	close(ended.fd);
	return ready > 0 ? 0 : fault_set(fault, ETIMEDOUT, "wait until it powers off", name, NULL);
}

int node_power_off(const char *name, struct fault *fault)
{
	char service[LAB_NAME_BYTES];

	node_service_name(name, service);
	return service_stop(service, fault);
}
