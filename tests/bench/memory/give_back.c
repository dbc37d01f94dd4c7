// SPDX-License-Identifier: GPL-2.0-only
/*
 * Giving memory back that is partly live: by swapoff alone, and as wireroot-borrow does it, with
 * its own code (pages.c). For the benchmark's guests; static.
 *
 *	usage: give_back DEVICE MIB LIVE_PER_CENT bare|prefetch
 *
 * A process writes MIB of memory, of which the most goes to the swap on DEVICE, frees all pages but
 * LIVE_PER_CENT of them, chosen at random one by one, and has the kernel swap the rest, too. Then
 * DEVICE is swapped off, and the process looks at each of its pages. Two lines:
 *
 *	BENCH live 107000000
 *	BENCH give_back prefetch bytes 107000000 seconds 1.234567
 *
 * Pages that are not what was written, or not all there, end it with 1 and "BENCH failed …".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "userspace/memory/borrow/pages.h"

#define PAGE_BYTES 4096ul
/* Until what is being written to the swap is there. */
#define WRITING_S 2

struct memory {
	uint8_t *bytes;
	uint64_t pages;
	unsigned int live_per_cent;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void __attribute__((noreturn)) fail(const char *what)
{
	printf("BENCH failed: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* splitmix64 */
static uint64_t mixed(uint64_t number)
{
	number += 0x9e3779b97f4a7c15u;
	number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
	number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
	return number ^ (number >> 31);
}

static bool is_live(const struct memory *memory, uint64_t page)
{
	return mixed(page) % 100 < memory->live_per_cent;
}

static uint64_t *word_of(const struct memory *memory, uint64_t page)
{
	return (uint64_t *)(void *)(memory->bytes + page * PAGE_BYTES);
}

static void write_pages(struct memory *memory)
{
	memory->bytes = mmap(NULL, memory->pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory->bytes == MAP_FAILED)
		fail("map memory");
	madvise(memory->bytes, memory->pages * PAGE_BYTES, MADV_NOHUGEPAGE);
	for (uint64_t page = 0; page < memory->pages; page++)
		for (uint64_t i = 0; i < PAGE_BYTES / sizeof(uint64_t); i++)
			word_of(memory, page)[i] = mixed(page ^ (i << 40));
}

static void free_others(const struct memory *memory)
{
	uint64_t from = 0;

	for (uint64_t page = 0; page <= memory->pages; page++) {
		if (page < memory->pages && !is_live(memory, page))
			continue;
		if (page > from)
			madvise(word_of(memory, from), (page - from) * PAGE_BYTES, MADV_DONTNEED);
		from = page + 1;
	}
}

/*
 * Swapped pages stay in memory, too, for as long as nobody else needs it: then giving back would
 * have nothing to read. Whoever asks for most of all memory gets theirs first.
 */
static void press(void)
{
	struct sysinfo info;
	uint8_t *bytes;
	size_t size;

	if (sysinfo(&info) < 0)
		fail("ask for the size of memory");
	size = (size_t)info.totalram * info.mem_unit / 10 * 9;
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		fail("map memory");
	for (size_t at = 0; at < size; at += PAGE_BYTES)
		((volatile uint8_t *)bytes)[at] = 1;
	munmap(bytes, size);
}

static bool are_whole(const struct memory *memory)
{
	for (uint64_t page = 0; page < memory->pages; page++)
		for (uint64_t i = 0; is_live(memory, page) && i < PAGE_BYTES / sizeof(uint64_t);
		     i++)
			if (word_of(memory, page)[i] != mixed(page ^ (i << 40)))
				return false;
	return true;
}

/* The process that has the memory: tells by @ready that it is swapped, looks at it after @over. */
static int hold(struct memory *memory, int ready, int over)
{
	char byte = 0;

	write_pages(memory);
	free_others(memory);
	madvise(memory->bytes, memory->pages * PAGE_BYTES, MADV_PAGEOUT);
	sleep(WRITING_S);
	press();
	if (write(ready, &byte, 1) != 1 || read(over, &byte, 1) != 1)
		return EXIT_FAILURE;
	return are_whole(memory) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void read_swaps(char *text, size_t size)
{
	int fd = open("/proc/swaps", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (length < 0)
		fail("read /proc/swaps");
	text[length] = '\0';
	close(fd);
}

/* As wireroot-borrow does: swapoff in a process of its own, and what it is to find beside it. */
static double give_back(const char *device, int type, bool prefetch)
{
	double start = now_s();
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fail("start a process");
	if (pid == 0)
		_exit(swapoff(device) < 0 ? errno : 0);
	if (prefetch)
		(void)pages_prefetch(type, UINT64_MAX);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		fail("wait for swapoff");
	errno = WEXITSTATUS(status);
	if (errno)
		fail("swapoff");
	return now_s() - start;
}

static void measure(const char *device, const char *how)
{
	struct swap_types types = { 0 };
	struct swap_usage usage = { 0 };
	char text[4096];
	double seconds;

	read_swaps(text, sizeof(text));
	swap_types_update(&types, text);
	if (!swap_usage_of(text, device, &usage))
		fail("find the swap device");
	printf("BENCH live %" PRIu64 "\n", usage.used_bytes);
	fflush(stdout);
	seconds = give_back(device, swap_types_find(&types, device), !strcmp(how, "prefetch"));
	printf("BENCH give_back %s bytes %" PRIu64 " seconds %.6f\n", how, usage.used_bytes,
	       seconds);
}

int main(int argc, char **argv)
{
	struct memory memory = { 0 };
	int ready[2], over[2], status;
	char byte = 0;
	pid_t pid;

	if (argc != 5 || (strcmp(argv[4], "bare") != 0 && strcmp(argv[4], "prefetch") != 0)) {
		fprintf(stderr, "usage: give_back DEVICE MIB LIVE_PER_CENT bare|prefetch\n");
		return 2;
	}
	memory.pages = strtoull(argv[2], NULL, 10) * ((1ul << 20) / PAGE_BYTES);
	memory.live_per_cent = (unsigned int)strtoul(argv[3], NULL, 10);
	if (pipe(ready) < 0 || pipe(over) < 0 || (pid = fork()) < 0)
		fail("start a process");
	if (pid == 0)
		_exit(hold(&memory, ready[1], over[0]));
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail("fill memory");
	measure(argv[1], argv[4]);
	if (write(over[1], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid || status)
		fail("look at what was swapped");
	return EXIT_SUCCESS;
}
