// SPDX-License-Identifier: GPL-2.0-only
/* Bringing a definition into force; see apply.h. */
#include "tools/generation/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/generate/output.h"
#include "tools/generation/current.h"
#include "tools/generation/definition.h"
#include "tools/generation/deploy.h"
#include "tools/generation/remains.h"
#include "tools/generation/verify.h"

/* One change of the state, from the lock on. */
struct change_of_state {
	const struct apply_options *options;
	struct store store;
	struct deployment deployment;
	struct manifest current; /* of what is in force; empty: nothing is */
	unsigned int lost; /* in force, but it cannot be read; 0: nothing like that */
};

/* Generated files name files below the state; see that they can before anything is made there. */
static int check_path(const char *path, struct fault *fault)
{
	struct store store;
	int error = store_open(&store, path, false, fault);

	/* What ".." leads to is known only when it is there; it is checked when files name it. */
	if (!error && (store.fd >= 0 || !strstr(store.path, "..")))
		error = output_check_path("state directory", store.path, fault);
	store_close(&store);
	return error;
}

/* Open the state, which is made if need be and @make. */
static int open_state(struct change_of_state *state, bool make, struct fault *fault)
{
	const char *path = state->options->state;
	int error = check_path(path, fault);

	if (!error)
		error = store_open(&state->store, path, make, fault);
	if (!error &&
	    (state->store.fd < 0 || state->store.generations < 0 || state->store.objects < 0))
		error = fault_set(fault, ENOENT, "open state directory", path,
				  "`wireroot apply` makes it");
	return error;
}

/* Lock the state, tidy it up, and see what is in force. end() must be called in any case. */
static int begin(struct change_of_state *state, const struct apply_options *options, bool make,
		 struct fault *fault)
{
	struct deployment *deployment = &state->deployment;
	int error;

	*state = (struct change_of_state){ .options = options };
	/* The users of wirerootd and dnsmasq have to get in, whatever the administrator's mask is.
	 */
	umask(0022);
	*deployment = (struct deployment){ .store = &state->store, .log = options->log };
	state->store = (struct store){ .fd = -1, .generations = -1, .objects = -1, .lock = -1 };
	error = open_state(state, make, fault);
	deployment->services.log = options->log;
	if (!error)
		error = services_read(&deployment->services, options->services, fault);
	deployment->etc = options->etc;
	if (!options->etc && deployment->services.kind == SERVICES_SYSTEMD)
		deployment->etc = "/etc";
	if (!error)
		error = store_lock(&state->store, options->command, options->log, fault);
	if (!error)
		error = store_clean(&state->store, fault);
	if (!error)
		error = deploy_resume(deployment, fault);
	return error ? error
		     : current_read(&state->store, &state->current, &state->lost, options->log,
				    fault);
}

static void end(struct change_of_state *state)
{
	manifest_free(&state->current);
	store_close(&state->store);
}

/* A node may run what was lost, so that its number is not given again. */
static int next_number(const struct change_of_state *state, unsigned int *number,
		       struct fault *fault)
{
	unsigned int *numbers;
	size_t count;
	int error = store_list(&state->store, &numbers, &count, fault);

	if (!error)
		*number = count ? numbers[count - 1] + 1 : 1;
	if (!error && *number <= state->lost)
		*number = state->lost + 1;
	free(numbers);
	return error;
}

/* Fill in what only now is known; false in *@changed: there is nothing to do. */
static int compare(const struct change_of_state *state, struct manifest *new,
		   struct apply_result *result, struct fault *fault)
{
	struct difference difference = { 0 };
	int error = difference_find(&difference, &state->current, new, fault);

	memcpy(result->counts, difference.counts, sizeof(result->counts));
	/* The first generation may be empty, and is one all the same. */
	result->changed = difference.count > 0 || !state->current.generation;
	result->from = state->current.generation;
	new->added = difference.counts[CHANGE_ADDED];
	new->changed = difference.counts[CHANGE_CHANGED];
	new->removed = difference.counts[CHANGE_REMOVED];
	new->from = state->current.generation;
	new->command = state->options->command;
	difference_free(&difference);
	return error ? error : next_number(state, &new->generation, fault);
}

/* Say where the tree of a refused generation can be looked at, unless the disk is full. */
static void set_aside(struct change_of_state *state, unsigned int generation, int why)
{
	struct fault fault = { 0 };
	char *path = NULL;
	int error = store_refuse(&state->store, generation, &path, &fault);

	if (!error && why == -ENOSPC)
		error = store_clean(&state->store, &fault);
	if (error)
		log_fault(state->options->log, &fault);
	else if (path && why != -ENOSPC)
		log_line(state->options->log, LOG_LEVEL_NOTICE, "what was refused is kept in %s",
			 path);
	free(path);
}

static int build(struct change_of_state *state, const struct file_set *set,
		 const struct manifest *new, struct fault *fault)
{
	char *tree = store_unfinished_path(&state->store, new->generation);
	int error = tree ? store_build(&state->store, set, new, &state->current, fault)
			 : fault_set(fault, ENOMEM, "build generation", "", NULL);

	if (!error) {
		error = deploy_verify(&state->deployment, &state->current, new, tree, fault);
		if (error)
			set_aside(state, new->generation, error);
	}
	free(tree);
	return error ? error : store_finish(&state->store, new, fault);
}

static int put_in_force(struct change_of_state *state, struct definition *definition,
			struct apply_result *result, struct fault *fault)
{
	struct manifest *new = &definition->manifest;
	int error = compare(state, new, result, fault);

	result->generation = state->current.generation;
	if (error)
		return error;
	if (!result->changed)
		return deploy_refresh(&state->deployment, &state->current, fault);
	error = deploy_check(&state->deployment, new, fault);
	if (!error)
		error = build(state, &definition->set, new, fault);
	if (error)
		return error;
	error = deploy_switch(&state->deployment, &state->current, new, fault);
	if (error)
		set_aside(state, new->generation, error);
	else
		result->generation = new->generation;
	return error;
}

static int load(struct change_of_state *state, struct definition *definition, struct fault *fault)
{
	struct definition_options options = {
		.cluster = state->options->cluster,
		.cache = state->options->cache,
		.server = state->options->server,
		.any_server = state->deployment.services.kind == SERVICES_NONE,
		.lab = state->options->lab || state->deployment.services.kind == SERVICES_LAB,
		.log = state->options->log,
	};

	return definition_load(definition, &options, &state->store, fault);
}

/* That old generations stay is not worth failing for. */
static void prune_after(struct change_of_state *state)
{
	struct fault fault = { 0 };

	if (remains_prune(&state->store, state->options->keep, state->deployment.services.lab,
			  state->options->log, NULL, &fault))
		log_fault(state->options->log, &fault);
}

int apply(const struct apply_options *options, struct apply_result *result, struct fault *fault)
{
	struct definition definition = { 0 };
	struct change_of_state state;
	int error = begin(&state, options, true, fault);

	*result = (struct apply_result){ 0 };
	if (!error)
		error = load(&state, &definition, fault);
	if (!error)
		error = put_in_force(&state, &definition, result, fault);
	if (!error && result->changed)
		prune_after(&state);
	definition_free(&definition);
	end(&state);
	return error;
}

/* The one that was in force before, or, when it is gone, the next lower one. */
static int find_before(const struct change_of_state *state, unsigned int *generation,
		       struct fault *fault)
{
	unsigned int *numbers;
	size_t count;
	int error = store_list(&state->store, &numbers, &count, fault);

	*generation = 0;
	for (size_t i = 0; !error && i < count && numbers[i] < state->current.generation; i++) {
		*generation = numbers[i];
		if (numbers[i] == state->current.from)
			break;
	}
	free(numbers);
	if (!error && !*generation)
		error = fault_set(fault, ENOENT, "go back", "there is no generation before",
				  "`wireroot history` lists those that there are");
	return error;
}

static int go_to(struct change_of_state *state, unsigned int generation,
		 struct apply_result *result, struct fault *fault)
{
	struct manifest target = { 0 };
	char *tree = store_tree_path(&state->store, generation);
	struct difference difference = { 0 };
	int error = store_read_manifest(&state->store, generation, &target, fault);

	if (!error)
		error = difference_find(&difference, &state->current, &target, fault);
	memcpy(result->counts, difference.counts, sizeof(result->counts));
	difference_free(&difference);
	if (!error)
		error = verify_tree(&state->store, &target, fault);
	if (!error)
		error = deploy_check(&state->deployment, &target, fault);
	if (!error)
		error = deploy_verify(&state->deployment, &state->current, &target, tree, fault);
	if (!error)
		error = deploy_switch(&state->deployment, &state->current, &target, fault);
	if (!error) {
		result->changed = true;
		result->generation = generation;
	}
	manifest_free(&target);
	free(tree);
	return error;
}

int rollback(const struct apply_options *options, unsigned int generation,
	     struct apply_result *result, struct fault *fault)
{
	struct change_of_state state;
	int error = begin(&state, options, false, fault);

	*result = (struct apply_result){ .generation = state.current.generation,
					 .from = state.current.generation };
	if (!error && !state.current.generation && !generation)
		error = fault_set(fault, ENOENT, "go back", "no generation is in force",
				  "`wireroot apply` makes the first");
	if (!error && !generation)
		error = find_before(&state, &generation, fault);
	if (!error && generation != state.current.generation)
		error = go_to(&state, generation, result, fault);
	end(&state);
	return error;
}

int prune(const struct apply_options *options, struct remains_report *report, struct fault *fault)
{
	struct change_of_state state;
	int error = begin(&state, options, false, fault);

	if (!error)
		error = remains_prune(&state.store, options->keep, state.deployment.services.lab,
				      options->log, report, fault);
	end(&state);
	return error;
}
