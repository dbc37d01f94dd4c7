// SPDX-License-Identifier: GPL-2.0-only
/* The file lio.json of a generation; see lio_file.h. */
#include "tools/target/lio_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/value.h"

#define BACKSTORES "/backstores/block/"

struct reader {
	const char *name;
	struct lio_file *file;
	const json_t *objects;
	struct fault *fault;
};

static int refuse(const struct reader *reader, const char *why)
{
	return fault_set(reader->fault, EINVAL, "read LIO's targets", reader->name, why);
}

/* The text that @object has as @key, or NULL. */
static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The only element of the list that @object has as @key, or NULL. */
static const json_t *only(const json_t *object, const char *key)
{
	const json_t *list = json_object_get(object, key);

	return json_array_size(list) == 1 ? json_array_get(list, 0) : NULL;
}

/* One directory's name in configfs, and one that cannot lead out of it. */
static bool is_name(const char *text)
{
	return text && *text && *text != '.' && strlen(text) < TARGET_NAME_BYTES &&
	       !strpbrk(text, "/ \t\n");
}

static int read_disk(const struct reader *reader, const json_t *group, struct target_offer *offer)
{
	const char *wanted = text_of(only(group, "luns"), "storage_object");
	const size_t head = sizeof(BACKSTORES) - 1;

	if (!wanted || strncmp(wanted, BACKSTORES, head) != 0)
		return refuse(reader, "a target has one LUN, of a block device");
	for (size_t i = 0; i < json_array_size(reader->objects); i++) {
		const json_t *object = json_array_get(reader->objects, i);
		const char *name = text_of(object, "name");

		if (!name || strcmp(name, wanted + head) != 0)
			continue;
		offer->disk = text_of(object, "dev");
		offer->serial = text_of(object, "wwn");
	}
	if (!offer->disk || *offer->disk != '/' || !offer->serial)
		return refuse(reader, "a target's disk is not among the storage objects");
	return 0;
}

static int read_portal(const json_t *portal, struct iscsi_portal *place)
{
	const char *address = text_of(portal, "ip_address");
	json_int_t port = json_integer_value(json_object_get(portal, "port"));

	if (!address || !value_ipv4(address, &place->address) || port < 1 || port > UINT16_MAX)
		return -EINVAL;
	place->port = (uint16_t)port;
	return 0;
}

static int read_portals(const struct reader *reader, const json_t *group,
			struct target_offer *offer, struct iscsi_portal *places)
{
	const json_t *portals = json_object_get(group, "portals");
	size_t count = json_array_size(portals);

	if (count < 1 || count > ISCSI_PORTALS_MAX)
		return refuse(reader, "a target has from one to eight portals");
	for (size_t i = 0; i < count; i++)
		if (read_portal(json_array_get(portals, i), &places[i]) ||
		    iscsi_portal_is_among(&places[i], places, i))
			return refuse(reader,
				      "a portal is an address and a port, none of them twice");
	offer->portals = places;
	offer->portal_count = count;
	return 0;
}

static int read_initiator(const struct reader *reader, const json_t *group,
			  struct target_offer *offer)
{
	const json_t *acl = only(group, "node_acls");
	const json_t *lun = only(acl, "mapped_luns");

	offer->initiator = text_of(acl, "node_wwn");
	offer->read_write = json_is_false(json_object_get(lun, "write_protect"));
	offer->in = (struct target_account){ text_of(acl, "chap_userid"),
					     text_of(acl, "chap_password") };
	offer->out = (struct target_account){ text_of(acl, "chap_mutual_userid"),
					      text_of(acl, "chap_mutual_password") };
	if (!is_name(offer->initiator) || !lun)
		return refuse(reader, "a target has one initiator, with one LUN");
	if (!offer->in.user != !offer->in.secret || !offer->out.user != !offer->out.secret ||
	    (offer->out.user && !offer->in.user))
		return refuse(reader, "an account is a user's name and a secret");
	return 0;
}

static int read_target(const struct reader *reader, const json_t *target, size_t index)
{
	struct target_offer *offer = &reader->file->offers[index];
	const json_t *group = only(target, "tpgs");
	int error;

	offer->name = text_of(target, "wwn");
	if (!is_name(offer->name) ||
	    strncmp(offer->name, reader->file->prefix, strlen(reader->file->prefix)) != 0)
		return refuse(reader, "a target's name is not one of the cluster's");
	error = read_disk(reader, group, offer);
	if (!error)
		error = read_portals(reader, group, offer,
				     &reader->file->portals[index * ISCSI_PORTALS_MAX]);
	return error ? error : read_initiator(reader, group, offer);
}

static int read_targets(const struct reader *reader, const json_t *targets)
{
	struct lio_file *file = reader->file;
	size_t count = json_array_size(targets);
	int error = 0;

	file->offers = calloc(count + 1, sizeof(*file->offers));
	file->portals = calloc(count + 1, ISCSI_PORTALS_MAX * sizeof(*file->portals));
	if (!file->offers || !file->portals)
		return fault_set(reader->fault, ENOMEM, "read LIO's targets", reader->name, NULL);
	for (; !error && file->count < count; file->count++)
		error = read_target(reader, json_array_get(targets, file->count), file->count);
	return error;
}

int lio_file_parse(const char *text, size_t length, const char *name, struct lio_file *file,
		   struct fault *fault)
{
	struct reader reader = { .name = name, .file = file, .fault = fault };
	const json_t *targets;
	json_error_t story;

	*file = (struct lio_file){ 0 };
	file->json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &story);
	if (!file->json)
		return refuse(&reader, "it is no JSON");
	reader.objects = json_object_get(file->json, "storage_objects");
	targets = json_object_get(file->json, "targets");
	file->prefix = text_of(file->json, "prefix");
	if (!json_is_array(reader.objects) || !json_is_array(targets) || !is_name(file->prefix))
		return refuse(&reader, "it has storage_objects, targets and their prefix");
	return read_targets(&reader, targets);
}

void lio_file_free(struct lio_file *file)
{
	json_decref(file->json);
	free(file->offers);
	free(file->portals);
	*file = (struct lio_file){ 0 };
}

/* --- putting it in force ---------------------------------------------------------------------- */

/* The first of several faults counts; all are told. */
static void note(const struct log *log, const struct fault *fault, struct fault *first)
{
	log_fault(log, fault);
	if (!first->error)
		*first = *fault;
}

static bool has(const struct lio_file *file, const char *name)
{
	for (size_t i = 0; i < file->count; i++)
		if (!strcmp(file->offers[i].name, name))
			return true;
	return false;
}

/* Targets with the prefix, but for those of the file when it is to stay; others are not ours. */
static void withdraw(const struct lio_file *file, const struct target_server *server, bool all,
		     const struct log *log, struct fault *first)
{
	struct target_list list = { 0 };
	struct fault fault = { 0 };

	if (target_list(server, &list, &fault))
		note(log, &fault, first);
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.targets[i].name;

		if (strncmp(name, file->prefix, strlen(file->prefix)) != 0 ||
		    (!all && has(file, name)))
			continue;
		if (target_withdraw(server, name, &fault))
			note(log, &fault, first);
	}
	target_list_free(&list);
}

int lio_file_restore(const struct lio_file *file, const struct target_server *server,
		     const struct log *log, struct fault *fault)
{
	*fault = (struct fault){ 0 };
	withdraw(file, server, false, log, fault);
	for (size_t i = 0; i < file->count; i++) {
		struct fault story = { 0 };

		if (target_offer(server, &file->offers[i], &story))
			note(log, &story, fault);
	}
	return -fault->error;
}

int lio_file_withdraw(const struct lio_file *file, const struct target_server *server,
		      const struct log *log, struct fault *fault)
{
	*fault = (struct fault){ 0 };
	withdraw(file, server, true, log, fault);
	return -fault->error;
}
