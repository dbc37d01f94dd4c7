// SPDX-License-Identifier: GPL-2.0-only
/* Talks to wirerootd; see wirerootd_client.h. */
#include "tools/discover/wirerootd_client.h"
#include "initramfs/value.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A list of 256 machines with long reports. */
#define INPUT_BYTES_MAX ((size_t)64 << 20)
#define READ_BYTES	65536

static const char *connect_hint(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "wirerootd does not run here with --generation; see wirerootd(8)";
	case EACCES:
	case EPERM:
		return "the control socket is root's";
	default:
		return NULL;
	}
}

int wirerootd_connect(struct wirerootd_client *client, const char *path, struct fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*client = (struct wirerootd_client){ .fd = -1, .path = path, .events = json_array() };
	if (strlen(path) >= sizeof(address.sun_path))
		return fault_set(fault, ENAMETOOLONG, "connect to wirerootd", path, NULL);
	memcpy(address.sun_path, path, strlen(path) + 1);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return fault_set(fault, errno, "open a socket", path, NULL);
	if (connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return fault_set(fault, errno, "connect to wirerootd", path, connect_hint(errno));
}

void wirerootd_close(struct wirerootd_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	text_free(&client->input);
	json_decref(client->events);
	*client = (struct wirerootd_client){ .fd = -1 };
}

/* Take the first whole line off the input as JSON; NULL when there is none or it is none. */
static json_t *next_line(struct wirerootd_client *client, bool *has_line)
{
	char *data = client->input.data, *end;
	json_error_t where;
	json_t *json;
	size_t length;

	end = data ? memchr(data, '\n', client->input.length) : NULL;
	*has_line = end != NULL;
	if (!end)
		return NULL;
	length = (size_t)(end - data);
	json = json_loadb(data, length, 0, &where);
	client->input.length -= length + 1;
	memmove(data, end + 1, client->input.length);
	return json;
}

static int read_more(struct wirerootd_client *client, struct fault *fault)
{
	char bytes[READ_BYTES];
	ssize_t length = recv(client->fd, bytes, sizeof(bytes), 0);

	if (length < 0 && errno == EINTR)
		return 0;
	if (length < 0)
		return fault_set(fault, errno, "hear from wirerootd", client->path, NULL);
	if (length == 0 || client->input.length > INPUT_BYTES_MAX)
		return fault_set(fault, ECONNRESET, "hear from wirerootd", client->path,
				 "it was stopped");
	text_add_bytes(&client->input, bytes, (size_t)length);
	return client->input.error
		       ? fault_set(fault, ENOMEM, "hear from wirerootd", client->path, NULL)
		       : 0;
}

/* Read one line, as JSON. */
static int read_line(struct wirerootd_client *client, json_t **json, struct fault *fault)
{
	bool has_line;
	int error = 0;

	while (!(*json = next_line(client, &has_line)) && !has_line && !error)
		error = read_more(client, fault);
	if (!error && !json_is_object(*json)) {
		json_decref(*json);
		*json = NULL;
		error = fault_set(fault, EBADMSG, "hear from wirerootd", client->path,
				  "what listens there is another program");
	}
	return error;
}

static bool is_answer(const json_t *json)
{
	return json_is_boolean(json_object_get(json, "ok"));
}

static int judge(const struct wirerootd_client *client, const json_t *answer, struct fault *fault)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (json_is_true(json_object_get(answer, "ok")))
		return 0;
	return fault_set(fault, EREMOTEIO, "ask wirerootd", client->path,
			 error ? error : "it refuses");
}

/* A line is far shorter than what a socket takes at once. */
static int send_line(int fd, const struct text *line)
{
	ssize_t sent = send(fd, line->data, line->length, MSG_NOSIGNAL);

	if (sent < 0)
		return -errno;
	return (size_t)sent == line->length ? 0 : -EMSGSIZE;
}

int wirerootd_ask(struct wirerootd_client *client, json_t *request, json_t **answer,
		  struct fault *fault)
{
	char *json = request ? json_dumps(request, JSON_COMPACT) : NULL;
	struct text line = { 0 };
	json_t *heard = NULL;
	int error;

	json_decref(request);
	if (json)
		text_printf(&line, "%s\n", json);
	free(json);
	error = line.length ? send_line(client->fd, &line) : -ENOMEM;
	text_free(&line);
	if (error)
		return fault_set(fault, error, "ask wirerootd", client->path, "it was stopped");
	while (!error && !heard) {
		error = read_line(client, &heard, fault);
		if (!error && !is_answer(heard)) {
			json_array_append_new(client->events, heard);
			heard = NULL;
		}
	}
	if (!error)
		error = judge(client, heard, fault);
	if (!error && answer)
		*answer = json_incref(heard);
	json_decref(heard);
	return error;
}

/* 0 when the socket is readable, -ECANCELED when @stop is. */
static int wait_for_input(struct wirerootd_client *client, int stop)
{
	struct pollfd waiting[] = { { .fd = client->fd, .events = POLLIN },
				    { .fd = stop, .events = POLLIN } };

	while (poll(waiting, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return waiting[1].revents ? -ECANCELED : 0;
}

int wirerootd_wait(struct wirerootd_client *client, int stop, json_t **event, struct fault *fault)
{
	bool has_line = false;
	int error = 0;

	if (json_array_size(client->events)) {
		*event = json_incref(json_array_get(client->events, 0));
		json_array_remove(client->events, 0);
		return 0;
	}
	while (!(*event = next_line(client, &has_line)) && !has_line) {
		error = wait_for_input(client, stop);
		if (error)
			return error == -ECANCELED ? error
						   : fault_set(fault, error, "wait for wirerootd",
							       client->path, NULL);
		error = read_more(client, fault);
		if (error)
			return error;
	}
	return *event ? 0
		      : fault_set(fault, EBADMSG, "hear from wirerootd", client->path,
				  "what listens there is another program");
}

int wirerootd_tell(struct wirerootd_client *client, const char *verb, const uint8_t mac[static 6],
		   const char *name, struct fault *fault)
{
	char text[MAC_TEXT_BYTES];
	json_t *request = json_pack("{s:s, s:s}", "do", verb, "mac", value_mac_text(mac, text));

	if (request && name)
		json_object_set_new(request, "name", json_string(name));
	return wirerootd_ask(client, request, NULL, fault);
}
