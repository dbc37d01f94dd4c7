// SPDX-License-Identifier: GPL-2.0-only
/* Giving back by hand, and as the node goes down; give_back.h has the contract. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "../resolve.h"
#include "../sys.h"
#include "attach.h"
#include "broker.h"
#include "give_back.h"
#include "mapper_text.h"

#define MEMBER_BYTES 1024
/* A node that goes down waits no longer for a broker that is away. */
#define TELL_US 5000000ull

/* Who this node is; a host has its words elsewhere, and its broker is told by wireroot-borrow. */
static int read_member(struct swap_spec *spec, struct fault *fault)
{
	char text[MEMBER_BYTES];
	ssize_t length = file_read(MEMORY_DIRECTORY "/member", text, sizeof(text));
	int error;

	if (length < 0)
		return fault_set(fault, (int)length, "read who this node is",
				 MEMORY_DIRECTORY "/member", NULL);
	error = swap_spec_read_member(spec, text, (size_t)length, fault);
	wipe(text, sizeof(text));
	return error;
}

static void tell(const struct grant *grant)
{
	static const struct broker_report report = { "detached", "by wireroot-swap" };
	static struct broker broker; /* static only for its size */
	struct swap_spec spec;
	struct fault fault;
	char line[FAULT_LINE_BYTES];
	int error = read_member(&spec, &fault);

	if (error == -ENOENT)
		return;
	if (!error) {
		broker.spec = &spec;
		broker.own = source_address(spec.broker);
		error = broker_tell(&broker, grant, &report, monotonic_us() + TELL_US, &fault);
	}
	if (error)
		fprintf(stderr, "wireroot-swap: %s: detached, though %s\n", grant->id,
			fault_line(&fault, line));
	wipe(&spec, sizeof(spec));
}

int give_back(const char *id, struct fault *fault)
{
	struct grant grant;
	int error = memory_grant_read(id, &grant, fault);

	if (!error)
		error = detach(&grant, fault);
	if (!error)
		tell(&grant);
	wipe(&grant, sizeof(grant));
	return error;
}

int give_back_all(struct fault *fault)
{
	DIR *directory = opendir(MEMORY_DIRECTORY);
	struct dirent *entry;
	struct fault later;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0
				       : fault_set(fault, errno, "look for what is attached",
						   MEMORY_DIRECTORY, NULL);
	while ((entry = readdir(directory)))
		if (grant_id_is_valid(entry->d_name) &&
		    give_back(entry->d_name, error ? &later : fault) && !error)
			error = -fault->error;
	closedir(directory);
	return error;
}
