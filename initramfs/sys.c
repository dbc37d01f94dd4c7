// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few system services that klibc lacks, and small helpers around files.
 *
 * klibc 2.0 has neither clock_gettime() nor syscall(), so the one system call needed is written
 * here for each machine. The vDSO is not used: a clock reading is wanted a few dozen times a boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"

static long system_call2(long number, long first, long second)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(first), "S"(second)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = first;
	register long x1 __asm__("x1") = second;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
	return x0;
#else
#error "clock_gettime for this machine is missing"
#endif
}

#if defined(__x86_64__)
#define NR_CLOCK_GETTIME 228
#elif defined(__aarch64__)
#define NR_CLOCK_GETTIME 113
#endif

uint64_t monotonic_us(void)
{
	struct timespec now = { 0 };
	const long clock_monotonic = 1; /* CLOCK_MONOTONIC */

	system_call2(NR_CLOCK_GETTIME, clock_monotonic, (long)&now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint32_t random_word(void)
{
	uint32_t word = 0;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		/* A short read leaves zeros, which the clock below still makes differ. */
		if (read(fd, &word, sizeof(word)) < 0)
			word = 0;
		close(fd);
	}
	return word ^ (uint32_t)monotonic_us() * 2654435761u;
}

ssize_t file_read(const char *path, char *buffer, size_t size)
{
	size_t length = 0;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while ((got = read(fd, buffer + length, size - length)) > 0) {
		length += (size_t)got;
		if (length == size) {
			close(fd);
			return -EFBIG;
		}
	}
	if (got < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	close(fd);
	buffer[length] = '\0';
	return (ssize_t)length;
}

bool file_read_line(const char *path, char *line, size_t size)
{
	if (file_read(path, line, size) < 0)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

bool module_is_live(const char *name)
{
	char path[128], state[8];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return file_read(path, state, sizeof(state)) > 0 && strncmp(state, "live", 4) == 0;
}

ssize_t file_read_all(const char *path, char **buffer)
{
	struct stat status;
	ssize_t length;

	if (stat(path, &status) < 0)
		return -errno;
	*buffer = malloc((size_t)status.st_size + 2);
	if (!*buffer)
		return -ENOMEM;
	length = file_read(path, *buffer, (size_t)status.st_size + 2);
	if (length < 0) {
		free(*buffer);
		*buffer = NULL;
	}
	return length;
}

int write_all(int fd, const void *data, size_t length)
{
	const char *next = data;

	while (length > 0) {
		ssize_t written = write(fd, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int result;

	if (fd < 0)
		return -errno;
	result = write_all(fd, text, strlen(text));
	if (close(fd) < 0 && result == 0)
		result = -errno;
	return result;
}

int make_directories(const char *path, mode_t mode)
{
	char part[512];
	char *slash;

	if (strlcpy(part, path, sizeof(part)) >= sizeof(part))
		return -ENAMETOOLONG;
	for (slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(part, mode) < 0 && errno != EEXIST ? -errno : 0;
}
