// SPDX-License-Identifier: GPL-2.0-only
/* The storages of a definition. */
#include <string.h>

#include "tools/cluster/loader.h"

/* What each type wants of the keys that not all have. */
static const struct {
	enum storage_key key;
	enum storage_type types[2]; /* that have it */
	const char *suggestion;
} places[] = {
	{ STORAGE_GROUP, { STORAGE_LVM_THIN, STORAGE_LVM }, "group: vg0, as vgs calls it" },
	{ STORAGE_POOL,
	  { STORAGE_LVM_THIN, STORAGE_LVM_THIN },
	  "pool: pool0, as lvs calls it, or type: lvm" },
	{ STORAGE_DIRECTORY, { STORAGE_FILE, STORAGE_FILE }, "directory: /srv/wireroot/disks" },
};

static enum storage_type read_type(const char *text)
{
	return strcmp(text, "file") == 0  ? STORAGE_FILE
	       : strcmp(text, "lvm") == 0 ? STORAGE_LVM
					  : STORAGE_LVM_THIN;
}

/* Every type has its own way of saying where it is. */
static void check_place(struct loader *loader, const struct yaml_pair *pair,
			const struct cluster_storage *storage, const struct field *fields)
{
	const struct key *keys = section_keys[SECTION_STORAGE].keys;
	const char *type = field_text(fields, SECTION_STORAGE, STORAGE_TYPE);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *name = keys[places[i].key].name;
		const struct yaml_node *given = yaml_find(pair->value, name);
		bool wanted =
			storage->type == places[i].types[0] || storage->type == places[i].types[1];

		if (wanted && (!given || yaml_is_empty(given)))
			loader_report(loader, pair->key, places[i].suggestion,
				      "storage %s has no %s, which type %s wants", storage->name,
				      name, type);
		else if (!wanted && fields[places[i].key].value)
			loader_report(loader, fields[places[i].key].name, "leave it out",
				      "storage %s is of type %s, which has no %s", storage->name,
				      type, name);
	}
}

/* The only server with the role iscsi; NULL with *@count of them when there is no such one. */
static const struct cluster_server *only_server(const struct cluster *cluster, size_t *count)
{
	const struct cluster_server *found = NULL;

	*count = 0;
	for (size_t i = 0; i < cluster->server_count; i++) {
		if (!(cluster->servers[i].roles & SERVER_ISCSI))
			continue;
		++*count;
		found = &cluster->servers[i];
	}
	return *count == 1 ? found : NULL;
}

static void choose_server(struct loader *loader, const struct field *fields,
			  const struct yaml_node *name, struct cluster_storage *storage)
{
	const struct yaml_node *value = fields[STORAGE_SERVER].value;
	size_t count;

	if (!value) {
		storage->server = only_server(loader->cluster, &count);
		if (!storage->server && servers_are_usable(loader))
			loader_report(loader, name,
				      count ? "server: with the one that has it"
					    : "add iscsi to the roles of a server",
				      count ? "storage %s has no server, and several servers have "
					      "the role iscsi"
					    : "storage %s has no server: none has the role iscsi",
				      storage->name);
		return;
	}
	storage->server = find_named(loader, &loader->servers, "server", value, value->text);
	if (storage->server && !(storage->server->roles & SERVER_ISCSI))
		loader_report(loader, value, "add iscsi to its roles, or name another server",
			      "server %s does not have the role iscsi", storage->server->name);
}

/* Nodes' disks are called DIRECTORY/NODE.img, however many slashes stand at its end. */
static const char *without_slashes(struct loader *loader, const char *directory)
{
	size_t length = directory ? strlen(directory) : 0;

	while (length > 1 && directory[length - 1] == '/')
		length--;
	return directory ? loader_printf(loader, "%.*s", (int)length, directory) : NULL;
}

static void read_storage(struct loader *loader, const struct yaml_pair *pair,
			 struct cluster_storage *storage)
{
	struct field fields[STORAGE_KEY_COUNT];
	const char *what = loader_printf(loader, "storage %s", pair->key->text);

	storage->name = pair->key->text;
	storage->place = pair->key->place;
	expect_map(loader, pair->key, pair->value, "what a storage has");
	fields_read(loader, pair->key, pair->value, SECTION_STORAGE, what ? what : "", fields);
	storage->type = read_type(field_text(fields, SECTION_STORAGE, STORAGE_TYPE));
	storage->group = field_text(fields, SECTION_STORAGE, STORAGE_GROUP);
	storage->pool = field_text(fields, SECTION_STORAGE, STORAGE_POOL);
	storage->directory =
		without_slashes(loader, field_text(fields, SECTION_STORAGE, STORAGE_DIRECTORY));
	/* Of a type that there is not, nothing more can be said. */
	if (pair->value->kind == YAML_MAP &&
	    (fields[STORAGE_TYPE].value || !yaml_find(pair->value, "type")))
		check_place(loader, pair, storage, fields);
	choose_server(loader, fields, pair->key, storage);
}

void read_storages(struct loader *loader, const struct field *field)
{
	struct cluster *cluster = loader->cluster;
	size_t count;
	const struct yaml_pair **pairs = sorted_pairs(loader, field, "a storage", &count);

	cluster->storages = loader_alloc(loader, count * sizeof(*cluster->storages));
	if (!cluster->storages)
		return;
	cluster->storage_count = count;
	for (size_t i = 0; i < count; i++) {
		read_storage(loader, pairs[i], &cluster->storages[i]);
		loader_put(loader, &loader->storages, cluster->storages[i].name,
			   &cluster->storages[i]);
	}
}
