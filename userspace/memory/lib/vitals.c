// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells of this machine's memory; see vitals.h. */
#include "userspace/memory/lib/vitals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/lib/fs.h"

#define BORROWED_PREFIX "wireroot-memory-"

/*
 * 300 ms of two seconds, in µs: felt by people, and yet no single hiccup. Windows of whole two
 * seconds are had without CAP_SYS_RESOURCE, too.
 */
#define TRIGGER "some 300000 2000000"

/* Behind @key at the beginning of a line of @text, or NULL. */
static const char *find_line(const char *text, size_t length, const char *key, size_t *rest)
{
	const char *end = text + length;
	size_t key_length = strlen(key);

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line = (size_t)((newline ? newline : end) - text);

		if (line >= key_length && !memcmp(text, key, key_length)) {
			*rest = line - key_length;
			return text + key_length;
		}
		text = newline ? newline + 1 : end;
	}
	return NULL;
}

/* "  24682416 kB" */
static bool read_kib(const char *text, size_t length, uint64_t *bytes)
{
	uint64_t value = 0;
	size_t at = 0, digits = 0;

	while (at < length && text[at] == ' ')
		at++;
	for (; at < length && text[at] >= '0' && text[at] <= '9' && digits < 15; at++, digits++)
		value = value * 10 + (uint64_t)(text[at] - '0');
	if (!digits || length - at != 3 || memcmp(text + at, " kB", 3) != 0)
		return false;
	*bytes = value * 1024;
	return true;
}

bool vitals_read_size(const char *text, size_t length, const char *key, uint64_t *bytes)
{
	size_t rest;
	const char *value = find_line(text, length, key, &rest);

	return value && read_kib(value, rest, bytes);
}

bool vitals_read_meminfo(const char *text, size_t length, struct vitals *vitals)
{
	return vitals_read_size(text, length, "MemTotal:", &vitals->total_bytes) &&
	       vitals_read_size(text, length, "MemAvailable:", &vitals->available_bytes);
}

/* "0.25", with two digits behind the point, as the kernel writes it whatever the locale. */
static bool read_per_cent(const char *text, size_t length, double *value)
{
	unsigned int whole = 0, part = 0;
	size_t at = 0;

	for (; at < length && at < 3 && text[at] >= '0' && text[at] <= '9'; at++)
		whole = whole * 10 + (unsigned int)(text[at] - '0');
	if (!at || at + 3 > length || text[at] != '.')
		return false;
	for (size_t i = at + 1; i < at + 3; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		part = part * 10 + (unsigned int)(text[i] - '0');
	}
	*value = whole + part / 100.0;
	return true;
}

bool vitals_read_pressure(const char *text, size_t length, struct vitals *vitals)
{
	size_t rest;
	const char *value = find_line(text, length, "some avg10=", &rest);

	return value && read_per_cent(value, rest, &vitals->pressure);
}

bool vitals_has_swap(const char *text, size_t length)
{
	size_t rest;

	return find_line(text, length, "/", &rest) != NULL;
}

bool vitals_is_borrowed(const char *name)
{
	return !strncmp(name, BORROWED_PREFIX, strlen(BORROWED_PREFIX));
}

/* Any of our mappings counts, be it swap itself or what an LV with swap lies on. */
static bool find_borrowed(void)
{
	DIR *directory = opendir("/sys/block");
	struct dirent *entry;
	bool found = false;

	if (!directory)
		return false;
	while (!found && (entry = readdir(directory)) != NULL) {
		struct fault ignored;
		char path[300], *name;
		size_t length;

		if (strncmp(entry->d_name, "dm-", 3) != 0)
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/dm/name", entry->d_name);
		if (fs_read_file(path, VITALS_TEXT_BYTES, &name, &length, &ignored))
			continue;
		found = vitals_is_borrowed(name);
		free(name);
	}
	closedir(directory);
	return found;
}

int vitals_sample(const char *pressure_file, struct vitals *vitals, struct fault *fault)
{
	struct fault ignored;
	size_t length;
	char *text;
	int error = fs_read_file("/proc/meminfo", VITALS_TEXT_BYTES, &text, &length, fault);

	*vitals = (struct vitals){ 0 };
	if (error)
		return error;
	if (!vitals_read_meminfo(text, length, vitals))
		error = fault_set(fault, EBADMSG, "read", "/proc/meminfo",
				  "it has no MemTotal and MemAvailable");
	free(text);
	if (error)
		return error;
	if (!fs_read_file(pressure_file, VITALS_TEXT_BYTES, &text, &length, &ignored)) {
		vitals_read_pressure(text, length, vitals);
		free(text);
	}
	if (!fs_read_file("/proc/swaps", VITALS_TEXT_BYTES, &text, &length, &ignored)) {
		vitals->swaps = vitals_has_swap(text, length);
		free(text);
	}
	vitals->borrows = find_borrowed();
	return 0;
}

int vitals_watch(const char *pressure_file)
{
	int fd = open(pressure_file, O_RDWR | O_NONBLOCK | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	/* The kernel wants the NUL, too. */
	if (write(fd, TRIGGER, sizeof(TRIGGER)) >= 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}
