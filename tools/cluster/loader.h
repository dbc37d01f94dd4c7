/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A definition while it is being loaded: what the steps of cluster_load() share. Private to this
 * folder.
 *
 * The steps, in their order: sources.c reads the files; fields.c reads a map by the table of keys;
 * sections.c, networks.c, servers.c with portals.c, storages.c, images.c and memory.c make what has
 * names; settings.c reads what is said of profiles and nodes; inherit.c puts profiles in order;
 * entries.c finds out which nodes there are; resolve.c decides each node's values, with words.c for
 * lists that add up; check_nodes.c, memory.c and check_files.c look at the outcome. A step goes on
 * behind a mistake, so that one run finds all; what cannot be used is left out. Running out of
 * memory is remembered in ->no_memory.
 */
#ifndef WIREROOT_CLUSTER_LOADER_H
#define WIREROOT_CLUSTER_LOADER_H

#include "tools/cluster/arena.h"
#include "tools/cluster/cluster.h"
#include "tools/cluster/findings.h"
#include "tools/cluster/gather.h"
#include "tools/cluster/names.h"
#include "tools/cluster/nodeset.h"
#include "tools/cluster/table.h"
#include "tools/cluster/yaml_tree.h"

/* A file of the definition. */
struct source {
	const char *path;
	char *text; /* freed by free_sources() */
	size_t length;
	const struct yaml_node *root; /* NULL: empty or broken */
};

/* One word of a list, with its place. */
struct placed_word {
	const char *text;
	struct place place;
	unsigned int length; /* characters */
	bool exact; /* see struct yaml_node */
};

/* One key with its value, in an entry for nodes or in a profile. */
struct setting {
	enum node_key key;
	const struct yaml_node *name, *value;
	const char *text; /* NULL: back to the default; of a list, its words with commas */
	const struct placed_word *words; /* of a list */
	size_t word_count;
};

/* A profile's or an entry's settings. */
struct settings {
	const char *origin; /* "profile compute", "nodes n[01-16]" */
	const struct yaml_node *name;
	struct setting *list;
	size_t count;
	struct cluster_variable *variables;
	size_t variable_count;
	/* Of an entry, by the position of the node in it: ranges dealt out; NULL: the setting's
	 * text is for the only node. */
	const char *const *macs, *const *addresses;
};

/* Profiles with the greatest authority first. */
struct profile_order {
	const struct profile *const *profiles;
	size_t count;
	bool incomplete; /* something was wrong, and was reported */
};

struct profile {
	const char *name;
	struct settings settings;
	enum { PROFILE_NEW, PROFILE_BUSY, PROFILE_DONE } state; /* of finding its order */
	const struct profile *heir; /* who made us look for its order; NULL: nobody */
	struct profile_order order; /* itself first */
};

/* A node of which only the name is known, and who speaks of it. */
struct draft {
	const char *name;
	struct place place; /* of the first entry */
	size_t first, count; /* in loader->contributions, once they are sorted */
	struct word_list groups;
};

/* An entry that speaks of a node. */
struct contribution {
	struct draft *draft;
	const struct settings *settings;
	size_t position; /* of the node in the entry's set */
};

struct loader {
	struct cluster *cluster;
	struct arena *arena;
	struct findings *findings;
	const struct cluster_options *options;
	const char *directory; /* of cluster.yaml */
	struct source *sources; /* cluster.yaml first */
	size_t source_count;
	/* By name: struct cluster_network, _server, _storage, _image, _group, struct profile,
	 * struct draft. */
	struct table networks, servers, storages, images, groups, racks, profiles, drafts;
	struct table lower_names; /* drafts again, by names in lower case */
	struct table orders; /* struct profile_order by the text of `profiles` */
	struct table sums; /* struct word_sum, by the settings that add up */
	struct table variable_sets; /* struct variable_set, by the settings that have some */
	size_t nodes_max;
	/* What sets of nodes may still name, groups in groups included; 0: too much was named, and
	 * that was reported. */
	size_t set_work;
	bool too_many_nodes; /* reported */
	bool joining_groups; /* when what is wrong with one is told */
	bool entries_left_out, networks_left_out,
		roles_left_out; /* what they are for cannot be read: reported */
	struct draft **draft_list;
	size_t draft_count, draft_capacity;
	struct contribution *contributions;
	size_t contribution_count, contribution_capacity;
	/* Of each node of the cluster, the list that its drivers are from, or NULL. */
	const struct setting **driver_lists;
	struct gather gather;
	bool no_memory;
};

/* Zeros, or NULL with ->no_memory set. */
void *loader_alloc(struct loader *loader, size_t size);
/* What arena_printf() gives, or NULL with ->no_memory set. */
char *loader_printf(struct loader *loader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* table_put() by a string. */
void loader_put(struct loader *loader, struct table *table, const char *name, void *value);
void *loader_find(const struct table *table, const char *name);

/* --- sources.c --- */

/* 0 or -errno with @fault for a file that cannot be read; broken YAML is a finding. */
int read_sources(struct loader *loader, const char *path, struct fault *fault);
void free_sources(struct loader *loader);
/* A file that the definition names, relative to cluster.yaml, or absolute. */
const char *source_relative(struct loader *loader, const char *path);

/* --- fields.c --- */

struct field {
	const struct yaml_node *name, *value; /* NULL: not given, or reported and not usable */
};

/* An error about @node. @suggestion may be NULL. */
void loader_report(struct loader *loader, const struct yaml_node *node, const char *suggestion,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Where byte @offset of @node's text stands, if that can be told; else where the text begins. */
struct place place_within(const struct yaml_node *node, size_t offset);

/*
 * Fill in @fields, as many as @section has keys, from @map. What is there but cannot be used is
 * reported, and what is required and not there, at @name, which is called @what ("network boot").
 */
void fields_read(struct loader *loader, const struct yaml_node *name, const struct yaml_node *map,
		 enum section section, const char *what, struct field *fields);

/* Is @map one? If not, and it is not empty, that is reported. */
bool expect_map(struct loader *loader, const struct yaml_node *name, const struct yaml_node *map,
		const char *wants);

/*
 * Report the key @name, which @section does not have under @prefix ("", "lab."), as one of @what.
 * The name that may have been meant, without @prefix, or NULL.
 */
const char *report_unknown_key(struct loader *loader, const struct yaml_node *name,
			       enum section section, const char *prefix, const char *what);

/* The field's text, or the key's fallback (may be NULL). */
const char *field_text(const struct field *fields, enum section section, int key);

/*
 * Split a list, or the text that stands for one, into words that @key accepts; others are reported.
 * Returns NULL when there are none.
 */
const struct placed_word *read_words(struct loader *loader, const struct key *key,
				     const struct yaml_node *value, size_t *count);

/* Is @value, of the key @name, one text that @key accepts? If not, that is reported. */
bool accept_value(struct loader *loader, const struct key *key, const struct yaml_node *name,
		  const struct yaml_node *value);

/* The pairs of a map of names in the order of the names, those with a bad name left out. */
const struct yaml_pair **sorted_pairs(struct loader *loader, const struct field *field,
				      const char *what, size_t *count);

/* What is called @text in @table, or NULL with a report of an unknown @what at @node. */
void *find_named(struct loader *loader, const struct table *table, const char *what,
		 const struct yaml_node *node, const char *text);

/* --- sections.c, networks.c, servers.c, storages.c, images.c, memory.c --- */

void read_cluster(struct loader *loader, const struct field *top);
void read_groups(struct loader *loader, const struct field *field);
void read_networks(struct loader *loader, const struct field *field);
void read_servers(struct loader *loader, const struct field *field);
void read_storages(struct loader *loader, const struct field *field);
void read_images(struct loader *loader, const struct field *field);
void read_memory(struct loader *loader, const struct field *field);

/* Is @address one that a machine in @network can have? If not, why. */
const char *address_problem(const struct cluster_network *network, uint32_t address);
bool network_contains(const struct cluster_network *network, uint32_t address);
/* The network that @address is in, or NULL; networks that overlap were reported. */
const struct cluster_network *network_at(const struct cluster *cluster, uint32_t address);
/* Are there networks, and has each a subnet that could be read? If not, that was reported. */
bool networks_are_usable(const struct loader *loader);
/* Are there servers, and could the roles of each be read? If not, that was reported. */
bool servers_are_usable(const struct loader *loader);
bool range_contains(const struct cluster_network *network, uint32_t address);

/* --- portals.c --- */

/* What to write in the place of @text, which is no portal. */
const char *portal_meant(const char *text);
/* Where nodes log in to @server, whose address and roles are known. */
void read_portals(struct loader *loader, const struct field *field, struct cluster_server *server);
/* Fill in where @node logs in to ->iscsi: at the portals @words, or without any at all of them. */
void choose_portals(struct loader *loader, struct cluster_node *node,
		    const struct placed_word *words, size_t words_count);
/* Who of the first @count servers has @address, be it as that of a portal, or NULL. */
const struct cluster_server *server_at(const struct cluster *cluster, uint32_t address,
				       size_t count);

/* --- settings.c, inherit.c, entries.c --- */

void read_profiles(struct loader *loader, const struct field *field);
/* All of @entries, the map below nodes: or a drop-in. */
void read_entries(struct loader *loader, const struct yaml_node *entries);
void read_settings(struct loader *loader, const struct yaml_node *map, bool of_profile,
		   struct settings *settings);
const struct setting *find_setting(const struct settings *settings, enum node_key key);

/* Give every profile its order. */
void order_profiles(struct loader *loader);
/* The order of the profiles that @setting names; NULL with a report when there is none. */
const struct profile_order *order_of(struct loader *loader, const struct setting *setting);

/* Tell every node which groups it is in, and sort contributions by node and nodes by name. */
void finish_drafts(struct loader *loader);

/*
 * Expand the node set that stands at @node (of the text @text) in the order of writing. Returns
 * false with a report when that is not possible; a definition whose sets name too much is told so
 * once.
 */
bool expand_set(struct loader *loader, const struct yaml_node *node, const char *text,
		struct nodeset_names *names);

/* --- resolve.c, check_nodes.c, check_files.c --- */

void resolve_nodes(struct loader *loader);
void check_nodes(struct loader *loader);
/* Judge @text, which stands at @value as a node's swap:. */
void check_swap(struct loader *loader, const struct yaml_node *value, const char *text);
/* Who lends and who borrows, once all nodes are known. */
void check_memory(struct loader *loader);

/* Find an image's kernel, modules and firmware. */
void find_image_files(struct loader *loader, struct cluster_image *image,
		      const struct field *fields, const struct yaml_node *name);
/* Are all modules that nodes name there? */
void check_drivers(struct loader *loader);
void read_templates(struct loader *loader, const struct field *field);

#endif
