// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the nodes are, as a genders(3) database: pdsh and its like choose nodes by it.
 *
 * "n01 profile=compute,image=debian12,network=boot,server=boot1,root=nfs,rack1": the profile with
 * the greatest authority, and each group as an attribute of its own. An attribute stands once a
 * node; a group that is called as one of ours is written with "group-" before it.
 */
#include "tools/generate/output.h"

#include <string.h>

static const char *const ours[] = { "profile", "image", "network", "server", "root" };

static int add_value(struct text *text, const char *separator, const char *name, const char *value,
		     struct fault *fault)
{
	int error = output_check_name(name, value, fault);

	text_add(text, separator);
	text_add(text, name);
	text_add(text, "=");
	text_add(text, value);
	return error;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcmp(ours[i], name))
			return true;
	return false;
}

static int add_node(struct text *text, const struct cluster_node *node, struct fault *fault)
{
	const char *profile =
		node->profiles.count ? node->profiles.words[node->profiles.count - 1] : NULL;
	int error = output_check_name("node", node->name, fault);

	text_add(text, node->name);
	text_add(text, " ");
	if (!error && profile)
		error = add_value(text, "", "profile", profile, fault);
	if (!error)
		error = add_value(text, profile ? "," : "", "image", node->image->name, fault);
	if (!error)
		error = add_value(text, ",", "network", node->network->name, fault);
	if (!error)
		error = add_value(text, ",", "server", node->server->name, fault);
	text_add(text, node->root == ROOT_ISCSI ? ",root=iscsi" : ",root=nfs");
	for (size_t i = 0; !error && i < node->groups.count; i++) {
		error = output_check_name("group", node->groups.words[i], fault);
		text_add(text, is_ours(node->groups.words[i]) ? ",group-" : ",");
		text_add(text, node->groups.words[i]);
	}
	text_add(text, "\n");
	return error;
}

int generate_genders(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	struct text text = { 0 };
	int error = 0;

	text_add(&text, OUTPUT_COMMENT);
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		error = add_node(&text, &cluster->nodes[i], fault);
	if (!error)
		return output_add(set, 0644, &text, fault, "genders");
	text_free(&text);
	return error;
}
