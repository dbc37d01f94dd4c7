// SPDX-License-Identifier: GPL-2.0-only
/* Who a member is and where its broker is; see member.h. */
#include "userspace/memory/lib/member.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"

/* What may stand in the header of a request, RFC 6750 section 2.1. */
static bool is_token(const char *text)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-._~+/=";

	return *text && text[strspn(text, characters)] == '\0';
}

/* A host and a port, with nothing behind that would become part of a path. */
static bool is_host(const char *text)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-._:[]";

	return *text && text[strspn(text, characters)] == '\0';
}

/* "10.0.0.1", "server:8017", "http://server:8017/" → "http://server:8017" */
static bool read_broker(const char *text, char broker[static MEMBER_BROKER_BYTES])
{
	const char *scheme = strncmp(text, "https://", 8) == 0 ? "https://" : "http://";
	char host[MEMBER_BROKER_BYTES];
	bool has_port;
	size_t length;

	if (!strncmp(text, scheme, strlen(scheme)))
		text += strlen(scheme);
	length = strlen(text);
	if (length && text[length - 1] == '/')
		length--;
	if (!value_copy(host, sizeof(host), text, length) || !is_host(host))
		return false;
	has_port = strchr(host, ']') ? strstr(host, "]:") != NULL : strchr(host, ':') != NULL;
	return has_port ? snprintf(broker, MEMBER_BROKER_BYTES, "%s%s", scheme, host) <
				  MEMBER_BROKER_BYTES
			: snprintf(broker, MEMBER_BROKER_BYTES, "%s%s:%d", scheme, host,
				   MEMBER_BROKER_PORT) < MEMBER_BROKER_BYTES;
}

static int refuse(struct fault *fault, const char *what, const char *hint)
{
	return fault_set(fault, EINVAL, "read settings", what, hint);
}

static int set_broker(struct member *member, const char *value, struct fault *fault)
{
	if (*member->broker || read_broker(value, member->broker))
		return 0;
	*member->broker = '\0';
	return refuse(fault, "broker", "it is ADDRESS[:PORT] or http://ADDRESS:PORT");
}

static int set_name(struct member *member, const char *value, struct fault *fault)
{
	if (*member->name)
		return 0;
	if (!value_host_name(value, sizeof(member->name) - 1) ||
	    !value_copy(member->name, sizeof(member->name), value, strlen(value)))
		return refuse(fault, "member", "it is a node's name");
	return 0;
}

static int set_token(struct member *member, const char *value, struct fault *fault)
{
	if (*member->token)
		return 0;
	if (!is_token(value) ||
	    !value_copy(member->token, sizeof(member->token), value, strlen(value)))
		return refuse(fault, "token",
			      "it is what `wireroot memory token` prints, and nothing else");
	return 0;
}

static int set_token_file(struct member *member, const char *value, struct fault *fault)
{
	if (*member->token_file)
		return 0;
	if (*value != '/' ||
	    !value_copy(member->token_file, sizeof(member->token_file), value, strlen(value)))
		return refuse(fault, "token-file", "it is a path that begins with '/'");
	return 0;
}

int member_set(struct member *member, const char *key, const char *value, struct fault *fault)
{
	static const struct {
		const char *key;
		int (*set)(struct member *member, const char *value, struct fault *fault);
	} keys[] = {
		{ "broker", set_broker },
		{ "member", set_name },
		{ "token", set_token },
		{ "token-file", set_token_file },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].key, key))
			return keys[i].set(member, value, fault);
	return -ENOENT;
}

int member_take(void *member, const char *key, const char *value, struct fault *fault)
{
	int error = member_set(member, key, value, fault);

	return error == -ENOENT ? 0 : error;
}

bool member_is_complete(const struct member *member)
{
	return *member->broker && *member->name && *member->token;
}

/* The first line of the file, which others must not be able to read. */
static int read_token_file(struct member *member, struct fault *fault)
{
	size_t length;
	char *text;
	int error =
		fs_read_regular_file(member->token_file, SETTINGS_BYTES_MAX, &text, &length, fault);

	if (error)
		return error;
	text[strcspn(text, "\r\n")] = '\0';
	error = set_token(member, text, fault);
	if (error)
		fault_set(fault, error, "read token", member->token_file,
			  "it holds what `wireroot memory token` prints, and nothing else");
	explicit_bzero(text, length);
	free(text);
	return error;
}

static int read_from_initrd(struct member *member, const char *path, struct fault *fault)
{
	size_t length;
	char *text;
	int error;

	if (!fs_is_file(path))
		return 0;
	error = fs_read_regular_file(path, SETTINGS_BYTES_MAX, &text, &length, fault);
	if (error)
		return error;
	error = settings_read(text, length, path, member_take, member, fault);
	explicit_bzero(text, length);
	free(text);
	return error;
}

int member_finish(struct member *member, const char *from_initrd, struct fault *fault)
{
	int error = 0;

	if (!*member->token && *member->token_file)
		error = read_token_file(member, fault);
	if (!error && !member_is_complete(member))
		error = read_from_initrd(member, from_initrd, fault);
	if (error || member_is_complete(member))
		return error;
	return fault_set(fault, ENOENT, "find out who this member is",
			 !*member->broker ? "broker"
			 : !*member->name ? "member"
					  : "token",
			 "say it by option or in " MEMBER_CONFIGURATION);
}
