// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast a processor is at what swapping is made of: entering the kernel, copying pages in it,
 * and computing. For the benchmark of lent memory, which runs it in the node, whose clock counts
 * instructions, and on the machine; static. No arguments. A line for each, in nanoseconds for one:
 *
 *	BENCH pace system-call 137.2
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096
/* Several passes, of which the least disturbed one counts. */
#define PASSES 5

static int ends[2]; /* of a pipe */

static int call(void)
{
	return syscall(SYS_getppid) < 0;
}

static int copy(void)
{
	static char page[PAGE_BYTES];

	return write(ends[1], page, sizeof(page)) != PAGE_BYTES ||
	       read(ends[0], page, sizeof(page)) != PAGE_BYTES;
}

/* Shifts that depend on each other, as Marsaglia's xorshift has them. */
static int compute(void)
{
	static uint64_t state = 1;

	for (int i = 0; i < 1000; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
	}
	return state == 0;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int measure(const char *name, int (*once)(void), int times)
{
	double least = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		double from = now_ns(), took;

		for (int i = 0; i < times; i++) {
			if (once()) {
				printf("BENCH failed pace %s\n", name);
				return 1;
			}
		}
		took = now_ns() - from;
		least = pass == 0 || took < least ? took : least;
	}
	printf("BENCH pace %s %.1f\n", name, least / times);
	return 0;
}

int main(void)
{
	if (pipe(ends))
		return 1;
	return measure("system-call", call, 50000) || measure("page-copies", copy, 10000) ||
	       measure("thousand-shifts", compute, 2000);
}
