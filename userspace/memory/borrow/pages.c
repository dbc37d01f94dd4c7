// SPDX-License-Identifier: GPL-2.0-only
/* Which processes have pages on which swap device; see pages.h. */
#include "userspace/memory/borrow/pages.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "userspace/memory/borrow/shared.h"

/* Documentation/admin-guide/mm/pagemap.rst of the kernel. */
#define ENTRY_SWAPPED	(1ull << 62)
#define ENTRY_TYPE_MASK 0x1full

#define ENTRIES_AT_ONCE 4096
/* Each waits for its pages while the others wait for theirs. */
#define THREADS 8
/* All memory is locked: the usual 8 MiB would be taken whole. */
#define STACK_BYTES (256u << 10)

/* --- /proc/swaps ------------------------------------------------------------------------------ */

struct swap_line {
	char name[SWAP_NAME_BYTES];
	struct swap_usage usage;
};

/*
 * The kernel names a device by the mount that it was opened in: without /dev, when that was in the
 * mount namespace of a service that has ended.
 */
static void take_name(char to[static SWAP_NAME_BYTES], const char *name, const char *type)
{
	bool is_bare = !strcmp(type, "partition") && !strchr(name + 1, '/');

	snprintf(to, SWAP_NAME_BYTES, "%s%s", is_bare ? "/dev" : "", name);
}

/* The next line of @text that tells of a device; where it ends, or NULL. */
static const char *next_line(const char *text, struct swap_line *line)
{
	while (*text) {
		const char *end = strchrnul(text, '\n');
		char name[SWAP_NAME_BYTES - sizeof("/dev") + 1];
		char type[16];
		uint64_t size_kib, used_kib;

		if (sscanf(text, "%251s %15s %" SCNu64 " %" SCNu64, name, type, &size_kib,
			   &used_kib) == 4 &&
		    name[0] == '/') {
			take_name(line->name, name, type);
			line->usage.size_bytes = size_kib << 10;
			line->usage.used_bytes = used_kib << 10;
			return *end ? end + 1 : end;
		}
		text = *end ? end + 1 : end;
	}
	return NULL;
}

bool swap_usage_of(const char *text, const char *device, struct swap_usage *usage)
{
	struct swap_line line;

	while ((text = next_line(text, &line))) {
		if (strcmp(line.name, device) != 0)
			continue;
		*usage = line.usage;
		return true;
	}
	return false;
}

struct swap_usage swap_usage_but(const char *text, const char *except)
{
	struct swap_usage sum = { 0 };
	struct swap_line line;

	while ((text = next_line(text, &line))) {
		if (!strcmp(line.name, except))
			continue;
		sum.size_bytes += line.usage.size_bytes;
		sum.used_bytes += line.usage.used_bytes;
	}
	return sum;
}

int swap_types_find(const struct swap_types *types, const char *device)
{
	for (int i = 0; i < SWAP_TYPES_MAX; i++)
		if (!strcmp(types->name[i], device))
			return i;
	return -1;
}

static void add_type(struct swap_types *types, const char *name)
{
	int free_one = swap_types_find(types, "");

	if (free_one >= 0 && swap_types_find(types, name) < 0)
		snprintf(types->name[free_one], SWAP_NAME_BYTES, "%s", name);
}

void swap_types_update(struct swap_types *types, const char *text)
{
	struct swap_usage ignored;
	struct swap_line line;
	const char *at = text;

	for (int i = 0; i < SWAP_TYPES_MAX; i++)
		if (types->name[i][0] && !swap_usage_of(text, types->name[i], &ignored))
			types->name[i][0] = '\0';
	while ((at = next_line(at, &line)))
		add_type(types, line.name);
}

/* --- pagemap ---------------------------------------------------------------------------------- */

bool pagemap_is_on(uint64_t entry, int type)
{
	return (entry & ENTRY_SWAPPED) && (entry & ENTRY_TYPE_MASK) == (uint64_t)type;
}

/* What is looked for, and what is done with what is found. */
struct visitor {
	int type;
	int pidfd; /* >= 0: have them read */
	atomic_uint_fast64_t *room; /* bytes that may still be read, by all visitors */
	bool file; /* a private mapping of one: asking ahead would read the file */
	uint64_t bytes;
};

/* From the first page on the device to behind the last one: read in as few requests as it takes. */
struct stretch {
	uint64_t start, end;
	uint64_t bytes; /* of it on the device */
};

static bool take_room(atomic_uint_fast64_t *room, uint64_t bytes)
{
	uint_fast64_t left = *room;

	while (left >= bytes)
		if (atomic_compare_exchange_weak(room, &left, left - bytes))
			return true;
	return false;
}

static void read_stretch(const struct visitor *visitor, struct stretch *stretch)
{
	struct iovec range = { (void *)(uintptr_t)stretch->start, stretch->end - stretch->start };

	if (visitor->pidfd >= 0 && !visitor->file && range.iov_len &&
	    take_room(visitor->room, stretch->bytes))
		(void)syscall(SYS_process_madvise, visitor->pidfd, &range, 1, MADV_WILLNEED, 0);
	*stretch = (struct stretch){ 0 };
}

/*
 * What is asked for by one call, the kernel hands on at once, and makes one request of what lies
 * side by side. So a stretch goes on over pages that are in memory or nowhere, which asking does
 * nothing to, but not over those on another device, which would be read, too.
 */
static void visit_page(struct visitor *visitor, struct stretch *stretch, uint64_t entry,
		       uint64_t address, uint64_t page_bytes)
{
	if (pagemap_is_on(entry, visitor->type)) {
		if (!stretch->end)
			stretch->start = address;
		stretch->end = address + page_bytes;
		stretch->bytes += page_bytes;
		visitor->bytes += page_bytes;
	} else if (entry & ENTRY_SWAPPED) {
		read_stretch(visitor, stretch);
	}
}

/* How many of the pages in @entries pagemap could be read for. */
static uint64_t read_entries(int pagemap, uint64_t address, uint64_t *entries, uint64_t count,
			     uint64_t page_bytes)
{
	ssize_t got = pread(pagemap, entries, count * sizeof(uint64_t),
			    (off_t)(address / page_bytes * sizeof(uint64_t)));

	return got < 0 ? 0 : (uint64_t)got / sizeof(uint64_t);
}

/*
 * From its end on, towards the kernel's swapoff, which begins at its start: behind one another,
 * the two would wake each other with every page that comes, which costs more than the page.
 */
static void visit_range(struct visitor *visitor, int pagemap, uint64_t start, uint64_t end)
{
	static _Thread_local uint64_t entries[ENTRIES_AT_ONCE];
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	while (start < end) {
		struct stretch stretch = { 0 };
		uint64_t count = (end - start) / page, from;

		count = count < ENTRIES_AT_ONCE ? count : ENTRIES_AT_ONCE;
		if (!count)
			return;
		from = end - count * page;
		count = read_entries(pagemap, from, entries, count, page);
		for (uint64_t i = 0; i < count; i++)
			visit_page(visitor, &stretch, entries[i], from + i * page, page);
		read_stretch(visitor, &stretch);
		end = from;
	}
}

static FILE *open_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

/* Not every process has pages of its own in swap, and this is quicker to ask than its page tables.
 */
static uint64_t own_in_swap(pid_t pid, char name[static PAGES_NAME_BYTES])
{
	FILE *file = open_of(pid, "status");
	char line[256];
	uint64_t kib = 0;

	name[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		(void)sscanf(line, "Name: %31[^\n]", name);
		(void)sscanf(line, "VmSwap: %" SCNu64, &kib);
	}
	if (file)
		fclose(file);
	return kib << 10;
}

static void visit_process(struct visitor *visitor, pid_t pid)
{
	FILE *maps = open_of(pid, "maps");
	uint64_t start, end, inode;
	char path[64], line[512];
	int pagemap;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	while (maps && pagemap >= 0 && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %" SCNu64, &start, &end,
			   &inode) != 3 ||
		    start >= end)
			continue;
		visitor->file = inode != 0;
		visit_range(visitor, pagemap, start, end);
	}
	if (pagemap >= 0)
		close(pagemap);
	if (maps)
		fclose(maps);
}

/* The next process of @proc, or 0. */
static pid_t next_process(DIR *proc)
{
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && !*end)
			return (pid_t)pid;
	}
	return 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_bytes(const void *first, const void *second)
{
	const struct page_owner *a = first, *b = second;

	return a->bytes == b->bytes ? compare(a->shared_bytes, b->shared_bytes)
				    : compare(a->bytes, b->bytes);
}

static void note_owner(struct page_owner *owners, size_t count_max, size_t *count,
		       const struct page_owner *owner)
{
	if (*count < count_max)
		owners[(*count)++] = *owner;
	else if (by_bytes(owner, &owners[count_max - 1]) < 0)
		owners[count_max - 1] = *owner;
	qsort(owners, *count, sizeof(*owners), by_bytes);
}

static void look_at(int type, struct page_owner *owner)
{
	uint64_t own_bytes = own_in_swap(owner->pid, owner->name);
	struct visitor visitor = { .type = type, .pidfd = -1 };

	if (own_bytes)
		visit_process(&visitor, owner->pid);
	owner->bytes = visitor.bytes;
	owner->shared_bytes = shared_in_swap(owner->pid, own_bytes);
}

size_t pages_find_owners(int type, struct page_owner *owners, size_t count_max, uint64_t *all_bytes)
{
	DIR *proc = opendir("/proc");
	uint64_t sum = 0;
	size_t count = 0;
	pid_t pid;

	while (count_max && (pid = next_process(proc))) {
		struct page_owner owner = { .pid = pid };

		look_at(type, &owner);
		sum += owner.bytes;
		if (owner.bytes || owner.shared_bytes)
			note_owner(owners, count_max, &count, &owner);
	}
	if (proc)
		closedir(proc);
	if (all_bytes)
		*all_bytes = sum;
	return count;
}

/* --- reading ahead ---------------------------------------------------------------------------- */

struct prefetch {
	pthread_mutex_t lock; /* of ->proc */
	DIR *proc;
	int type;
	atomic_uint_fast64_t room; /* bytes that may still be read */
	atomic_uint_fast64_t bytes;
};

static void *prefetch_thread(void *context)
{
	struct prefetch *prefetch = context;
	char name[PAGES_NAME_BYTES];

	for (;;) {
		struct visitor visitor = { .type = prefetch->type,
					   .pidfd = -1,
					   .room = &prefetch->room };
		pid_t pid;

		pthread_mutex_lock(&prefetch->lock);
		pid = next_process(prefetch->proc);
		pthread_mutex_unlock(&prefetch->lock);
		if (!pid)
			return NULL;
		if (!own_in_swap(pid, name))
			continue;
		visitor.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (visitor.pidfd < 0)
			continue;
		visit_process(&visitor, pid);
		close(visitor.pidfd);
		prefetch->bytes += visitor.bytes;
	}
}

uint64_t pages_prefetch(int type, uint64_t room_bytes)
{
	struct prefetch prefetch = { .lock = PTHREAD_MUTEX_INITIALIZER,
				     .proc = opendir("/proc"),
				     .type = type,
				     .room = room_bytes };
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	int count = 0;

	pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	while (prefetch.proc && count < THREADS &&
	       !pthread_create(&threads[count], &attributes, prefetch_thread, &prefetch))
		count++;
	pthread_attr_destroy(&attributes);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (prefetch.proc)
		closedir(prefetch.proc);
	return prefetch.bytes;
}
