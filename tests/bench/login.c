// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logs in to an iSCSI target by our own client and by iscsistart in turn, in one guest, and says
 *how long each took. For the initrd of the benchmark, whose PID 1 (login.sh) has loaded the
 *modules, brought the link up and starts this:
 *
 *	usage: login ADDRESS ROUNDS
 *
 * ADDRESS is the node's own; the words are the kernel command line's. Each login is an attempt as
 *the init makes it, by wireroot-iscsi, with iscsistart in its place or out of the way; before each,
 *the session of the one before is ended. A line for each, of the seconds since the program was
 *started,
 *
 *	BENCH login own connected 0.012345 disk 0.123456 mounted 0.234567
 *
 * until the session's first SCSI device appears, which is when the login is done and the kernel has
 * the session; until its disk does; and until the root is mounted. Round 0 is a throw-away. Static
 * (klibc).
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "initramfs/iscsi/disk.h"
#include "initramfs/iscsi/iscsi_netlink.h"
#include "initramfs/iscsi/iscsistart.h"
#include "initramfs/root.h"
#include "initramfs/sys.h"
#include "initramfs/value.h"

#define PUT_AWAY "/iscsistart"

struct times {
	uint64_t began_us, connected_us, disk_us, mounted_us;
};

/* "add@/devices/…/target0:0:0/0:0:0:1/block/sda", and before that one without the last parts. */
static void note_event(const char *event, struct times *times)
{
	bool added = strncmp(event, "add@", 4) == 0 && strstr(event, "/session");

	if (added && strstr(event, "/target") && !times->connected_us)
		times->connected_us = monotonic_us();
	if (added && strstr(event, "/block/sd") && !times->disk_us)
		times->disk_us = monotonic_us();
}

/* Take in events until the attempt's result is there. */
static int await_result(int events, int result, struct times *times, struct root_result *answer)
{
	for (;;) {
		struct pollfd fds[] = { { events, POLLIN, 0 }, { result, POLLIN, 0 } };
		char event[4096];
		ssize_t length;

		if (poll(fds, 2, -1) < 0)
			return -errno;
		while ((length = recv(events, event, sizeof(event) - 1, MSG_DONTWAIT)) > 0) {
			event[length] = '\0';
			note_event(event, times);
		}
		if (fds[1].revents)
			break;
	}
	times->mounted_us = monotonic_us();
	return read(result, answer, sizeof(*answer)) == sizeof(*answer) ? -answer->fault.error
									: -EIO;
}

static int attempt(uint32_t address, struct times *times, struct root_result *answer)
{
	struct root_request request = { .lease.address = address };
	int in[2], out[2], events = disk_open_events(), error;
	pid_t pid;

	if (events < 0 || pipe(in) < 0 || pipe(out) < 0 ||
	    write_all(in[1], &request, sizeof(request)) < 0)
		return -EIO;
	times->began_us = monotonic_us();
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(ROOT_ISCSI, ROOT_ISCSI, "-1", NULL);
		_exit(127);
	}
	close(out[1]);
	error = await_result(events, out[0], times, answer);
	waitpid(pid, NULL, 0);
	close(in[0]);
	close(in[1]);
	close(out[0]);
	close(events);
	return error;
}

static int end_sessions(void)
{
	struct iscsi_kernel kernel;
	struct fault fault;
	int error;

	(void)umount2(ROOT_DIRECTORY, 0);
	error = iscsi_kernel_open(&kernel, &fault);
	if (error)
		return error;
	iscsi_kernel_destroy_all(&kernel);
	iscsi_kernel_close(&kernel);
	return 0;
}

static void print_since(const char *what, const struct times *times, uint64_t us)
{
	uint64_t took_us = us - times->began_us;

	printf(" %s %u.%06u", what, (unsigned int)(took_us / 1000000),
	       (unsigned int)(took_us % 1000000));
}

static int measure(bool own, bool told, uint32_t address)
{
	struct times times = { 0 };
	struct root_result answer = { 0 };
	char line[FAULT_LINE_BYTES];
	int error =
		rename(own ? ISCSISTART : PUT_AWAY, own ? PUT_AWAY : ISCSISTART) < 0 ? -errno : 0;

	if (!error)
		error = attempt(address, &times, &answer);
	if (error || !times.connected_us || !times.disk_us) {
		printf("\nBENCH failed: %s: error %d: %s\n", own ? "own" : "iscsistart", error,
		       answer.fault.error ? fault_line(&answer.fault, line) : "no event");
		return -1;
	}
	if (told) {
		printf("\nBENCH login %s", own ? "own" : "iscsistart");
		print_since("connected", &times, times.connected_us);
		print_since("disk", &times, times.disk_us);
		print_since("mounted", &times, times.mounted_us);
		printf("\n");
		fflush(stdout);
	}
	return end_sessions();
}

int main(int argc, char *argv[])
{
	uint32_t address;
	int rounds;

	if (argc != 3 || !value_ipv4(argv[1], &address))
		return 2;
	rounds = atoi(argv[2]);
	for (int round = 0; round <= rounds; round++)
		if (measure(true, round > 0, address) < 0 || measure(false, round > 0, address) < 0)
			return 1;
	printf("\nBENCH done\n");
	return 0;
}
