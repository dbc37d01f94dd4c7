// SPDX-License-Identifier: GPL-2.0-only
/* The grants of a lender; see grants.h. */
#include "userspace/memory/lend/grants.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define NOTE_BYTES_MAX	16384
#define NOTE_PATH_BYTES 320

/* --- what is wanted --------------------------------------------------------------------------- */

enum grant_step grant_next_step(const struct grant *grant)
{
	if (grant->wanted.want != WANT_EXPORT) {
		if (grant->state != GRANT_CLEARED)
			return GRANT_WITHDRAW;
		return grant->wanted.want == WANT_FORGET ? GRANT_DROP : GRANT_STAY;
	}
	if (grant->state == GRANT_PENDING || (grant->state == GRANT_EXPORTED && !grant->there))
		return GRANT_EXPORT;
	return GRANT_STAY;
}

bool grants_have_work(const struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++)
		if (grant_next_step(&grants->list[i]) != GRANT_STAY)
			return true;
	return false;
}

struct grant *grants_find(const struct grants *grants, const char *id)
{
	for (size_t i = 0; i < grants->count; i++)
		if (!strcmp(grants->list[i].wanted.id, id))
			return &grants->list[i];
	return NULL;
}

static struct grant *add(struct grants *grants, const struct wanted *wanted, struct fault *fault)
{
	if (grants->count == grants->capacity) {
		size_t more = grants->capacity ? 2 * grants->capacity : 16;
		struct grant *list = reallocarray(grants->list, more, sizeof(*list));

		if (!list) {
			fault_set(fault, ENOMEM, "take up grant", wanted->id, NULL);
			return NULL;
		}
		grants->list = list;
		grants->capacity = more;
	}
	grants->list[grants->count] = (struct grant){ .wanted = *wanted };
	return &grants->list[grants->count++];
}

/* What is taken back stays taken back; an answer that was overtaken by a later one says nothing. */
static void want(struct grant *grant, const struct wanted *wanted)
{
	if (wanted->generation < grant->wanted.generation || wanted->want < grant->wanted.want)
		return;
	grant->wanted.generation = wanted->generation;
	grant->wanted.want = wanted->want;
}

int grants_want(struct grants *grants, const struct wanted_list *list, struct fault *fault)
{
	for (size_t i = 0; i < list->count; i++) {
		struct grant *grant = grants_find(grants, list->grants[i].id);

		if (grant)
			want(grant, &list->grants[i]);
		else if (list->grants[i].want != WANT_FORGET &&
			 !add(grants, &list->grants[i], fault))
			return -ENOMEM;
	}
	return 0;
}

void grants_sum(const struct grants *grants, uint64_t *lent_bytes, uint64_t *allocated_bytes)
{
	*lent_bytes = *allocated_bytes = 0;
	for (size_t i = 0; i < grants->count; i++)
		if (grants->list[i].made) {
			*lent_bytes += grants->list[i].wanted.bytes;
			*allocated_bytes += grants->list[i].allocated_bytes;
		}
}

/* --- notes ------------------------------------------------------------------------------------ */

static char *note_path(const struct grants *grants, const char *id,
		       char path[static NOTE_PATH_BYTES])
{
	snprintf(path, NOTE_PATH_BYTES, "%.280s/%.16s", grants->notes, id);
	return path;
}

static int write_note(const struct grants *grants, const struct grant *grant, struct fault *fault)
{
	char path[NOTE_PATH_BYTES], *text = NULL;
	json_t *json = wanted_to_json(&grant->wanted);
	int error = -ENOMEM;

	if (json && !json_object_set_new(json, "made", json_boolean(grant->made)))
		text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	note_path(grants, grant->wanted.id, path);
	if (!text)
		return fault_set(fault, ENOMEM, "note down grant", path, NULL);
	error = fs_write_file(path, text, strlen(text), 0600, fault);
	explicit_bzero(text, strlen(text));
	free(text);
	return error;
}

static void remove_note(const struct grants *grants, const char *id)
{
	char path[NOTE_PATH_BYTES];

	unlink(note_path(grants, id, path));
}

static int parse_note(struct grants *grants, const char *text, size_t length, const char *path,
		      struct fault *fault)
{
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	struct wanted wanted;
	struct grant *grant;
	int error = wanted_read_grant(json, grants->lender, &wanted, fault);

	if (error) {
		fault_set(fault, error, "read the note of a grant", path,
			  "it is damaged; what it tells of is taken away");
	} else if (!grants_find(grants, wanted.id)) {
		grant = add(grants, &wanted, fault);
		error = grant ? 0 : -ENOMEM;
		if (grant) {
			grant->wanted.bytes =
				(uint64_t)json_integer_value(json_object_get(json, "bytes"));
			grant->made = json_is_true(json_object_get(json, "made"));
			grant->state = grant->made ? GRANT_EXPORTED : GRANT_PENDING;
		}
	}
	json_decref(json);
	return error;
}

/* A note that cannot be read must not keep the others from being so: its grant is swept away. */
static int load_note(struct grants *grants, const char *id, struct fault *fault)
{
	char path[NOTE_PATH_BYTES], *text;
	size_t length;
	int error = fs_read_regular_file(note_path(grants, id, path), NOTE_BYTES_MAX, &text,
					 &length, fault);

	if (error)
		return error;
	error = parse_note(grants, text, length, path, fault);
	explicit_bzero(text, length);
	free(text);
	if (error != -EINVAL)
		return error;
	log_fault(grants->log, fault);
	unlink(path);
	return 0;
}

int grants_load(struct grants *grants, struct fault *fault)
{
	DIR *directory = opendir(grants->notes);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return fault_set(fault, errno, "read the notes of grants", grants->notes, NULL);
	while (!error && (entry = readdir(directory)) != NULL)
		if (grant_is_id(entry->d_name))
			error = load_note(grants, entry->d_name, fault);
	closedir(directory);
	return error;
}

/* --- targets and memory ----------------------------------------------------------------------- */

static char *target_name(const struct grants *grants, const char *id,
			 char name[static TARGET_NAME_ROOM])
{
	return wanted_target_name(grants->lender, id, name);
}

static bool is_connected(const struct target_list *list, const char *name)
{
	const struct target *target = target_find(list, name);

	return target && target->sessions > 0;
}

int grants_look(struct grants *grants, struct fault *fault)
{
	struct target_list list = { 0 };
	char name[TARGET_NAME_ROOM];
	int error = grants->serving ? target_list(&grants->server, &list, fault) : 0;

	for (size_t i = 0; i < grants->count; i++) {
		struct grant *grant = &grants->list[i];
		const struct target *target;

		grant->allocated_bytes = backing_allocated(grants->backing, grant->wanted.id);
		if (error)
			continue;
		target = target_find(&list, target_name(grants, grant->wanted.id, name));
		grant->there = target && target->open && target->disk;
		grant->connected = is_connected(&list, name);
	}
	target_list_free(&list);
	return error;
}

static int make(struct grants *grants, struct grant *grant, uint64_t *spare_bytes,
		struct fault *fault)
{
	int error;

	if (grant->made)
		return backing_check(grants->backing, grant->wanted.id, grant->wanted.bytes, fault);
	if (grant->wanted.bytes > *spare_bytes)
		return fault_set(fault, ENOSPC, "lend memory", grant->wanted.borrower,
				 "this machine needs it itself by now");
	error = write_note(grants, grant, fault);
	if (!error)
		error = backing_make(grants->backing, grant->wanted.id, grant->wanted.bytes, fault);
	if (error)
		return error;
	*spare_bytes -= grant->wanted.bytes;
	grant->made = true;
	return write_note(grants, grant, fault);
}

static int offer(const struct grants *grants, const struct grant *grant, struct fault *fault)
{
	const struct wanted *wanted = &grant->wanted;
	char path[BACKING_PATH_BYTES + 32];
	struct target_offer offer = {
		.name = wanted->iqn,
		.initiator = wanted->initiator,
		.address = wanted->address,
		.disk = backing_path(grants->backing, wanted->id, path),
		.read_write = true,
		.serial = wanted->id,
		.memory = grants->backing->punches,
		.in = { wanted->username, wanted->secret },
		.out = { wanted->username_in, wanted->secret_in },
		.portals = &grants->portal,
		.portal_count = 1,
	};

	return target_offer(&grants->server, &offer, fault);
}

static void tell(struct grant *grant, const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	snprintf(grant->detail, sizeof(grant->detail), "%.150s", fault_line(fault, line));
}

/* tgt's accounts are one set for all its targets: one of the same name would be another's. */
static bool has_others_account(const struct grants *grants, const struct grant *grant)
{
	for (size_t i = 0; i < grants->count; i++) {
		const struct wanted *other = &grants->list[i].wanted;

		if (other == &grant->wanted || !grants->list[i].made)
			continue;
		if (!strcmp(other->username, grant->wanted.username) ||
		    !strcmp(other->username_in, grant->wanted.username_in))
			return true;
	}
	return false;
}

static bool export(struct grants *grants, struct grant *grant, uint64_t *spare_bytes)
{
	bool again = grant->state == GRANT_EXPORTED;
	struct fault fault = { 0 };
	int error = has_others_account(grants, grant)
			    ? fault_set(&fault, EEXIST, "lend memory", grant->wanted.borrower,
					"another grant has the same user names")
			    : make(grants, grant, spare_bytes, &fault);

	if (!error)
		error = offer(grants, grant, &fault);
	if (error) {
		grant->state = GRANT_FAILED;
		tell(grant, &fault);
		log_fault(grants->log, &fault);
		return true;
	}
	grant->state = GRANT_EXPORTED;
	grant->there = true;
	log_line(grants->log, LOG_LEVEL_NOTICE, "grant %s: %s %llu MiB to %s", grant->wanted.id,
		 again ? "lends again, with what was in it," : "lends",
		 (unsigned long long)(grant->wanted.bytes >> 20), grant->wanted.borrower);
	return true;
}

/*
 * In this order: no session, no target, no page, no name. Noted down first: were this cut off, the
 * next life must not export what is half cleared.
 */
static int take_back(struct grants *grants, struct grant *grant, struct fault *fault)
{
	char name[TARGET_NAME_ROOM];
	int error = write_note(grants, grant, fault);

	target_name(grants, grant->wanted.id, name);
	if (!error && grants->serving)
		error = grants->server.operations->drop(&grants->server, name, fault);
	return error ? error : backing_clear(grants->backing, grant->wanted.id, fault);
}

static bool withdraw(struct grants *grants, struct grant *grant)
{
	char before[sizeof(grant->detail)];
	struct fault fault = { 0 };

	memcpy(before, grant->detail, sizeof(before));
	if (take_back(grants, grant, &fault)) {
		tell(grant, &fault);
		if (strcmp(before, grant->detail) != 0)
			log_fault(grants->log, &fault);
		return false;
	}
	grant->state = GRANT_CLEARED;
	grant->made = grant->there = grant->connected = false;
	grant->allocated_bytes = 0;
	*grant->detail = '\0';
	log_line(grants->log, LOG_LEVEL_NOTICE, "grant %s: taken back and cleared",
		 grant->wanted.id);
	return true;
}

static void drop(struct grants *grants, size_t at)
{
	remove_note(grants, grants->list[at].wanted.id);
	explicit_bzero(&grants->list[at], sizeof(grants->list[at]));
	grants->list[at] = grants->list[--grants->count];
}

bool grants_work(struct grants *grants, uint64_t *spare_bytes)
{
	bool changed = false;

	for (size_t i = grants->count; i-- > 0;) {
		struct grant *grant = &grants->list[i];

		switch (grant_next_step(grant)) {
		case GRANT_EXPORT:
			if (grants->serving)
				changed |= export(grants, grant, spare_bytes);
			break;
		case GRANT_WITHDRAW:
			changed |= withdraw(grants, grant);
			break;
		case GRANT_STAY:
		case GRANT_DROP:
			break;
		}
		if (grant_next_step(grant) == GRANT_DROP)
			drop(grants, i);
	}
	return changed;
}

bool grants_fail(struct grants *grants, const char *why)
{
	bool changed = false;

	for (size_t i = 0; i < grants->count; i++) {
		struct grant *grant = &grants->list[i];

		if (grant_next_step(grant) != GRANT_EXPORT)
			continue;
		grant->state = GRANT_FAILED;
		grant->connected = false;
		snprintf(grant->detail, sizeof(grant->detail), "%.150s", why);
		changed = true;
	}
	return changed;
}

/* --- what is left over ------------------------------------------------------------------------ */

static int sweep_file(void *context, const char *id, struct fault *fault)
{
	struct grants *grants = context;

	if (grant_is_id(id) && grants_find(grants, id))
		return 0;
	return backing_clear(grants->backing, id, fault);
}

int grants_sweep(struct grants *grants, struct fault *fault)
{
	struct target_list list = { 0 };
	char prefix[TARGET_NAME_ROOM];
	int error = target_list(&grants->server, &list, fault);
	size_t length;

	target_name(grants, "", prefix);
	length = strlen(prefix);
	for (size_t i = 0; !error && i < list.count; i++) {
		const char *name = list.targets[i].name;

		if (!strncmp(name, prefix, length) && !grants_find(grants, name + length))
			error = grants->server.operations->drop(&grants->server, name, fault);
	}
	target_list_free(&list);
	return error ? error : backing_each(grants->backing, sweep_file, grants, fault);
}

void grants_free(struct grants *grants)
{
	if (grants->list)
		explicit_bzero(grants->list, grants->capacity * sizeof(*grants->list));
	free(grants->list);
	grants->list = NULL;
	grants->count = grants->capacity = 0;
}
