// SPDX-License-Identifier: GPL-2.0-only
/* Tokens of those who lend and borrow memory; see tokens.h. */
#include "tools/memory/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/target/secret_files.h"
#include "userspace/lib/fs.h"

#define FILE_BYTES_MAX 4096
/* No member's name begins with a dot. */
#define ADMIN_NAME ".admin-token"
#define NAME_BYTES (63 + sizeof(".token")) /* a member's name has 63 */

/* What a token is in a preview, before it is made. */
static const char to_come[] = "to.be.made.by.apply";

bool tokens_needed_by(const struct cluster_node *node)
{
	return node->swap || node->borrow || node->lend;
}

static void file_name(const char *member, char name[static NAME_BYTES])
{
	if (member)
		snprintf(name, NAME_BYTES, "%s.token", member);
	else
		snprintf(name, NAME_BYTES, "%s", ADMIN_NAME);
}

/* --- making them ------------------------------------------------------------------------------ */

/* *@made: there was none. */
static int make_one(int directory, const char *member, bool *made)
{
	char name[NAME_BYTES], text[TOKEN_LENGTH + 2];
	int error;

	file_name(member, name);
	if (faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	secret_make(text, TOKEN_LENGTH);
	text[TOKEN_LENGTH] = '\n';
	error = secret_files_write(directory, name, text, TOKEN_LENGTH + 1);
	sodium_memzero(text, sizeof(text));
	*made = true;
	return error;
}

static int make_missing(int directory, const struct cluster *cluster, const char *state,
			struct fault *fault)
{
	bool made = false;
	int error = make_one(directory, NULL, &made);

	for (size_t i = 0; !error && i < cluster->memory.host_count; i++)
		error = make_one(directory, cluster->memory.hosts[i].name, &made);
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (tokens_needed_by(&cluster->nodes[i]))
			error = make_one(directory, cluster->nodes[i].name, &made);
	if (!error && made && fsync(directory) < 0)
		error = -errno;
	return error ? fault_set(fault, error, "make tokens in", state, NULL) : 0;
}

int tokens_make(const char *state, const struct cluster *cluster, struct fault *fault)
{
	int fd, error;

	if (!cluster->memory.used)
		return 0;
	if (sodium_init() < 0)
		return fault_set(fault, EIO, "make tokens", "no random numbers", NULL);
	fd = secret_files_open(state, fault);
	if (fd < 0)
		return fd;
	error = make_missing(fd, cluster, state, fault);
	close(fd);
	return error;
}

/* --- reading them ----------------------------------------------------------------------------- */

static bool take_token(const char *text, size_t length, char token[static TOKEN_BYTES])
{
	if (length && text[length - 1] == '\n')
		length--;
	if (length < TOKEN_LENGTH_MIN || length > TOKEN_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!secret_character(text[i]))
			return false;
	memcpy(token, text, length);
	token[length] = '\0';
	return true;
}

int tokens_read_one(const char *state, const char *member, char token[static TOKEN_BYTES],
		    struct fault *fault)
{
	char name[NAME_BYTES], path[PATH_MAX], *text;
	size_t length;
	int error;

	file_name(member, name);
	if (snprintf(path, sizeof(path), "%s/" SECRETS_DIRECTORY "/%s", state, name) >=
	    (int)sizeof(path))
		return fault_set(fault, ENAMETOOLONG, "read token", state, NULL);
	error = fs_read_regular_file(path, FILE_BYTES_MAX, &text, &length, fault);
	if (error)
		return error;
	if (!take_token(text, length, token))
		error = fault_set(fault, EINVAL, "read token", path,
				  "it is one line of 16 to 128 letters, digits, '.', '_' and '-'");
	sodium_memzero(text, length);
	free(text);
	return error;
}

static int load_one(const char *state, const char *member, char token[static TOKEN_BYTES],
		    struct fault *fault)
{
	int error = tokens_read_one(state, member, token, fault);

	if (error == -ENOENT)
		snprintf(token, TOKEN_BYTES, "%s", to_come);
	return error == -ENOENT ? 0 : error;
}

static int load_member(struct tokens *tokens, size_t index, const char *state, const char *name,
		       struct fault *fault)
{
	int error = load_one(state, name, tokens->list[index], fault);

	if (!error && table_put(&tokens->by_member, name, strlen(name), tokens->list[index]))
		error = fault_set(fault, ENOMEM, "read tokens", state, NULL);
	return error;
}

int tokens_load(struct tokens *tokens, const char *state, const struct cluster *cluster,
		struct fault *fault)
{
	const struct cluster_memory *memory = &cluster->memory;
	int error;

	*tokens = (struct tokens){ 0 };
	if (!memory->used)
		return 0;
	tokens->list = calloc(memory->host_count + cluster->node_count + 1, sizeof(*tokens->list));
	if (!tokens->list)
		return fault_set(fault, ENOMEM, "read tokens", state, NULL);
	error = load_one(state, NULL, tokens->admin, fault);
	for (size_t i = 0; !error && i < memory->host_count; i++)
		error = load_member(tokens, i, state, memory->hosts[i].name, fault);
	for (size_t i = 0; !error && i < cluster->node_count; i++)
		if (tokens_needed_by(&cluster->nodes[i]))
			error = load_member(tokens, memory->host_count + i, state,
					    cluster->nodes[i].name, fault);
	return error;
}

const char *tokens_find(const struct tokens *tokens, const char *member)
{
	return tokens ? table_find(&tokens->by_member, member, strlen(member)) : NULL;
}

void tokens_free(struct tokens *tokens)
{
	table_free(&tokens->by_member);
	free(tokens->list);
	sodium_memzero(tokens->admin, sizeof(tokens->admin));
	*tokens = (struct tokens){ 0 };
}
