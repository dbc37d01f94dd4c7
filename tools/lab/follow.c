// SPDX-License-Identifier: GPL-2.0-only
/* Wait for a line in a growing file; see follow.h. */
#include "tools/lab/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/* A longer line is cut: no pattern for people spans more. */
#define LINE_BYTES_MAX 8192

struct reader {
	const struct follow *follow;
	regex_t pattern;
	int file; /* -1 while the file is not there */
	off_t position;
	int notify;
	char line[LINE_BYTES_MAX];
	size_t length;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool line_matches(struct reader *reader)
{
	reader->line[reader->length] = '\0';
	return regexec(&reader->pattern, reader->line, 0, NULL, 0) == 0;
}

/* Add @bytes to the current line; true as soon as a line matches. */
static bool take(struct reader *reader, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			if (line_matches(reader))
				return true;
			reader->length = 0;
		} else if (bytes[i] != '\r' && bytes[i] != '\0' &&
			   reader->length < LINE_BYTES_MAX - 1) {
			reader->line[reader->length++] = bytes[i];
		}
	}
	return reader->length > 0 && line_matches(reader);
}

/* Read what the file has by now; true when a line matches. */
static bool read_on(struct reader *reader)
{
	char buffer[16384];
	ssize_t got;

	if (reader->file < 0) {
		reader->file = open(reader->follow->path, O_RDONLY | O_CLOEXEC);
		reader->position = reader->follow->from;
	}
	if (reader->file < 0)
		return false;
	while ((got = pread(reader->file, buffer, sizeof(buffer), reader->position)) > 0) {
		reader->position += got;
		if (take(reader, buffer, (size_t)got))
			return true;
	}
	return false;
}

static int watch_directory(struct reader *reader, struct fault *fault)
{
	char *copy = strdup(reader->follow->path);
	int error = 0;

	reader->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (!copy || reader->notify < 0)
		error = fault_set(fault, copy ? errno : ENOMEM, "watch file", reader->follow->path,
				  NULL);
	else if (inotify_add_watch(reader->notify, dirname(copy),
				   IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
		error = fault_set(fault, errno, "watch directory of file", reader->follow->path,
				  NULL);
	free(copy);
	return error;
}

static void drop_events(int notify)
{
	char buffer[4096];

	while (read(notify, buffer, sizeof(buffer)) > 0)
		;
}

/* Wait for a line in vain or not; the events only say when to look again. */
static int wait_for_line(struct reader *reader, struct fault *fault)
{
	int64_t deadline = now_ms() + reader->follow->timeout_ms;
	char doing[sizeof(fault->doing)];

	snprintf(doing, sizeof(doing), "wait for \"%.60s\"", reader->follow->pattern);
	while (!read_on(reader)) {
		struct pollfd fds[2] = { { .fd = reader->notify, .events = POLLIN },
					 { .fd = reader->follow->process, .events = POLLIN } };
		int64_t left = deadline - now_ms();

		if (left <= 0)
			return fault_set(fault, ETIMEDOUT, doing, reader->follow->path,
					 "the end of that file tells how far it came");
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return fault_set(fault, errno, doing, reader->follow->path, NULL);
		drop_events(reader->notify);
		if (fds[1].revents) /* what it wrote last is still to be read */
			return read_on(reader)
				       ? 0
				       : fault_set(fault, ESRCH, doing, reader->follow->path,
						   "its writer ended before that");
	}
	return 0;
}

int follow_until(const struct follow *follow, struct fault *fault)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return fault_set(fault, ENOMEM, "wait for a line in", follow->path, NULL);
	reader->follow = follow;
	reader->file = reader->notify = -1;
	if (regcomp(&reader->pattern, follow->pattern, REG_EXTENDED | REG_NOSUB)) {
		free(reader);
		return fault_set(fault, EINVAL, "read pattern", follow->pattern,
				 "write it as for grep -E");
	}
	error = watch_directory(reader, fault);
	if (!error)
		error = wait_for_line(reader, fault);
	if (reader->file >= 0)
		close(reader->file);
	if (reader->notify >= 0)
		close(reader->notify);
	regfree(&reader->pattern);
	free(reader);
	return error;
}
