// SPDX-License-Identifier: GPL-2.0-only
/* A node's serial console; see console.h. */
#include "tools/lab/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "tools/lab/layout.h"
#include "userspace/lib/fs.h"

/* Ctrl-], as in telnet and virsh. */
#define LEAVE_KEY 0x1d

struct terminal {
	bool is_one;
	struct termios before;
};

/* Every key is the node's, Ctrl-C too. */
static void make_raw(struct terminal *terminal)
{
	struct termios raw;

	terminal->is_one = tcgetattr(STDIN_FILENO, &terminal->before) == 0;
	if (!terminal->is_one)
		return;
	raw = terminal->before;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void restore(const struct terminal *terminal)
{
	if (terminal->is_one)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
}

/*
 * QEMU serves one at a time and lets others wait without a word. The lock is held until the
 * descriptor is closed; returns it, or a negative errno.
 */
static int take_turn(const char *node, struct fault *fault)
{
	char path[LAB_NAME_BYTES];
	int fd, error;

	snprintf(path, sizeof(path), LAB_RUN_DIR "/%s.attached", node);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return fault_set(fault, errno, "attach to console of", node, NULL);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	error = errno;
	close(fd);
	if (error != EWOULDBLOCK)
		return fault_set(fault, error, "attach to console of", node, NULL);
	return fault_set(fault, EBUSY, "attach to console of", node,
			 "somebody is attached to it; NODE.console has what it said");
}

static int connect_to(const char *node, struct fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return fault_set(fault, errno, "attach to console of", node, NULL);
	snprintf(address.sun_path, sizeof(address.sun_path), LAB_RUN_DIR "/%s.serial", node);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return fault_set(fault, error, "attach to console of", node, "it does not run");
}

static void show_past(const char *node)
{
	char path[LAB_NAME_BYTES], buffer[16384];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s.console", node);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (got = read(fd, buffer, sizeof(buffer))) > 0)
		fs_write_all(STDOUT_FILENO, buffer, (size_t)got);
	if (fd >= 0)
		close(fd);
}

/* What was typed to the node. 1: leave; 0: go on; -1: no more input will come. */
static int pass_keys(int node)
{
	char keys[256], *leave;
	ssize_t got = read(STDIN_FILENO, keys, sizeof(keys));

	if (got <= 0)
		return -1;
	leave = memchr(keys, LEAVE_KEY, (size_t)got);
	fs_write_all(node, keys, leave ? (size_t)(leave - keys) : (size_t)got);
	return leave ? 1 : 0;
}

static void converse(int node)
{
	struct pollfd fds[2] = { { .fd = node, .events = POLLIN },
				 { .fd = STDIN_FILENO, .events = POLLIN } };
	char buffer[4096];

	for (;;) {
		ssize_t got;

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents) {
			got = read(node, buffer, sizeof(buffer));
			if (got <= 0)
				return;
			fs_write_all(STDOUT_FILENO, buffer, (size_t)got);
		}
		if (fds[1].revents) {
			int answer = pass_keys(node);

			if (answer > 0)
				return;
			if (answer < 0) /* without input, go on showing */
				fds[1].fd = -1;
		}
	}
}

int console_attach(const char *node, struct fault *fault)
{
	struct terminal terminal = { 0 };
	int turn = take_turn(node, fault), fd;

	if (turn < 0)
		return turn;
	fd = connect_to(node, fault);
	if (fd >= 0) {
		show_past(node);
		make_raw(&terminal);
		converse(fd);
		restore(&terminal);
		close(fd);
	}
	close(turn);
	return fd < 0 ? fd : 0;
}
