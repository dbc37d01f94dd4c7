// SPDX-License-Identifier: GPL-2.0-only
/* Serves the control socket. See control.h. */
#include "userspace/wirerootd/control.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "userspace/lib/fs.h"

/* A client that takes nothing of so much has to go. */
#define OUTPUT_BYTES_MAX ((size_t)64 << 20)

/* --- the socket ----------------------------------------------------------------------------- */

static int make_directory(const char *path, struct fault *fault)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];

	snprintf(copy, sizeof(copy), "%s", path);
	return fs_make_dirs(dirname(copy), 0755, fault);
}

/* Remove a socket that was left behind; -EADDRINUSE when it was not. */
static int remove_old(const struct sockaddr_un *address)
{
	struct stat status;
	int probe, error = 0;

	/* connect() finds nobody behind a file that is no socket, either. */
	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -ENOTSOCK;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	if (connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0)
		error = -EADDRINUSE;
	else if (errno == ECONNREFUSED && unlink(address->sun_path) < 0)
		error = -errno;
	close(probe);
	return error;
}

static int bind_privately(int fd, const struct sockaddr_un *address)
{
	mode_t before = umask(0177);
	int error = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

	umask(before);
	return error;
}

int control_open(struct control *control, const char *path, struct fault *fault)
{
	int error;

	control->socket = -1;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	control->address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(control->address.sun_path))
		return fault_set(fault, ENAMETOOLONG, "open the control socket", path,
				 "give --control a shorter path");
	snprintf(control->address.sun_path, sizeof(control->address.sun_path), "%s", path);
	if (make_directory(path, fault))
		return -fault->error;
	error = remove_old(&control->address);
	if (!error) {
		control->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (control->socket < 0)
			error = -errno;
	}
	if (!error)
		error = bind_privately(control->socket, &control->address);
	if (!error && listen(control->socket, CONTROL_CLIENTS_MAX) < 0)
		error = -errno;
	if (!error)
		return 0;
	if (control->socket >= 0)
		close(control->socket);
	control->socket = -1;
	return fault_set(fault, error, "open the control socket", path,
			 error == -EADDRINUSE
				 ? "another wirerootd listens there; give another --control"
			 : error == -ENOTSOCK ? "a file that is no socket is there; it stays"
					      : "--control names another place");
}

static void drop(struct control *control, struct control_client *client)
{
	if (client->has_window) {
		discovery_close(control->discovery);
		log_line(control->log, LOG_LEVEL_NOTICE, "discovery: the window was closed");
	}
	close(client->fd);
	text_free(&client->output);
	*client = (struct control_client){ .fd = -1 };
}

void control_close(struct control *control)
{
	if (control->socket < 0)
		return;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0)
			drop(control, &control->clients[i]);
	close(control->socket);
	/* The directory may be root's, whose rights are gone; the next one replaces it. */
	unlink(control->address.sun_path);
	control->socket = -1;
}

/* --- what is said --------------------------------------------------------------------------- */

/* Send what the client takes now; the rest when poll() says so. */
static void flush(struct control *control, struct control_client *client)
{
	while (client->sent < client->output.length) {
		ssize_t sent =
			send(client->fd, client->output.data + client->sent,
			     client->output.length - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN && client->output.length < OUTPUT_BYTES_MAX)
			return;
		if (sent < 0 && errno != EINTR) {
			drop(control, client);
			return;
		}
		client->sent += sent > 0 ? (size_t)sent : 0;
	}
	text_free(&client->output);
	client->sent = 0;
}

/* Say @json, a new reference or NULL, which is used up. */
static void say(struct control_client *client, json_t *json)
{
	char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	text_printf(&client->output, "%s\n",
		    line ? line : "{\"ok\": false, \"error\": \"out of memory\"}");
	free(line);
}

static void say_error(struct control_client *client, const char *error)
{
	say(client, json_pack("{s:b, s:s}", "ok", 0, "error", error));
}

/* The report of @machine, and what has become of it since. */
static json_t *machine_json(const struct waiting_machine *machine)
{
	static const char *const states[] = { [MACHINE_WAITING] = "waiting",
					      [MACHINE_ADOPTING] = "adopting",
					      [MACHINE_ADOPTED] = "adopted" };
	json_t *json = machine_to_json(&machine->machine);

	if (!json)
		return NULL;
	json_object_set_new(json, "address", json_string(machine->peer));
	json_object_set_new(json, "state", json_string(states[machine->state]));
	json_object_set_new(json, "arrived", json_integer(machine->arrived));
	json_object_set_new(json, "last_asked", json_integer(machine->last_asked));
	return json;
}

void control_tell_arrival(struct control *control, const struct waiting_machine *machine)
{
	char mac[MAC_TEXT_BYTES], summary[MACHINE_SUMMARY_BYTES];

	log_line(control->log, LOG_LEVEL_NOTICE, "discovery: %s (%s) has arrived: %s",
		 value_mac_text(machine->machine.macs[0], mac), machine->peer,
		 machine_summary(&machine->machine, summary));
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *client = &control->clients[i];

		if (client->fd < 0 || !client->has_window)
			continue;
		say(client, json_pack("{s:o}", "arrival", machine_json(machine)));
		flush(control, client);
	}
}

/* --- what is asked for ---------------------------------------------------------------------- */

static void open_window(struct control *control, struct control_client *client,
			const struct control_request *request, time_t now)
{
	if (discovery_open(control->discovery, request->profile, request->pattern,
			   now + (time_t)request->seconds)) {
		say_error(client, "a window is open already");
		return;
	}
	client->has_window = true;
	log_line(control->log, LOG_LEVEL_NOTICE,
		 "discovery: a window is open for %u s, profile %s, names %s", request->seconds,
		 request->profile, request->pattern);
	say(client, json_pack("{s:b}", "ok", 1));
}

static void list_machines(const struct control *control, struct control_client *client)
{
	const struct waiting_machine *machine;
	json_t *machines = json_array();

	TAILQ_FOREACH(machine, &control->discovery->machines, next)
	json_array_append_new(machines, machine_json(machine));
	say(client, json_pack("{s:b, s:b, s:o}", "ok", 1, "window", control->discovery->is_open,
			      "machines", machines));
}

/* A machine that boots as a node must find its script: the index has to have it by now. */
static bool is_node(const struct control *control, const struct control_request *request)
{
	const struct index_node *node = index_find_mac(&control->served->index, request->mac);

	return node && !strcmp(node->name, request->name);
}

static void tell_machine(struct control *control, struct control_client *client,
			 const struct control_request *request)
{
	static const enum waiting_state states[] = { [CONTROL_WAITING] = MACHINE_WAITING,
						     [CONTROL_ADOPTING] = MACHINE_ADOPTING,
						     [CONTROL_ADOPTED] = MACHINE_ADOPTED };
	const char *name = request->verb == CONTROL_WAITING ? NULL : request->name;
	const struct index_node *other = index_find_name(&control->served->index, request->name);
	char mac[MAC_TEXT_BYTES];

	if (request->verb == CONTROL_ADOPTED && !is_node(control, request)) {
		say_error(client, "the generation that is served has no such node");
		return;
	}
	if (name && other && memcmp(other->mac, request->mac, 6) != 0) {
		say_error(client, "another machine is the node of this name");
		return;
	}
	/* A node has been told already if it has asked since the generation was switched. */
	if (discovery_tell(control->discovery, request->mac, states[request->verb], name) &&
	    request->verb != CONTROL_ADOPTED) {
		say_error(client, "no such machine is waiting");
		return;
	}
	if (request->verb == CONTROL_ADOPTED)
		log_line(control->log, LOG_LEVEL_NOTICE, "discovery: %s was adopted as %s",
			 value_mac_text(request->mac, mac), request->name);
	say(client, json_pack("{s:b}", "ok", 1));
}

/* Do what @line says. Returns whether a machine may have to be told something else. */
static bool take_line(struct control *control, struct control_client *client, const char *line,
		      size_t length, time_t now)
{
	struct control_request request;
	char text[FAULT_LINE_BYTES];
	struct fault fault;

	if (control_request_parse(line, length, &request, &fault)) {
		say_error(client, fault_line(&fault, text));
		return false;
	}
	switch (request.verb) {
	case CONTROL_OPEN:
		open_window(control, client, &request, now);
		return false;
	case CONTROL_MACHINES:
		list_machines(control, client);
		return false;
	case CONTROL_WAITING:
	case CONTROL_ADOPTING:
	case CONTROL_ADOPTED:
		tell_machine(control, client, &request);
		return true;
	}
	return false;
}

/* --- clients -------------------------------------------------------------------------------- */

static void accept_client(struct control *control)
{
	int fd = accept4(control->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->clients[i].fd >= 0)
			continue;
		control->clients[i].fd = fd;
		return;
	}
	close(fd);
}

static bool take_lines(struct control *control, struct control_client *client, time_t now)
{
	bool changed = false;
	char *end;

	while ((end = memchr(client->line, '\n', client->used))) {
		size_t length = (size_t)(end - client->line);

		changed |= take_line(control, client, client->line, length, now);
		client->used -= length + 1;
		memmove(client->line, end + 1, client->used);
	}
	return changed;
}

/* Returns as take_line(). */
static bool read_client(struct control *control, struct control_client *client, time_t now)
{
	ssize_t length = recv(client->fd, client->line + client->used,
			      sizeof(client->line) - client->used, MSG_DONTWAIT);
	bool changed;

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (length <= 0) {
		drop(control, client);
		return false;
	}
	client->used += (size_t)length;
	changed = take_lines(control, client, now);
	if (client->used == sizeof(client->line)) /* no line that we could read */
		drop(control, client);
	else
		flush(control, client);
	return changed;
}

unsigned int control_poll(const struct control *control, struct pollfd *fds)
{
	unsigned int count = 0;

	if (control->socket < 0)
		return 0;
	fds[count++] = (struct pollfd){ .fd = control->socket, .events = POLLIN };
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		const struct control_client *client = &control->clients[i];

		if (client->fd >= 0)
			fds[count++] = (struct pollfd){
				.fd = client->fd,
				.events =
					(short)(client->output.length ? POLLIN | POLLOUT : POLLIN),
			};
	}
	return count;
}

static void end_window(struct control *control, time_t now)
{
	if (!control->discovery->is_open || now < control->discovery->until)
		return;
	discovery_close(control->discovery);
	log_line(control->log, LOG_LEVEL_NOTICE, "discovery: the window's time is over");
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *client = &control->clients[i];

		if (client->fd < 0 || !client->has_window)
			continue;
		client->has_window = false;
		say(client, json_pack("{s:b}", "closed", 1));
		flush(control, client);
	}
}

bool control_run(struct control *control, time_t now)
{
	bool changed = false;

	if (control->socket < 0)
		return false;
	accept_client(control);
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *client = &control->clients[i];

		if (client->fd >= 0 && client->output.length)
			flush(control, client);
		if (client->fd >= 0)
			changed |= read_client(control, client, now);
	}
	end_window(control, now);
	return changed;
}

int control_timeout_ms(const struct control *control, time_t now)
{
	time_t left = control->discovery->until - now;

	if (control->socket < 0 || !control->discovery->is_open)
		return -1;
	return left > 0 ? (int)left * 1000 : 0;
}
