// SPDX-License-Identifier: GPL-2.0-only
/* Who uses an image; see uses.h. */
#include "tools/image/uses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cluster/findings.h"
#include "userspace/lib/fs.h"

/* An export has a line; nobody has so many images. */
#define EXPORTS_BYTES_MAX ((size_t)64 << 20)

static int load_definition(struct image_uses *uses, const char *path, bool required,
			   struct fault *fault)
{
	const struct cluster_options options = { .skip_files = true };
	struct findings findings = { 0 };
	char hint[sizeof(fault->hint)];
	int error;

	if (!required && access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	error = cluster_load_with(&uses->cluster, path, &options, &findings, fault);
	uses->defined = !error;
	if (error == -EINVAL) {
		snprintf(hint, sizeof(hint), "it has %zu mistake%s; see wireroot check",
			 findings.errors, findings.errors == 1 ? "" : "s");
		fault_set(fault, EINVAL, "find who uses images; read definition", path, hint);
	}
	findings_free(&findings);
	return error;
}

/* What cannot be asked is not known: that is for image_uses_running(). */
static void ask(struct image_uses *uses)
{
	char *url;
	int error = remains_url(&uses->store, uses->current, &url, &uses->unasked);

	if (url)
		error = remains_ask(&uses->remains, url, NULL, &uses->unasked);
	uses->asked = !error;
	free(url);
}

int image_uses_open(struct image_uses *uses, const char *cluster, bool required, const char *state,
		    struct fault *fault)
{
	int error;

	*uses = (struct image_uses){
		.store = { .fd = -1, .generations = -1, .objects = -1, .lock = -1 }
	};
	error = load_definition(uses, cluster, required, fault);
	if (!error)
		error = store_open(&uses->store, state, false, fault);
	if (!error)
		error = store_current(&uses->store, &uses->current, fault);
	if (!error)
		error = store_list(&uses->store, &uses->generations, &uses->generation_count,
				   fault);
	if (!error)
		ask(uses);
	return error;
}

void image_uses_close(struct image_uses *uses)
{
	cluster_free(&uses->cluster);
	store_close(&uses->store);
	free(uses->generations);
	remains_free(&uses->remains);
}

/* Do both lead to the same directory? They may be spelled differently. */
static bool is_same(const char *one, const char *other)
{
	char *left = realpath(one, NULL), *right = realpath(other, NULL);
	bool same = left && right ? !strcmp(left, right) : !strcmp(one, other);

	free(left);
	free(right);
	return same;
}

static int fold(struct nodeset *set, struct text *nodes, struct fault *fault)
{
	int error = nodeset_count(set) ? nodeset_fold(set, nodes, fault) : 0;

	if (!error && nodes->error)
		error = fault_set(fault, nodes->error, "list nodes", "", NULL);
	return error;
}

int image_uses_defined(const struct image_uses *uses, const char *path, struct text *nodes,
		       struct fault *fault)
{
	const struct cluster *cluster = &uses->cluster;
	const struct cluster_image *image = NULL;
	struct nodeset *set = nodeset_new();
	bool same = false;
	int error = set ? 0 : fault_set(fault, ENOMEM, "list nodes", "", NULL);

	for (size_t i = 0; !error && uses->defined && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (!node->image || !node->image->path)
			continue;
		if (node->image != image)
			same = is_same(node->image->path, path);
		image = node->image;
		if (same)
			error = nodeset_add_name(set, node->name, fault);
	}
	if (!error)
		error = fold(set, nodes, fault);
	nodeset_free(set);
	return error;
}

/* Is @path, and not one that only begins with it, in @text? */
static bool mentions(const char *text, const char *path)
{
	size_t length = strlen(path);

	for (const char *found = text; (found = strstr(found, path)); found += length)
		if (strchr(" \t\n\";", found[length]))
			return true;
	return false;
}

static bool is_exports(const char *path)
{
	const char *name = strrchr(path, '/');

	return strncmp(path, "servers/", 8) == 0 &&
	       (strcmp(name, "/exports") == 0 || strcmp(name, "/ganesha.conf") == 0);
}

static int look_at_file(const struct image_uses *uses, unsigned int generation, const char *name,
			const char *path, bool *exports, struct fault *fault)
{
	char *tree = store_tree_path(&uses->store, generation);
	char *file = tree ? fs_join(tree, name) : NULL, *text = NULL;
	size_t length;
	int error = file ? fs_read_file(file, EXPORTS_BYTES_MAX, &text, &length, fault)
			 : fault_set(fault, ENOMEM, "read exports", name, NULL);

	if (text)
		*exports |= mentions(text, path);
	free(text);
	free(file);
	free(tree);
	return error;
}

/* A damaged one may export anything. */
static int look_at(const struct image_uses *uses, unsigned int generation, const char *path,
		   bool *exports, struct fault *fault)
{
	struct manifest manifest;
	int error = store_read_manifest(&uses->store, generation, &manifest, fault);

	*exports = store_is_damaged(error);
	if (*exports)
		error = 0;
	for (size_t i = 0; !error && !*exports && i < manifest.count; i++)
		if (is_exports(manifest.entries[i].path))
			error = look_at_file(uses, generation, manifest.entries[i].path, path,
					     exports, fault);
	manifest_free(&manifest);
	return error;
}

/* Is @generation in force, or may somebody run it of whom nobody knows? */
static int may_be_needed(const struct image_uses *uses, unsigned int generation, bool *needed,
			 struct fault *fault)
{
	*needed = generation == uses->current || !uses->asked;
	if (*needed)
		return 0;
	return remains_may_be_run(&uses->remains, true, &uses->store, generation, needed, fault);
}

int image_uses_running(const struct image_uses *uses, const char *path, struct text *nodes,
		       unsigned int *generation, struct fault *fault)
{
	struct nodeset *all = nodeset_new();
	int error = all ? 0 : fault_set(fault, ENOMEM, "list nodes", "", NULL);

	*generation = 0;
	for (size_t i = 0; !error && i < uses->generation_count; i++) {
		unsigned int number = uses->generations[i];
		struct nodeset *users = remains_nodes(&uses->remains, number);
		bool exports = false, needed = false;

		error = may_be_needed(uses, number, &needed, fault);
		if (!error && (users || needed))
			error = look_at(uses, number, path, &exports, fault);
		if (error || !exports)
			continue;
		if (users)
			error = nodeset_combine(all, ',', users, fault);
		if (needed && (!*generation || number == uses->current))
			*generation = number;
	}
	if (!error)
		error = fold(all, nodes, fault);
	nodeset_free(all);
	return error;
}
