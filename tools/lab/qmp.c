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

/* QEMU answers at once, but for the first time: with eight NICs it starts for two busy seconds. */
#define ANSWER_TIMEOUT_S 60

/*
 * The next message of QEMU; NULL with a fault when there is none: -ETIMEDOUT, -ECONNRESET when QEMU
 * has ended, -EPROTO. Free with json_decref().
 */
static json_t *receive(struct qmp *qmp, const char *doing, struct fault *fault)
{
	char *line = NULL;
	size_t capacity = 0;
	json_t *message = NULL;
	ssize_t got = getline(&line, &capacity, qmp->in);

	if (got > 0)
		message = json_loads(line, 0, NULL);
	if (got > 0 && !message)
		fault_set(fault, EPROTO, doing, qmp->peer, "that is no JSON");
	else if (got <= 0 && ferror(qmp->in) && (errno == EAGAIN || errno == EWOULDBLOCK))
		fault_set(fault, ETIMEDOUT, doing, qmp->peer, "QEMU does not answer");
	else if (got <= 0)
		fault_set(fault, ECONNRESET, doing, qmp->peer, "QEMU does not answer");
	free(line);
	return message;
}

/* Wait for the answer and pass over events. */
static int take_answer(struct qmp *qmp, const char *command, struct fault *fault)
{
	json_t *message;

	while ((message = receive(qmp, command, fault))) {
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
	return -fault->error;
}

/* @message is used up. */
static int converse(struct qmp *qmp, json_t *message, const char *command, struct fault *fault)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	ssize_t sent;

	json_decref(message);
	if (!text)
		return fault_set(fault, ENOMEM, command, qmp->peer, NULL);
	/* A few bytes, which the socket always has room for; JSON needs no end of line. */
	sent = send(fileno(qmp->in), text, strlen(text), MSG_NOSIGNAL);
	free(text);
	if (sent < 0)
		return fault_set(fault, errno == EPIPE ? ECONNRESET : errno, command, qmp->peer,
				 NULL);
	return take_answer(qmp, command, fault);
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
	int fd = connect_to(node, fault), error;
	json_t *greeting;

	if (fd < 0)
		return fd;
	qmp->in = fdopen(fd, "r");
	snprintf(qmp->peer, sizeof(qmp->peer), "QEMU of %s", node);
	if (!qmp->in) {
		close(fd);
		return fault_set(fault, ENOMEM, "connect to node", node, NULL);
	}
	greeting = receive(qmp, "read the greeting of", fault);
	error = greeting ? qmp_command(qmp, "qmp_capabilities", fault) : -fault->error;
	json_decref(greeting);
	if (error)
		qmp_close(qmp);
	return error;
}

void qmp_close(struct qmp *qmp)
{
	fclose(qmp->in);
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
