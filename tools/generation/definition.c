// SPDX-License-Identifier: GPL-2.0-only
/* From cluster.yaml to the list of files that would be in force; see definition.h. */
#include "tools/generation/definition.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/cluster/findings.h"
#include "tools/generate/generate.h"
#include "tools/generation/listing.h"
#include "tools/generation/this_host.h"
#include "tools/lab/definition.h"
#include "tools/memory/tokens.h"
#include "tools/target/secrets.h"
#include "userspace/lib/fs.h"

#define INPUT_BYTES_MAX ((size_t)256 << 20)

static void tell_findings(const struct findings *findings)
{
	struct text text = { 0 };

	findings_to_text(findings, &text);
	fputs(text_string(&text), stderr);
	text_free(&text);
}

static int load_cluster(struct cluster *cluster, const struct definition_options *options,
			struct fault *fault)
{
	struct findings findings = { 0 };
	int error = cluster_load(cluster, options->cluster, &findings, fault);

	tell_findings(&findings);
	if (error == -EINVAL && findings.errors) {
		char hint[sizeof(fault->hint)];

		snprintf(hint, sizeof(hint), "it has %zu error%s; nothing was changed",
			 findings.errors, findings.errors == 1 ? "" : "s");
		error = -EBADMSG;
		fault_set(fault, EINVAL, "use the definition", options->cluster, hint);
	}
	findings_free(&findings);
	return error;
}

static int hash_file(crypto_hash_sha256_state *state, const char *path, struct fault *fault)
{
	size_t length;
	char *text;
	int error = fs_read_regular_file(path, INPUT_BYTES_MAX, &text, &length, fault);

	if (!error)
		crypto_hash_sha256_update(state, (const unsigned char *)text, length);
	free(text);
	return error;
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".yaml");
}

static int hash_drop_ins(crypto_hash_sha256_state *state, const char *directory,
			 struct fault *fault)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_drop_in, alphasort);
	int error = 0;

	for (int i = 0; i < count; i++) {
		char *path = error ? NULL : fs_join(directory, entries[i]->d_name);

		if (path)
			error = hash_file(state, path, fault);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return error;
}

/* Tells two definitions apart in the history; what is in force is told by the files' hashes. */
static int hash_input(const char *path, uint8_t hash[static MANIFEST_HASH_BYTES],
		      struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	crypto_hash_sha256_state state;
	char *directory;
	int error;

	if (asprintf(&directory, "%.*snodes.d", slash ? (int)(slash - path + 1) : 0, path) < 0)
		return fault_set(fault, ENOMEM, "read", path, NULL);
	crypto_hash_sha256_init(&state);
	error = hash_file(&state, path, fault);
	if (!error)
		error = hash_drop_ins(&state, directory, fault);
	crypto_hash_sha256_final(&state, hash);
	free(directory);
	return error;
}

/* Who runs this; behind sudo the person and not root. */
static char *find_user(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());
	char *name;

	if (getuid() == 0 && sudo && *sudo)
		name = strdup(sudo);
	else if (user)
		name = strdup(user->pw_name);
	else if (asprintf(&name, "%u", (unsigned int)getuid()) < 0)
		name = NULL;
	for (char *byte = name; byte && *byte; byte++)
		if ((unsigned char)*byte < ' ')
			*byte = '?';
	return name;
}

static int describe(struct definition *definition, const struct cluster *cluster,
		    const struct definition_options *options, const struct store *store,
		    struct fault *fault)
{
	struct manifest *manifest = &definition->manifest;
	const struct cluster_server *server = NULL;
	time_t now = time(NULL);
	struct tm utc;
	int error = this_host_find(cluster, options->server, options->any_server, &server, fault);

	if (error)
		return error;
	definition->server = strdup(server ? server->name : "");
	definition->url = server ? this_host_url(server) : strdup("");
	definition->user = find_user();
	if (!definition->server || !definition->url || !definition->user)
		return fault_set(fault, ENOMEM, "load definition", options->cluster, NULL);
	manifest->server = definition->server;
	manifest->url = definition->url;
	manifest->user = definition->user;
	manifest->owner = store->owner != geteuid() ? STORE_OWNER : "";
	strftime(manifest->time, sizeof(manifest->time), "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&now, &utc));
	return hash_input(options->cluster, manifest->input, fault);
}

static int generate_set(struct definition *definition, const struct cluster *cluster,
			const struct definition_options *options, const struct store *store,
			struct fault *fault)
{
	struct secrets secrets = { 0 };
	struct tokens tokens = { 0 };
	struct generate_options generate_options = { .state = store->path,
						     .cache = options->cache,
						     .secrets = &secrets,
						     .tokens = &tokens,
						     .log = options->log };
	/* Who only looks makes nothing. */
	int error = store->lock >= 0 ? secrets_make(store->path, cluster, fault) : 0;

	if (!error)
		error = secrets_load(&secrets, store->path, cluster, fault);
	if (!error && store->lock >= 0)
		error = tokens_make(store->path, cluster, fault);
	if (!error)
		error = tokens_load(&tokens, store->path, cluster, fault);
	if (!error)
		error = generate(cluster, &generate_options, &definition->set, fault);
	secrets_free(&secrets);
	tokens_free(&tokens);
	return error;
}

static int list_set(struct definition *definition, const struct store *store, struct fault *fault)
{
	struct sources sources = { 0 };
	int error;

	sources_load(&sources, store->fd);
	error = listing_make(&definition->manifest, &definition->set, &sources, fault);
	if (!error && store->lock >= 0)
		sources_save(&sources, store->fd);
	sources_free(&sources);
	return error;
}

int definition_load(struct definition *definition, const struct definition_options *options,
		    const struct store *store, struct fault *fault)
{
	struct cluster cluster = { 0 };
	int error = load_cluster(&cluster, options, fault);

	if (!error && options->lab)
		lab_adapt_cluster(&cluster);
	if (!error)
		error = describe(definition, &cluster, options, store, fault);
	if (!error)
		error = generate_set(definition, &cluster, options, store, fault);
	if (!error)
		error = list_set(definition, store, fault);
	cluster_free(&cluster);
	return error;
}

void definition_free(struct definition *definition)
{
	manifest_free(&definition->manifest);
	file_set_free(&definition->set);
	free(definition->server);
	free(definition->url);
	free(definition->user);
	*definition = (struct definition){ 0 };
}
