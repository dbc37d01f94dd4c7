// SPDX-License-Identifier: GPL-2.0-only
/* Giving back by hand, and as the node goes down; give_back.h has the contract. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
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
/* How often to look whether processes have ended whose pages there was no room for. */
#define ROOM_STEP_MS 500

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

/* @no_room: there was none in memory for one of them, whatever was wrong with another. */
static int give_back_each(bool *no_room, struct fault *fault)
{
	DIR *directory = opendir(MEMORY_DIRECTORY);
	struct dirent *entry;
	struct fault later;
	int first = 0;

	*no_room = false;
	if (!directory)
		return errno == ENOENT ? 0
				       : fault_set(fault, errno, "look for what is attached",
						   MEMORY_DIRECTORY, NULL);
	while ((entry = readdir(directory))) {
		int error;

		if (!grant_id_is_valid(entry->d_name))
			continue;
		error = give_back(entry->d_name, first ? &later : fault);
		*no_room |= error == -ENOMEM;
		first = first ? first : error;
	}
	closedir(directory);
	return first;
}

int give_back_all(unsigned int within_s, struct fault *fault)
{
	uint64_t deadline_us = monotonic_us() + within_s * 1000000ull;
	bool no_room;
	int error;

	while ((error = give_back_each(&no_room, fault)) && no_room && monotonic_us() < deadline_us)
		(void)poll(NULL, 0, ROOM_STEP_MS);
	return error;
}
