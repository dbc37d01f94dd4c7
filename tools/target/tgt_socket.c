// SPDX-License-Identifier: GPL-2.0-only
/* Telling tgtd what to do; see tgt_socket.h. */
#include "tools/target/tgt_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "/var/run/tgtd/socket"
#define DOING  "tell tgtd what to do"

/* It answers within milliseconds, unless its machine is at a loss; it opens disks meanwhile. */
#define ANSWER_TIMEOUT_S 60

/* A socket that was left by one that has ended takes no connections. */
static int refuse_connect(int error, const char *path, struct fault *fault)
{
	if (error == ENOENT || error == ECONNREFUSED)
		return fault_set(fault, ECONNREFUSED, DOING, path,
				 "tgtd does not answer; `systemctl start tgt`");
	return fault_set(fault, error, DOING, path,
			 error == EACCES ? "only root may change targets" : NULL);
}

static int open_socket(unsigned int port, struct fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
	const char *path = getenv("TGT_IPC_SOCKET");
	int fd, error;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s.%u", path ? path : SOCKET,
		     port) >= (int)sizeof(address.sun_path))
		return fault_set(fault, ENAMETOOLONG, DOING, path, NULL);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_set(fault, errno, DOING, address.sun_path, NULL);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	return refuse_connect(error, address.sun_path, fault);
}

static int send_request(int fd, const struct tgt_request *request, struct fault *fault)
{
	uint8_t head[TGT_REQUEST_BYTES];
	size_t length = tgt_request_write(request, head);
	struct iovec parts[] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = (char *)request->text },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t sent;

	if (!length)
		return fault_set(fault, E2BIG, DOING, "", "a name or a path is too long");
	parts[1].iov_len = length - sizeof(head);
	/* A socket's buffer holds several of the longest. */
	sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (sent == (ssize_t)length)
		return 0;
	return fault_set(fault, sent < 0 ? errno : EIO, DOING, "", NULL);
}

/* All @length bytes, or -errno. */
static int receive(int fd, void *bytes, size_t length)
{
	size_t got = 0;

	while (got < length) {
		ssize_t count = recv(fd, (char *)bytes + got, length - got, MSG_WAITALL);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (count == 0)
			return -ECONNRESET;
		got += (size_t)count;
	}
	return 0;
}

static int receive_text(int fd, size_t length, struct text *output, struct fault *fault)
{
	char *text = malloc(length);
	int error = text ? receive(fd, text, length) : -ENOMEM;

	if (!error)
		text_add_bytes(output, text, strnlen(text, length));
	free(text);
	if (!error && output->error)
		error = -ENOMEM;
	return error ? fault_set(fault, error, DOING, "", NULL) : 0;
}

static int receive_answer(int fd, struct text *output, struct fault *fault)
{
	uint8_t head[TGT_ANSWER_BYTES];
	size_t text_bytes;
	int error = receive(fd, head, sizeof(head));

	if (error)
		return fault_set(fault, error, DOING, "",
				 error == -ETIMEDOUT ? "it does not answer; see its log"
						     : "it may have ended");
	error = tgt_answer_read(head, &text_bytes, fault);
	if (error || !text_bytes || !output)
		return error;
	return receive_text(fd, text_bytes, output, fault);
}

int tgt_tell(unsigned int port, const struct tgt_request *request, struct text *output,
	     struct fault *fault)
{
	int fd = open_socket(port, fault), error;

	if (fd < 0)
		return fd;
	error = send_request(fd, request, fault);
	if (!error)
		error = receive_answer(fd, output, fault);
	close(fd);
	return error;
}
