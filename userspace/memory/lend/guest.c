// SPDX-License-Identifier: GPL-2.0-only
/* Guests' reports on their way; see guest.h. */
#include "userspace/memory/lend/guest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/notify.h"
#include "userspace/memory/lend/rules.h"
#include "userspace/memory/lib/vitals.h"

/* In one go, so that a flood of datagrams does not keep the lender from its work. */
#define DATAGRAMS_AT_ONCE 64

int guest_read_token(const char *path, char token[static MEMBER_TOKEN_BYTES], struct fault *fault)
{
	size_t length;
	char *text;
	int error = fs_read_regular_file(path, SETTINGS_BYTES_MAX, &text, &length, fault);
	size_t line;

	if (error)
		return error;
	line = strcspn(text, "\r\n");
	if (line < 16 || !value_copy(token, MEMBER_TOKEN_BYTES, text, line))
		error = fault_set(
			fault, EINVAL, "read the guests' token", path,
			"it is a line of 16 to 128 characters, the same at host and guests");
	explicit_bzero(text, length);
	free(text);
	return error;
}

int guest_listen(uint16_t port, struct fault *fault)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;
	char name[24];

	snprintf(name, sizeof(name), "UDP port %u", port);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0)
		return fd;
	error = fault_set(fault, errno, "listen for guests", name, NULL);
	if (fd >= 0)
		close(fd);
	return error;
}

static void take(const char *text, size_t length, const char *token, struct guests *guests,
		 int64_t now_ms, const struct sockaddr_in *from, const struct log *log)
{
	struct guest_message message;
	struct fault fault = { 0 };

	if (guest_message_read(text, length, token, &message, &fault)) {
		inet_ntop(AF_INET, &from->sin_addr, fault.peer, sizeof(fault.peer));
		log_fault(log, &fault);
	} else if (!guests_hear(guests, &message, now_ms)) {
		log_line(log, LOG_LEVEL_WARNING,
			 "guest %s: an old report, or one too many; passed over", message.name);
	}
}

void guest_receive(int fd, const char *token, struct guests *guests, int64_t now_ms,
		   const struct log *log)
{
	for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		struct sockaddr_in from = { 0 };
		socklen_t size = sizeof(from);
		char text[GUEST_MESSAGE_BYTES];
		ssize_t got = recvfrom(fd, text, sizeof(text), MSG_TRUNC, (struct sockaddr *)&from,
				       &size);

		if (got < 0)
			return;
		take(text, (size_t)got < sizeof(text) ? (size_t)got : sizeof(text), token, guests,
		     now_ms, &from, log);
	}
}

/* A socket that is connected to "ADDRESS[:PORT]". */
static int reach(const char *host, struct fault *fault)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *found;
	char name[MEMBER_PATH_BYTES], port[8];
	const char *colon = strchr(host, ':');
	int fd, error;

	snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - host) : (int)strlen(host), host);
	snprintf(port, sizeof(port), "%d", GUEST_PORT);
	error = getaddrinfo(name, colon ? colon + 1 : port, &hints, &found);
	if (error)
		return fault_set(fault, error == EAI_SYSTEM ? errno : EHOSTUNREACH,
				 "find the host's lender", host, gai_strerror(error));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
		error = fault_set(fault, errno, "reach the host's lender", host, NULL);
		if (fd >= 0)
			close(fd);
		fd = error;
	}
	freeaddrinfo(found);
	return fd;
}

/* That nobody listens is the host's matter; the next report may find somebody. */
static int send_report(const struct lend_options *options, int fd, const char *token,
		       struct fault *fault)
{
	struct guest_message message = { 0 };
	char text[GUEST_MESSAGE_BYTES];
	struct spare_rules rules;
	struct vitals vitals;
	struct timespec now;
	size_t length;
	int error = vitals_sample(options->pressure_file, &vitals, fault);

	if (error)
		return error;
	rules = rules_of(options, vitals.total_bytes);
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(message.name, sizeof(message.name), "%s", options->member.name);
	message.sequence = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	message.total_bytes = vitals.total_bytes;
	message.available_bytes = vitals.available_bytes;
	message.reserve_bytes = rules.reserve_bytes;
	length = guest_message_write(&message, token, text);
	if (!length)
		return fault_set(fault, EIO, "report to the host's lender", options->host, NULL);
	send(fd, text, length, MSG_NOSIGNAL);
	return 0;
}

static int serve(const struct lend_options *options, int fd, const char *token,
		 const sigset_t *signals, struct fault *fault)
{
	const struct timespec interval = { .tv_sec = options->interval_s };
	int error;

	do {
		error = send_report(options, fd, token, fault);
	} while (!error && sigtimedwait(signals, NULL, &interval) < 0);
	return error;
}

int guest_run(const struct lend_options *options, const struct log *log, struct fault *fault)
{
	char token[MEMBER_TOKEN_BYTES];
	sigset_t signals;
	int fd, error = guest_read_token(options->guest_token_file, token, fault);

	if (error)
		return error;
	if (!*options->member.name)
		return fault_set(fault, ENOENT, "find out who this guest is", "member",
				 "say it by --member, or in " MEMBER_CONFIGURATION);
	fd = reach(options->host, fault);
	if (fd < 0)
		return fd;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	log_line(log, LOG_LEVEL_NOTICE, "reporting as guest %s to %s", options->member.name,
		 options->host);
	notify("READY=1");
	error = serve(options, fd, token, &signals, fault);
	notify("STOPPING=1");
	close(fd);
	return error;
}
