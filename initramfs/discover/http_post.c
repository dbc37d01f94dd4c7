// SPDX-License-Identifier: GPL-2.0-only
/* A small HTTP client; http_post.h has the contract. */
#include "http_post.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../value.h"

#define CONNECT_MS 10000
#define SEND_MS	   10000

static int tell(struct fault *fault, int error, const char *doing, const struct http_url *url)
{
	char address[IPV4_TEXT_BYTES], peer[sizeof(fault->peer)];

	snprintf(peer, sizeof(peer), "%s port %u", value_ipv4_text(url->address, address),
		 url->port);
	return fault_set(fault, error, doing, peer, NULL);
}

/* 0 when @fd is ready for @events in time, or a negative errno. */
static int wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	int ready;

	do
		ready = poll(&waiting, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return -errno;
	return ready ? 0 : -ETIMEDOUT;
}

static int connect_in_time(int fd, const struct sockaddr_in *to)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	error = wait_for(fd, POLLOUT, CONNECT_MS);
	if (!error && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	return error > 0 ? -error : error;
}

int http_connect(const struct http_url *url, uint32_t *own, struct fault *fault)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(url->port),
				       .sin_addr.s_addr = htonl(url->address) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return tell(fault, errno, "open a socket", url);
	error = connect_in_time(fd, &address);
	if (!error && getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		error = -errno;
	if (!error) {
		*own = ntohl(address.sin_addr.s_addr);
		return fd;
	}
	close(fd);
	return tell(fault, error, "connect to the boot server", url);
}

static int send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			int error = wait_for(fd, POLLOUT, SEND_MS);

			if (error)
				return error;
		} else if (sent < 0 && errno != EINTR) {
			return -errno;
		}
		if (sent > 0) {
			data += sent;
			length -= (size_t)sent;
		}
	}
	return 0;
}

/* Read to the end, which the server makes: HTTP/1.0 has one request a connection. */
static ssize_t read_all(int fd, char answer[static HTTP_ANSWER_BYTES])
{
	size_t used = 0;

	while (used < HTTP_ANSWER_BYTES) {
		int error = wait_for(fd, POLLIN, HTTP_ANSWER_MS);
		ssize_t length;

		if (error)
			return error;
		length = recv(fd, answer + used, HTTP_ANSWER_BYTES - used, 0);
		if (length == 0)
			break;
		if (length < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		used += length > 0 ? (size_t)length : 0;
	}
	return (ssize_t)used;
}

ssize_t http_post(int socket, const struct http_url *url, const char *json, size_t length,
		  char answer[static HTTP_ANSWER_BYTES], struct fault *fault)
{
	char head[HTTP_URL_PATH_BYTES + 256], address[IPV4_TEXT_BYTES];
	ssize_t received;
	int error;

	snprintf(head, sizeof(head),
		 "POST %s HTTP/1.0\r\nHost: %s:%u\r\nContent-Type: application/json\r\n"
		 "Content-Length: %u\r\n\r\n",
		 url->path, value_ipv4_text(url->address, address), url->port,
		 (unsigned int)length);
	error = send_all(socket, head, strlen(head));
	if (!error)
		error = send_all(socket, json, length);
	if (error) {
		close(socket);
		return tell(fault, error, "report to the boot server", url);
	}
	received = read_all(socket, answer);
	close(socket);
	return received < 0 ? tell(fault, (int)received, "read the boot server's answer", url)
			    : received;
}
