/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket: a stream socket in the file system, for root alone, by which the `wireroot`
 * command opens windows for discovery and tells of adoptions. control_request.h has the words.
 */
#ifndef WIREROOT_CONTROL_H
#define WIREROOT_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <sys/un.h>
#include <time.h>

#include "userspace/lib/log.h"
#include "userspace/lib/text.h"
#include "userspace/wirerootd/control_request.h"
#include "userspace/wirerootd/discovery.h"
#include "userspace/wirerootd/served.h"

#define CONTROL_DEFAULT_PATH "/run/wirerootd/wirerootd.sock"
#define CONTROL_CLIENTS_MAX  8
/* The socket and its clients. */
#define CONTROL_POLL_MAX (1 + CONTROL_CLIENTS_MAX)

struct control_client {
	int fd; /* -1: none */
	char line[CONTROL_LINE_BYTES];
	size_t used; /* of ->line */
	struct text output; /* to be sent */
	size_t sent; /* of it */
	bool has_window;
};

struct control {
	int socket; /* -1: there is none */
	struct sockaddr_un address;
	struct control_client clients[CONTROL_CLIENTS_MAX];
	struct discovery *discovery;
	const struct served *served;
	const struct log *log;
};

/*
 * Bind the socket at @path, whose directory is made when it is missing; one that nobody listens to
 * any more is replaced. 0 or -errno with @fault filled in, -EADDRINUSE when somebody listens there.
 */
int control_open(struct control *control, const char *path, struct fault *fault);
void control_close(struct control *control);

/* Write what is to be waited for to @fds; returns how many. */
unsigned int control_poll(const struct control *control, struct pollfd *fds);

/*
 * Handle what has come in, and the end of the window. Returns true when something that waiting
 * machines are told may have changed.
 */
bool control_run(struct control *control, time_t now);

/* Milliseconds until control_run() has something to do by itself, or -1: nothing. */
int control_timeout_ms(const struct control *control, time_t now);

/* A machine has reported for the first time: tell who has opened the window. */
void control_tell_arrival(struct control *control, const struct waiting_machine *machine);

#endif
