// SPDX-License-Identifier: GPL-2.0-only
/* Asking the broker; broker.h has the contract. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sys.h"
#include "../value.h"
#include "broker.h"

/* Three SYNs (sent at 0, 1 and 3 s) fit; a machine that answers none is not there. */
#define CONNECT_US 5000000ull

/* 0 when @fd is ready for @events in time, or a negative errno. */
static int wait_for(int fd, short events, uint64_t deadline_us)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	int ready;

	do {
		uint64_t now_us = monotonic_us();

		if (now_us >= deadline_us)
			return -ETIMEDOUT;
		ready = poll(&waiting, 1, (int)((deadline_us - now_us + 999) / 1000));
	} while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return -errno;
	return ready ? 0 : -ETIMEDOUT;
}

static int connect_to(int fd, const struct swap_spec *spec, uint64_t deadline_us)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(spec->port),
				  .sin_addr.s_addr = htonl(spec->broker) };
	uint64_t until_us = monotonic_us() + CONNECT_US;
	socklen_t length = sizeof(int);
	int error = 0;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	error = wait_for(fd, POLLOUT, until_us < deadline_us ? until_us : deadline_us);
	if (!error && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	return error > 0 ? -error : error;
}

static int send_all(int fd, const char *data, size_t length, uint64_t deadline_us)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
		int error = 0;

		if (sent < 0 && errno == EAGAIN)
			error = wait_for(fd, POLLOUT, deadline_us);
		else if (sent < 0 && errno != EINTR)
			error = -errno;
		if (error)
			return error;
		data += sent > 0 ? sent : 0;
		length -= sent > 0 ? (size_t)sent : 0;
	}
	return 0;
}

/* To the end, which the server makes: HTTP/1.0 has one request a connection. */
static ssize_t read_all(int fd, char *buffer, size_t size, uint64_t deadline_us)
{
	size_t used = 0;

	while (used < size) {
		int error = wait_for(fd, POLLIN, deadline_us);
		ssize_t length;

		if (error)
			return error;
		length = recv(fd, buffer + used, size - used, 0);
		if (length == 0)
			return (ssize_t)used;
		if (length < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		used += length > 0 ? (size_t)length : 0;
	}
	return -EMSGSIZE;
}

static void note_own_address(struct broker *broker, int fd)
{
	struct sockaddr_in own;
	socklen_t length = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &length) == 0)
		broker->own = ntohl(own.sin_addr.s_addr);
}

static ssize_t exchange(struct broker *broker, size_t length, uint64_t deadline_us)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = connect_to(fd, broker->spec, deadline_us);
	if (!got)
		note_own_address(broker, fd);
	if (!got)
		got = send_all(fd, broker->request, length, deadline_us);
	if (!got)
		got = read_all(fd, broker->buffer, sizeof(broker->buffer), deadline_us);
	close(fd);
	return got;
}

static int status_error(unsigned int status)
{
	switch (status) {
	case 401:
	case 403:
		return -EACCES;
	case 409:
		return -EBUSY;
	case 503:
		return -ENOSPC;
	default:
		return status / 100 == 2 ? 0 : -EAGAIN;
	}
}

static const char *hint_of(ssize_t error)
{
	switch (error) {
	case -ECONNREFUSED:
		return "the machine is there, but no wirerootd listens at that port";
	case -ETIMEDOUT:
		return "no answer: is wirerootd running there, and the address right?";
	default:
		return NULL;
	}
}

int broker_call(struct broker *broker, size_t length, const char *doing, uint64_t deadline_us,
		struct fault *fault)
{
	char peer[sizeof(fault->peer)], address[IPV4_TEXT_BYTES], hint[sizeof(fault->hint)];
	ssize_t got = exchange(broker, length, deadline_us);
	int error;

	snprintf(peer, sizeof(peer), "broker %s:%u", value_ipv4_text(broker->spec->broker, address),
		 broker->spec->port);
	if (got < 0)
		return fault_set(fault, (int)got, doing, peer, hint_of(got));
	if (!broker_answer_parse(broker->buffer, (size_t)got, &broker->answer))
		return fault_set(fault, EBADMSG, doing, peer,
				 "what listens at this port is no wirerootd");
	error = status_error(broker->answer.status);
	if (!error)
		return 0;
	snprintf(hint, sizeof(hint), "it says %u: %.140s", broker->answer.status,
		 broker->answer.line);
	return fault_set(fault, error, doing, peer, hint);
}

/* The boot's id, or any number when there is none. */
void broker_instance(char instance[static BROKER_INSTANCE_BYTES])
{
	char id[64];
	size_t length = 0;

	if (file_read("/proc/sys/kernel/random/boot_id", id, sizeof(id)) < 0)
		snprintf(id, sizeof(id), "%08x%08x", random_word(), random_word());
	for (const char *at = id; *at && length < BROKER_INSTANCE_BYTES - 1; at++)
		if (value_hex_digit(*at) >= 0)
			instance[length++] = *at;
	instance[length] = '\0';
}

int broker_tell(struct broker *broker, const struct grant *grant,
		const struct broker_report *report, uint64_t deadline_us, struct fault *fault)
{
	char instance[BROKER_INSTANCE_BYTES];
	int length;

	broker_instance(instance);
	length = broker_report_text(broker->spec, instance, broker->own, grant, report,
				    broker->request);
	if (length < 0)
		return fault_set(fault, length, "report to the broker", grant->id, NULL);
	return broker_call(broker, (size_t)length, "report to the broker", deadline_us, fault);
}
