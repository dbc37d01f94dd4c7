// SPDX-License-Identifier: GPL-2.0-only
/* Room under the limits of control groups; see group_room.h. */
#include "userspace/memory/borrow/group_room.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of a group's limit, this much stays free: more than pages is charged to it. */
#define MARGIN_SHARE	  16
#define MARGIN_MOST_BYTES (32ull << 20)
#define DEPTH_MAX	  64

struct walk {
	const struct group_use *use;
	uint64_t unknown_bytes; /* on the device, of nobody that is known */
	char path[PATH_MAX];
	struct group_excess excess;
};

static bool read_file(int folder, const char *name, char *text, size_t size)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

/* "max", and what cannot be read, is @otherwise. */
static uint64_t read_number(int folder, const char *name, uint64_t otherwise)
{
	char text[32];
	uint64_t number;

	return read_file(folder, name, text, sizeof(text)) && sscanf(text, "%" SCNu64, &number) == 1
		       ? number
		       : otherwise;
}

/* What of memory.stat is looked at. */
struct group_stat {
	uint64_t file_bytes; /* the page cache, which the kernel drops first */
	uint64_t cached_bytes; /* in swap, and in memory already */
};

static struct group_stat read_stat(int folder)
{
	struct group_stat stat = { 0 };
	char text[8192];
	uint64_t bytes;

	(void)read_file(folder, "memory.stat", text, sizeof(text));
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (sscanf(line, "inactive_file %" SCNu64, &bytes) == 1 ||
		    sscanf(line, "active_file %" SCNu64, &bytes) == 1)
			stat.file_bytes += bytes;
		else if (sscanf(line, "swapcached %" SCNu64, &bytes) == 1)
			stat.cached_bytes = bytes;
	}
	return stat;
}

bool group_room_path(const char *text, char path[static GROUP_PATH_BYTES])
{
	while (strncmp(text, "0::/", strlen("0::/")) != 0) {
		text += strcspn(text, "\n");
		if (!*text++)
			return false;
	}
	text += strlen("0::");
	return snprintf(path, GROUP_PATH_BYTES, "%.*s", (int)strcspn(text, "\n"), text) <
	       GROUP_PATH_BYTES;
}

bool group_room_path_of(pid_t pid, char path[static GROUP_PATH_BYTES])
{
	char file[64], text[PATH_MAX];

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	return read_file(AT_FDCWD, file, text, sizeof(text)) && group_room_path(text, path);
}

bool group_room_is_in(const char *path, const char *group)
{
	size_t length = strlen(group);

	return !strncmp(path, group, length) && (path[length] == '/' || !path[length]);
}

static uint64_t less(uint64_t from, uint64_t bytes)
{
	return from > bytes ? from - bytes : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * What the group at ->path may have on the device, of @swap_bytes that it has in swap and not in
 * memory. It is charged for what was swapped out of it, also by who has left it since, so that
 * shares alone do not tell; what is not on other devices, which may be full of it, is on this one.
 */
static uint64_t bytes_there(const struct walk *walk, uint64_t swap_bytes)
{
	uint64_t sum = walk->unknown_bytes, at_least = less(swap_bytes, walk->use->other_bytes);

	for (size_t i = 0; i < walk->use->count; i++)
		if (group_room_is_in(walk->use->shares[i].path, walk->path))
			sum += walk->use->shares[i].bytes;
	sum = least(least(sum, swap_bytes), walk->use->used_bytes);
	return sum > at_least ? sum : at_least;
}

static uint64_t own_excess(int folder, const struct group_stat *stat, uint64_t there)
{
	uint64_t limit = read_number(folder, "memory.max", UINT64_MAX), taken;

	if (limit == UINT64_MAX)
		return 0;
	taken = read_number(folder, "memory.current", 0) +
		least(limit / MARGIN_SHARE, MARGIN_MOST_BYTES);
	return less(there, less(limit + stat->file_bytes, taken));
}

/* What cannot be pushed out comes before what can. */
static void note_worst(struct walk *walk, uint64_t own, uint64_t stuck)
{
	struct group_excess *excess = &walk->excess;

	if (stuck > excess->stuck_bytes || (!excess->stuck_bytes && own > excess->path_bytes)) {
		snprintf(excess->path, sizeof(excess->path), "%.*s", GROUP_PATH_BYTES - 1,
			 walk->path);
		excess->path_bytes = stuck ? stuck : own;
	}
	if (stuck > excess->stuck_bytes)
		excess->stuck_bytes = stuck;
}

static uint64_t excess_of(struct walk *walk, int folder, unsigned int depth);

/* Of the group @name in the one at ->path. */
static uint64_t excess_in(struct walk *walk, int parent, const char *name, unsigned int depth)
{
	size_t length = strlen(walk->path);
	uint64_t excess = 0;
	int folder;

	if (depth > DEPTH_MAX || length + 1 + strlen(name) >= sizeof(walk->path))
		return 0;
	folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return 0;
	sprintf(walk->path + length, "/%s", name);
	excess = excess_of(walk, folder, depth);
	walk->path[length] = '\0';
	return excess;
}

/* Of the groups in @folder, which is closed. */
static uint64_t excess_below(struct walk *walk, int folder, unsigned int depth)
{
	DIR *entries = fdopendir(folder);
	struct dirent *entry;
	uint64_t sum = 0;

	if (!entries) {
		close(folder);
		return 0;
	}
	while ((entry = readdir(entries)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			sum += excess_in(walk, dirfd(entries), entry->d_name, depth + 1);
	closedir(entries);
	return sum;
}

/* Closes @folder. What is too much for a group in this one is so for both. */
static uint64_t excess_of(struct walk *walk, int folder, unsigned int depth)
{
	uint64_t swap_bytes = read_number(folder, "memory.swap.current", 0);
	uint64_t swap_max, there, own, below, excess;
	struct group_stat stat;

	if (!swap_bytes) {
		close(folder);
		return 0;
	}
	swap_max = read_number(folder, "memory.swap.max", UINT64_MAX);
	stat = read_stat(folder);
	there = bytes_there(walk, less(swap_bytes, stat.cached_bytes));
	own = own_excess(folder, &stat, there);
	below = excess_below(walk, folder, depth);
	excess = least(own > below ? own : below, there);
	note_worst(walk, own,
		   swap_max == UINT64_MAX ? 0 : less(excess, less(swap_max, swap_bytes)));
	return excess;
}

struct group_excess group_room_excess(const char *root, const struct group_use *use)
{
	struct walk walk = { .use = use, .unknown_bytes = use->used_bytes };
	int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t known = 0;

	for (size_t i = 0; i < use->count; i++)
		known += use->shares[i].bytes;
	/* Pages that several have are counted for each: then nothing tells how much is unknown. */
	if (known <= use->used_bytes)
		walk.unknown_bytes -= known;
	/* The root has no limit, nor files that tell of one. */
	if (folder >= 0)
		walk.excess.bytes = least(excess_below(&walk, folder, 0), use->used_bytes);
	return walk.excess;
}
