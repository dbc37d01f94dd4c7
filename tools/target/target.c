// SPDX-License-Identifier: GPL-2.0-only
/* What tgt and LIO have in common; see target.h. */
#include "tools/target/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *target_tgt_serial(const char *uuid, char serial[static TARGET_TGT_SERIAL_BYTES])
{
	size_t length = 0;

	for (; *uuid && length < TARGET_TGT_SERIAL_BYTES - 1; uuid++)
		if (*uuid != '-')
			serial[length++] = *uuid;
	serial[length] = '\0';
	return serial;
}

char *target_object_name(const char *disk, const char *uuid, char name[static TARGET_OBJECT_BYTES])
{
	const char *slash = strrchr(disk, '/');
	char serial[TARGET_TGT_SERIAL_BYTES];

	target_tgt_serial(uuid, serial);
	snprintf(name, TARGET_OBJECT_BYTES, TARGET_OBJECT_PREFIX "%.255s-%.8s",
		 slash ? slash + 1 : disk, strlen(serial) > 8 ? serial + 8 : serial);
	return name;
}

int target_offer(const struct target_server *server, const struct target_offer *offer,
		 struct fault *fault)
{
	return server->operations->offer(server, offer, fault);
}

int target_withdraw(const struct target_server *server, const char *name, struct fault *fault)
{
	return server->operations->withdraw(server, name, fault);
}

int target_list(const struct target_server *server, struct target_list *list, struct fault *fault)
{
	return server->operations->list(server, list, fault);
}

int target_sessions(const struct target_server *server, const char *name, unsigned int *count,
		    struct fault *fault)
{
	struct target_list list = { 0 };
	int error = target_list(server, &list, fault);
	const struct target *target = error ? NULL : target_find(&list, name);

	*count = target ? target->sessions : 0;
	target_list_free(&list);
	return error;
}

/* Are both the same device or file, whatever they are called? */
static bool is_same_disk(const char *one, const char *other)
{
	struct stat a, b;

	if (stat(one, &a) < 0 || stat(other, &b) < 0)
		return strcmp(one, other) == 0;
	if (S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode))
		return a.st_rdev == b.st_rdev;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int target_refuse_offered(const struct target_server *server, const char *disk, struct fault *fault)
{
	struct target_list list = { 0 };
	char hint[sizeof(fault->hint)];
	int error = target_list(server, &list, fault);

	for (size_t i = 0; !error && i < list.count; i++) {
		const struct target *target = &list.targets[i];

		if (!target->disk || !is_same_disk(target->disk, disk))
			continue;
		snprintf(hint, sizeof(hint), "%s offers it as %.90s%s; take that away first",
			 server->operations->name, target->name,
			 target->sessions ? ", where a node is logged in" : "");
		error = fault_set(fault, EBUSY, "take volume", disk, hint);
	}
	target_list_free(&list);
	return error;
}

const struct target *target_find(const struct target_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->targets[i].name, name))
			return &list->targets[i];
	return NULL;
}

bool target_fits(const struct target *target, const struct target_offer *offer)
{
	return target->open && target->disk && !strcmp(target->disk, offer->disk) &&
	       target->read_write == offer->read_write;
}

/* @array with room for one more of @bytes each behind the @count that there are, or NULL. */
static void *grow(void *array, size_t count, size_t *capacity, size_t bytes)
{
	size_t more = *capacity ? 2 * *capacity : 16;
	void *grown;

	if (count < *capacity)
		return array;
	grown = reallocarray(array, more, bytes);
	if (grown)
		*capacity = more;
	return grown;
}

struct target *target_list_add(struct target_list *list)
{
	struct target *targets =
		grow(list->targets, list->count, &list->capacity, sizeof(*targets));

	if (!targets)
		return NULL;
	list->targets = targets;
	targets[list->count] = (struct target){ 0 };
	return &targets[list->count++];
}

struct target_session *target_list_add_session(struct target_list *list)
{
	struct target_session *sessions = grow(list->sessions, list->session_count,
					       &list->session_capacity, sizeof(*sessions));

	if (!sessions)
		return NULL;
	list->sessions = sessions;
	sessions[list->session_count] = (struct target_session){ 0 };
	return &sessions[list->session_count++];
}

void target_list_free(struct target_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->targets[i].disk);
		free(list->targets[i].in);
		free(list->targets[i].out);
		free(list->targets[i].admitted);
		free(list->targets[i].portals);
	}
	free(list->targets);
	free(list->sessions);
	*list = (struct target_list){ 0 };
}

int target_refuse_busy(const struct target_list *list, const char *name, struct fault *fault)
{
	char hint[sizeof(fault->hint)];

	for (size_t i = 0; i < list->session_count; i++) {
		const struct target_session *session = &list->sessions[i];

		if (strcmp(session->target, name) != 0)
			continue;
		snprintf(hint, sizeof(hint), "%.60s is logged in to it%s%s; shut it down first",
			 session->initiator, *session->address ? " from " : "", session->address);
		return fault_set(fault, EBUSY, "change iSCSI target", name, hint);
	}
	return fault_set(fault, EBUSY, "change iSCSI target", name,
			 "a node is logged in to it; shut it down first");
}
