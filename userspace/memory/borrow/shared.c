// SPDX-License-Identifier: GPL-2.0-only
/* Memory in swap that is nobody's alone; see shared.h. */
#include "userspace/memory/borrow/shared.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel takes no more than 2 GiB at once. */
#define ADVISE_BYTES (1ull << 30)
/* What hundreds of processes share is asked for once; of more than this, some twice. */
#define SEEN_MAX 256

/* --- /proc ------------------------------------------------------------------------------------ */

bool shared_mapping_read(const char *line, struct shared_mapping *mapping)
{
	static const char *const names[] = { "/dev/zero (deleted)", "/SYSV", "/memfd:" };
	unsigned int major, minor;
	char modes[5];
	int path = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %" SCNu64 " %n", &mapping->start,
		   &mapping->end, modes, &major, &minor, &mapping->inode, &path) != 6 ||
	    !path || modes[3] != 's' || mapping->start >= mapping->end)
		return false;
	mapping->device = (uint64_t)major << 32 | minor;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(line + path, names[i], strlen(names[i])))
			return true;
	return false;
}

static FILE *open_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

uint64_t shared_in_swap(pid_t pid, uint64_t private_bytes)
{
	FILE *file = open_of(pid, "smaps_rollup");
	uint64_t kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		(void)sscanf(line, "Swap: %" SCNu64, &kib);
	if (file)
		fclose(file);
	return kib << 10 > private_bytes ? (kib << 10) - private_bytes : 0;
}

/* --- reading ahead: files --------------------------------------------------------------------- */

/*
 * There is no reading ahead in tmpfs, but for mappings. The caller has locked its memory: what may
 * not be touched is not read in on the spot and kept there.
 */
static void prefetch_file(const FTSENT *entry)
{
	size_t size = (size_t)entry->fts_statp->st_size;
	int fd;
	void *mapped;

	if (!size || !entry->fts_statp->st_blocks)
		return;
	fd = open(entry->fts_accpath,
		  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	mapped = mmap(NULL, size, PROT_NONE, MAP_SHARED, fd, 0);
	if (mapped != MAP_FAILED) {
		(void)madvise(mapped, size, MADV_WILLNEED);
		(void)munmap(mapped, size);
	}
	close(fd);
}

static void prefetch_tree(char *root)
{
	char *const roots[] = { root, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;

	while (tree && (entry = fts_read(tree)))
		if (entry->fts_info == FTS_F)
			prefetch_file(entry);
	if (tree)
		fts_close(tree);
}

static void prefetch_files(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;

	while (mounts && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "tmpfs"))
			prefetch_tree(mount->mnt_dir);
	if (mounts)
		endmntent(mounts);
}

/* --- reading ahead: what has no name ---------------------------------------------------------- */

struct seen {
	uint64_t device[SEEN_MAX], inode[SEEN_MAX];
	unsigned int count;
};

/* Was it seen? From now on it was. */
static bool see(struct seen *seen, const struct shared_mapping *mapping)
{
	for (unsigned int i = 0; i < seen->count; i++)
		if (seen->device[i] == mapping->device && seen->inode[i] == mapping->inode)
			return true;
	if (seen->count < SEEN_MAX) {
		seen->device[seen->count] = mapping->device;
		seen->inode[seen->count++] = mapping->inode;
	}
	return false;
}

static void prefetch_mapping(pid_t pid, const struct shared_mapping *mapping)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	for (uint64_t at = mapping->start; pidfd >= 0 && at < mapping->end; at += ADVISE_BYTES) {
		uint64_t left = mapping->end - at;
		struct iovec part = { (void *)(uintptr_t)at,
				      left < ADVISE_BYTES ? left : ADVISE_BYTES };

		(void)syscall(SYS_process_madvise, pidfd, &part, 1, MADV_WILLNEED, 0);
	}
	if (pidfd >= 0)
		close(pidfd);
}

static void prefetch_mappings(struct seen *seen, pid_t pid)
{
	FILE *maps = open_of(pid, "maps");
	struct shared_mapping mapping;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (shared_mapping_read(line, &mapping) && !see(seen, &mapping))
			prefetch_mapping(pid, &mapping);
	if (maps)
		fclose(maps);
}

void shared_prefetch(void)
{
	DIR *proc = opendir("/proc");
	struct seen seen = { .count = 0 };
	struct dirent *entry;

	prefetch_files();
	while (proc && (entry = readdir(proc))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && !*end)
			prefetch_mappings(&seen, (pid_t)pid);
	}
	if (proc)
		closedir(proc);
}
