// SPDX-License-Identifier: GPL-2.0-only
/* The network as the firmware's table has it; see firmware.h. */
#include "firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "root.h"

static size_t read_to_end(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size - 1 && (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	return used;
}

int firmware_words(char *text, size_t size)
{
	int ends[2], status = 0;
	size_t length;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0)
			execl(ROOT_ISCSI, ROOT_ISCSI, ROOT_ISCSI_WORDS, NULL);
		_exit(127);
	}
	close(ends[1]);
	length = pid > 0 ? read_to_end(ends[0], text, size) : 0;
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : (int)length;
}
