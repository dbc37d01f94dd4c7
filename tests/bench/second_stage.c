// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second stage of the boot benchmark: says when its first instruction ran, and powers off.
 *
 * Static (klibc) and tiny, so that reading it over the network adds next to nothing. It prints
 *
 *	BENCH init 1.512345 second-stage 2.745678 root 4.2
 *
 * what / is mounted as, the version of NFS or the kind of another file system, and both times in
 * seconds since the kernel's start by one clock, the kernel log's: the moment at which the kernel
 *ran /init from the line that the kernel itself logs then, the second by a line that is logged here
 * before anything else is done. Where the kernel does not tell, it prints "BENCH failed: " and what
 * it was that failed. It must be started as PID 1 with /dev and /proc mounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#define KERNEL_LINE "Run /init as init process"
#define OUR_LINE    "wireroot-bench: second stage"

/* The kernel gives one record a read, of at most so many bytes (CONSOLE_EXT_LOG_MAX). */
#define RECORD_BYTES 8192

#define MOUNTS_BYTES 8192
#define ROOT_BYTES   8

/* "6,339,5140900,-;text": the third field is the time in microseconds. */
static int read_time(const char *record, unsigned long long *time_us)
{
	return sscanf(record, "%*u,%*u,%llu,", time_us) == 1 ? 0 : -EINVAL;
}

/* Find both lines in what has been logged so far. */
static int find_times(int log, unsigned long long *init_us, unsigned long long *second_us)
{
	char record[RECORD_BYTES + 1];
	ssize_t length;

	for (;;) {
		length = read(log, record, RECORD_BYTES);
		/* EPIPE: older records were overwritten meanwhile; go on with the oldest left. */
		if (length < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (length <= 0)
			return -ENOENT;
		record[length] = '\0';
		if (strstr(record, KERNEL_LINE) && read_time(record, init_us) < 0)
			return -EINVAL;
		if (strstr(record, OUR_LINE))
			return *init_us ? read_time(record, second_us) : -ENOENT;
	}
}

/*
 * Find what / is mounted as: of "SERVER:/path / nfs4 ro,vers=4.2,... 0 0" the version of NFS, of
 * "/dev/sda / ext4 ro,... 0 0" the kind. The initrd's own root stands before it.
 */
static int find_root(char root[static ROOT_BYTES])
{
	char mounts[MOUNTS_BYTES + 1], *line, *next, *options;
	int fd = open("/proc/self/mounts", O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, mounts, MOUNTS_BYTES);

	if (length < 0)
		return -errno;
	close(fd);
	mounts[length] = '\0';
	line = strstr(mounts, " / ");
	while (line && (next = strstr(line + 1, " / ")))
		line = next;
	if (!line)
		return -ENODEV;
	line[strcspn(line, "\n")] = '\0';
	options = strncmp(line, " / nfs", 6) ? NULL : strstr(line, "vers=");
	return sscanf(options ? options + 5 : line + 3, options ? "%7[0-9.]" : "%7s", root) == 1
		       ? 0
		       : -ENODEV;
}

static int report_times(void)
{
	unsigned long long init_us = 0, second_us = 0;
	static const char line[] = "<6>" OUR_LINE "\n";
	char root[ROOT_BYTES];
	int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	int error;

	if (log < 0 || write(log, line, sizeof(line) - 1) < 0)
		return -errno;
	error = find_times(log, &init_us, &second_us);
	if (!error)
		error = find_root(root);
	if (error)
		return error;
	printf("\nBENCH init %llu.%06llu second-stage %llu.%06llu root %s\n", init_us / 1000000,
	       init_us % 1000000, second_us / 1000000, second_us % 1000000, root);
	return 0;
}

int main(void)
{
	int console = open("/dev/console", O_RDWR);
	int error;

	if (console >= 0) {
		dup2(console, STDOUT_FILENO);
		dup2(console, STDERR_FILENO);
	}
	error = report_times();
	if (error)
		printf("\nBENCH failed: %s\n", strerror(-error));
	fflush(stdout);
	reboot(RB_POWER_OFF, NULL);
	return 1;
}
