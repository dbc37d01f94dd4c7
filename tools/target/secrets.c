// SPDX-License-Identifier: GPL-2.0-only
/* The secrets of nodes and their iSCSI targets; see secrets.h. */
#include "tools/target/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define FILE_BYTES_MAX 4096
#define NAME_FORMAT    "%s.chap"
#define NAME_BYTES     (63 + sizeof(".chap")) /* a node's name has 63 */

/* What a node's secrets are in a preview, before they are made. */
static const struct chap_secrets to_come = { "to.be.made.by.apply", "to.be.made.by.apply." };

/* --- the file --------------------------------------------------------------------------------- */

static int refuse(const char *name, const char *why, struct fault *fault)
{
	return fault_set(fault, EINVAL, "read CHAP secrets", name, why);
}

/* The value of "@key VALUE" in a line of @length bytes, or NULL. */
static const char *value_of(const char *line, size_t length, const char *key, size_t *value_length)
{
	size_t key_length = strlen(key);

	if (length <= key_length || memcmp(line, key, key_length) != 0 || line[key_length] != ' ')
		return NULL;
	*value_length = length - key_length - 1;
	return line + key_length + 1;
}

static bool is_secret(const char *text, size_t length)
{
	if (length < SECRET_LENGTH_MIN || length > SECRET_LENGTH_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!secret_character(text[i]))
			return false;
	return true;
}

static int read_line(const char *line, size_t length, const char *name,
		     struct chap_secrets *secrets, struct fault *fault)
{
	size_t value_length = 0;
	const char *value = value_of(line, length, "in", &value_length);
	char *to = secrets->in;

	if (length == 0 || *line == '#')
		return 0;
	if (!value) {
		value = value_of(line, length, "out", &value_length);
		to = secrets->out;
	}
	if (!value || *to)
		return refuse(name, "it has one line \"in SECRET\" and one \"out SECRET\"", fault);
	if (!is_secret(value, value_length))
		return refuse(name,
			      "a secret has 12 to 64 characters: letters, digits, '.', '_' and '-'",
			      fault);
	memcpy(to, value, value_length);
	to[value_length] = '\0';
	return 0;
}

int secrets_parse(const char *text, size_t length, const char *name, struct chap_secrets *secrets,
		  struct fault *fault)
{
	const char *end = text + length;
	int error = 0;

	*secrets = (struct chap_secrets){ 0 };
	while (!error && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		error = read_line(text, (size_t)((stop ? stop : end) - text), name, secrets, fault);
		text = stop ? stop + 1 : end;
	}
	if (!error && (!*secrets->in || !*secrets->out))
		error = refuse(name, "it has one line \"in SECRET\" and one \"out SECRET\"", fault);
	if (!error && !strcmp(secrets->in, secrets->out))
		error = refuse(name, "the secrets of the two sides must differ", fault);
	return error;
}

/* --- making them ------------------------------------------------------------------------------ */

static int write_secrets(int directory, const char *node, const char *name)
{
	char in[SECRET_LENGTH + 1], out[SECRET_LENGTH + 1], text[256];
	int length, error;

	secret_make(in, SECRET_LENGTH);
	do
		secret_make(out, SECRET_LENGTH);
	while (!strcmp(in, out));
	length = snprintf(text, sizeof(text),
			  "# CHAP secrets of node %s: its own, and its target's.\nin %s\nout %s\n",
			  node, in, out);
	error = secret_files_write(directory, name, text, (size_t)length);
	sodium_memzero(text, sizeof(text));
	return error;
}

static bool needs_secrets(const struct cluster_node *node)
{
	return node->chap != CHAP_NONE;
}

static int make_missing(int directory, const struct cluster *cluster, const char *state,
			struct fault *fault)
{
	bool made = false;
	int error = 0;

	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];
		char name[NAME_BYTES];

		if (!needs_secrets(node))
			continue;
		snprintf(name, sizeof(name), NAME_FORMAT, node->name);
		if (faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		error = write_secrets(directory, node->name, name);
		made = true;
	}
	if (!error && made && fsync(directory) < 0)
		error = -errno;
	return error ? fault_set(fault, error, "make CHAP secrets in", state, NULL) : 0;
}

int secrets_make(const char *state, const struct cluster *cluster, struct fault *fault)
{
	bool needed = false;
	int fd, error;

	for (size_t i = 0; i < cluster->node_count; i++)
		needed |= needs_secrets(&cluster->nodes[i]);
	if (!needed)
		return 0;
	if (sodium_init() < 0)
		return fault_set(fault, EIO, "make CHAP secrets", "no random numbers", NULL);
	fd = secret_files_open(state, fault);
	if (fd < 0)
		return fd;
	error = make_missing(fd, cluster, state, fault);
	close(fd);
	return error;
}

/* --- reading them ----------------------------------------------------------------------------- */

static int read_file(const char *state, const struct cluster_node *node,
		     struct chap_secrets *secrets, struct fault *fault)
{
	char name[sizeof(SECRETS_DIRECTORY) + NAME_BYTES], *path, *text;
	size_t length;
	int error;

	snprintf(name, sizeof(name), SECRETS_DIRECTORY "/" NAME_FORMAT, node->name);
	path = fs_join(state, name);
	if (!path)
		return fault_set(fault, ENOMEM, "read CHAP secrets", name, NULL);
	error = fs_read_regular_file(path, FILE_BYTES_MAX, &text, &length, fault);
	if (error == -ENOENT)
		*secrets = to_come;
	else if (!error)
		error = secrets_parse(text, length, path, secrets, fault);
	if (!error)
		sodium_memzero(text, length);
	free(text);
	free(path);
	return error == -ENOENT ? 0 : error;
}

int secrets_load(struct secrets *secrets, const char *state, const struct cluster *cluster,
		 struct fault *fault)
{
	int error = 0;

	*secrets = (struct secrets){ 0 };
	secrets->list = calloc(cluster->node_count + 1, sizeof(*secrets->list));
	if (!secrets->list)
		return fault_set(fault, ENOMEM, "read CHAP secrets", state, NULL);
	for (size_t i = 0; !error && i < cluster->node_count; i++) {
		const struct cluster_node *node = &cluster->nodes[i];

		if (!needs_secrets(node))
			continue;
		error = read_file(state, node, &secrets->list[i], fault);
		if (!error &&
		    table_put(&secrets->by_node, node->name, strlen(node->name), &secrets->list[i]))
			error = fault_set(fault, ENOMEM, "read CHAP secrets", state, NULL);
	}
	return error;
}

const struct chap_secrets *secrets_find(const struct secrets *secrets, const char *node)
{
	return secrets ? table_find(&secrets->by_node, node, strlen(node)) : NULL;
}

void secrets_free(struct secrets *secrets)
{
	table_free(&secrets->by_node);
	free(secrets->list);
	*secrets = (struct secrets){ 0 };
}
