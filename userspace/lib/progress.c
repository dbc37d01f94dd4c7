// SPDX-License-Identifier: GPL-2.0-only
/* How far long work has come; see progress.h. */
#include "userspace/lib/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR_CELLS 24
/* What a person sees as movement; drawing more often costs time at slow consoles. */
#define DRAW_EVERY_MS 100
#define QUARTERS      4

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned int share(const struct progress *progress, unsigned int parts)
{
	if (!progress->total)
		return 0;
	if (progress->done >= progress->total)
		return parts;
	return (unsigned int)((double)progress->done / (double)progress->total * parts);
}

/* One write each, so that the lines of several processes do not mix. */
static void draw(struct progress *progress)
{
	char bar[BAR_CELLS + 1];
	unsigned int full = share(progress, BAR_CELLS);

	memset(bar, '.', BAR_CELLS);
	memset(bar, '#', full);
	bar[BAR_CELLS] = '\0';
	if (progress->total)
		dprintf(STDERR_FILENO, "\r\033[K%s [%s] %3u %% %s", progress->what, bar,
			share(progress, 100), progress->step);
	else
		dprintf(STDERR_FILENO, "\r\033[K%s %s", progress->what, progress->step);
	progress->drawn = true;
	progress->next_ms = now_ms() + DRAW_EVERY_MS;
}

void progress_begin(struct progress *progress, const char *what)
{
	if (!progress)
		return;
	*progress = (struct progress){ .what = what, .terminal = isatty(STDERR_FILENO) };
}

void progress_step(struct progress *progress, const char *step, uint64_t total)
{
	if (!progress)
		return;
	snprintf(progress->step, sizeof(progress->step), "%s", step);
	progress->done = 0;
	progress->total = total;
	progress->quarter = 0;
	if (progress->terminal)
		draw(progress);
	else
		dprintf(STDERR_FILENO, "%s: %s\n", progress->what, progress->step);
}

void progress_set(struct progress *progress, uint64_t done)
{
	unsigned int quarter;

	if (!progress)
		return;
	progress->done = done;
	if (progress->terminal) {
		if (now_ms() >= progress->next_ms)
			draw(progress);
		return;
	}
	quarter = share(progress, QUARTERS);
	if (quarter <= progress->quarter)
		return;
	progress->quarter = quarter;
	dprintf(STDERR_FILENO, "%s: %s, %u %%\n", progress->what, progress->step,
		quarter * (100 / QUARTERS));
}

void progress_end(struct progress *progress)
{
	if (!progress || !progress->drawn)
		return;
	dprintf(STDERR_FILENO, "\n");
	progress->drawn = false;
}
