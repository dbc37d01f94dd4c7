// SPDX-License-Identifier: GPL-2.0-only
/*
 * The experiment on memory that does not fit: data of a given size in this program's own memory,
 * written and then read and written again in blocks, one after the other or at random places, so
 * that the kernel has to swap. For the benchmark's guests; static.
 *
 *	usage: access DATA_BYTES BLOCK_BYTES[,BLOCK_BYTES…] SECONDS PATTERN...
 *
 * A PATTERN is sequential-read, random-read, sequential-write or random-write. Each goes over as
 * many bytes as there are data, or for SECONDS, whichever ends first; before the first, all data
 * are written once and read once. A line for each, the filling too:
 *
 *	BENCH access random-read data 268435456 block 1024 bytes 1048576 seconds 1.2 faults 1024
 *
 * Every block that is read is looked at: data that are not what was written end the program with 1
 * and a line "BENCH failed …". SIZES take K, M, G.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define WORD_BYTES sizeof(uint64_t)
#define BLOCK_MAX  (1u << 20)
/* The clock is looked at after so many bytes at the least, so that small blocks measure themselves.
 */
#define CLOCK_EVERY_BYTES 4096
#define PAGE_BYTES	  4096

struct data {
	uint8_t *bytes;
	uint64_t size;
	uint64_t block;
	uint64_t seconds;
	uint64_t random;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * What was written last is in memory alone: to make room by writing it would be measured with
 * reads. So all pages are read once, which leaves those in memory that the swap has, too.
 */
static void settle(const struct data *data)
{
	const volatile uint8_t *bytes = data->bytes;

	for (uint64_t offset = 0; offset < data->size; offset += PAGE_BYTES)
		(void)bytes[offset];
}

/* What the word at @offset holds: no two alike, nothing that compresses (splitmix64's mixing). */
static uint64_t word_at(uint64_t offset)
{
	uint64_t word = offset + 0x9e3779b97f4a7c15u;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
	word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
	return word ^ (word >> 31);
}

/* xorshift64* */
static uint64_t next_random(struct data *data)
{
	data->random ^= data->random >> 12;
	data->random ^= data->random << 25;
	data->random ^= data->random >> 27;
	return data->random * 0x2545f4914f6cdd1du;
}

/* A word of a block that was written again is the complement of what it was first. */
static bool is_word(const uint8_t *at, uint64_t offset)
{
	uint64_t word;

	memcpy(&word, at, WORD_BYTES);
	return word == word_at(offset) || word == ~word_at(offset);
}

static void fill(struct data *data)
{
	for (uint64_t offset = 0; offset < data->size; offset += WORD_BYTES) {
		uint64_t word = word_at(offset);

		memcpy(data->bytes + offset, &word, WORD_BYTES);
	}
}

static void read_block(const struct data *data, uint64_t offset, uint8_t *block)
{
	memcpy(block, data->bytes + offset, data->block);
	if (is_word(block, offset) &&
	    is_word(block + data->block - WORD_BYTES, offset + data->block - WORD_BYTES))
		return;
	printf("BENCH failed at %" PRIu64 ": the data are not what was written\n", offset);
	exit(EXIT_FAILURE);
}

static void write_block(const struct data *data, uint64_t offset, uint8_t *block)
{
	for (uint64_t at = 0; at < data->block; at += WORD_BYTES) {
		uint64_t word = ~word_at(offset + at);

		memcpy(block + at, &word, WORD_BYTES);
	}
	memcpy(data->bytes + offset, block, data->block);
}

static void tell(const struct data *data, const char *pattern, uint64_t bytes, double seconds,
		 long faults)
{
	printf("BENCH access %s data %" PRIu64 " block %" PRIu64 " bytes %" PRIu64
	       " seconds %.6f faults %ld\n",
	       pattern, data->size, data->block, bytes, seconds, faults);
	fflush(stdout);
}

static long major_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_majflt;
}

static void run(struct data *data, const char *pattern)
{
	static uint8_t block[BLOCK_MAX];
	const bool random = !strncmp(pattern, "random-", 7), writes = strstr(pattern, "write");
	const uint64_t blocks = data->size / data->block;
	uint64_t done = 0, since_clock = 0;
	long faults = major_faults();
	double start = now_s(), end;

	for (; done < blocks; done++) {
		uint64_t offset = (random ? next_random(data) % blocks : done) * data->block;

		if (writes)
			write_block(data, offset, block);
		else
			read_block(data, offset, block);
		since_clock += random ? CLOCK_EVERY_BYTES : data->block;
		if (since_clock < CLOCK_EVERY_BYTES)
			continue;
		since_clock = 0;
		end = now_s();
		if (end - start >= (double)data->seconds) {
			done++;
			break;
		}
	}
	end = now_s();
	tell(data, pattern, done * data->block, end - start, major_faults() - faults);
}

/* Bytes, with K, M or G; 0: it is no such number. */
static uint64_t read_size(const char *text)
{
	char *end;
	unsigned long long size = strtoull(text, &end, 10);

	switch (*end) {
	case 'G':
		size <<= 10; /* fall through */
	case 'M':
		size <<= 10; /* fall through */
	case 'K':
		size <<= 10;
		end++;
	}
	return *end ? 0 : size;
}

static bool is_pattern(const char *text)
{
	return !strcmp(text, "sequential-read") || !strcmp(text, "random-read") ||
	       !strcmp(text, "sequential-write") || !strcmp(text, "random-write");
}

/* All patterns with one size of block; false: there is no such block or pattern. */
static bool run_all(struct data *data, const char *block, char **patterns)
{
	data->block = read_size(block);
	if (data->block % WORD_BYTES || data->block < 2 * WORD_BYTES || data->block > BLOCK_MAX ||
	    data->size % data->block)
		return false;
	for (; *patterns; patterns++) {
		if (!is_pattern(*patterns))
			return false;
		run(data, *patterns);
	}
	return true;
}

static void __attribute__((noreturn)) hold(void)
{
	puts("BENCH held");
	fflush(stdout);
	for (;;)
		pause();
}

static int complain(void)
{
	fprintf(stderr, "usage: access DATA_BYTES BLOCK_BYTES[,…] SECONDS PATTERN... (or hold)\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct data data = { .random = 0x853c49e6748fea9bu };
	double start;
	long faults;

	if (argc < 5)
		return complain();
	data.size = read_size(argv[1]);
	data.seconds = read_size(argv[3]);
	if (!data.size || !data.seconds)
		return complain();
	data.bytes =
		mmap(NULL, data.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data.bytes == MAP_FAILED) {
		printf("BENCH failed: %" PRIu64 " bytes of memory: %s\n", data.size,
		       strerror(errno));
		return EXIT_FAILURE;
	}
	/* Pages as small as they are swapped, on every kernel alike. */
	madvise(data.bytes, data.size, MADV_NOHUGEPAGE);
	start = now_s();
	faults = major_faults();
	fill(&data);
	tell(&data, "fill", data.size, now_s() - start, major_faults() - faults);
	if (!strcmp(argv[4], "hold"))
		hold();
	settle(&data);
	for (char *block = strtok(argv[2], ","); block; block = strtok(NULL, ","))
		if (!run_all(&data, block, argv + 4))
			return complain();
	return EXIT_SUCCESS;
}
