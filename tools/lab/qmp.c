// SPDX-License-Identifier: GPL-2.0-only
/* Speak QMP; see qmp.h. */
#include "tools/lab/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/lab/layout.h"

/* QEMU answers at once unless the machine is overloaded. */
#define ANSWER_TIMEOUT_S 20

/* The next message of QEMU; NULL when there is none. Free with json_decref(). */
static json_t *receive(struct qmp *qmp)
{
	char *line = NULL;
	size_t capacity = 0;
	json_t *message = NULL;

	if (getline(&line, &capacity, qmp->in) > 0)
		message = json_loads(line, 0, NULL);
	free(line);
	return message;
}

/* Wait for the answer and pass over events. */
static int take_answer(struct qmp *qmp, const char *command, struct fault *fault)
{
	json_t *message;

	while ((message = receive(qmp))) {
		json_t *error = json_object_get(message, "error");
		int result = 0;

		if (error)
			result = fault_set(fault, EIO, command, qmp->peer,
					   json_string_value(json_object_get(error, "desc")));
		if (error || json_object_get(message, "return")) {
			json_decref(message);
			return result;
		}
		json_decref(message);
	}
	return fault_set(fault, ECONNRESET, command, qmp->peer, "QEMU does not answer");
}

/* @message is used up. */
static int converse(struct qmp *qmp, json_t *message, const char *command, struct fault *fault)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	int error = 0;

	json_decref(message);
	if (!text)
		return fault_set(fault, ENOMEM, command, qmp->peer, NULL);
	if (fprintf(qmp->out, "%s\n", text) < 0 || fflush(qmp->out))
		error = fault_set(fault, errno, command, qmp->peer, NULL);
	free(text);
	return error ? error : take_answer(qmp, command, fault);
}

static struct sockaddr_un address_of(const char *node)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), LAB_RUN_DIR "/%s.qmp", node);
	return address;
}

int qmp_listen(const char *node, struct fault *fault)
{
	struct sockaddr_un address = address_of(node);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), error;

	unlink(address.sun_path); /* of the last boot */
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, 1) == 0)
		return fd;
	error = errno;
	if (fd >= 0)
		close(fd);
	return fault_set(fault, error, "listen at", address.sun_path, NULL);
}

static int connect_to(const char *node, struct fault *fault)
{
	struct sockaddr_un address = address_of(node);
	struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return fault_set(fault, errno, "connect to node", node, NULL);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return fault_set(fault, error, "connect to node", node,
			 error == ENOENT || error == ECONNREFUSED ? "it does not run" : NULL);
}

int qmp_open(const char *node, struct qmp *qmp, struct fault *fault)
{
	int fd = connect_to(node, fault), copy, error;
	json_t *greeting;

	if (fd < 0)
		return fd;
	copy = dup(fd);
	qmp->in = fdopen(fd, "r");
	qmp->out = copy >= 0 ? fdopen(copy, "w") : NULL;
	snprintf(qmp->peer, sizeof(qmp->peer), "QEMU of %s", node);
	if (!qmp->in || !qmp->out)
		return fault_set(fault, ENOMEM, "connect to node", node, NULL);
	greeting = receive(qmp);
	if (!greeting)
		error = fault_set(fault, EPROTO, "read the greeting of", qmp->peer, NULL);
	else
		error = qmp_command(qmp, "qmp_capabilities", fault);
	json_decref(greeting);
	if (error)
		qmp_close(qmp);
	return error;
}

void qmp_close(struct qmp *qmp)
{
	fclose(qmp->in);
	fclose(qmp->out);
}

int qmp_command(struct qmp *qmp, const char *command, struct fault *fault)
{
	return converse(qmp, json_pack("{s:s}", "execute", command), command, fault);
}

int qmp_set_link(struct qmp *qmp, unsigned int nic, bool up, struct fault *fault)
{
	char name[16];

	/* As node.c calls the back end. */
	snprintf(name, sizeof(name), "net%u", nic);
	return converse(qmp,
			json_pack("{s:s, s:{s:s, s:b}}", "execute", "set_link", "arguments", "name",
				  name, "up", up),
			"set_link", fault);
}
