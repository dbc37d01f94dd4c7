// SPDX-License-Identifier: GPL-2.0-only
/*
 * One attempt to mount the root, in a process of its own.
 *
 * mount(2) on NFS blocks for as long as the server pleases, and PID 1 must go on reading events,
 * renewing the lease and telling what it waits for. The child shares the mount namespace: what it
 * mounts, the init has. It may be killed at any moment, since NFS mounts wait killably.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nfs.h"
#include "report.h"
#include "resolve.h"
#include "root.h"
#include "second_stage.h"
#include "sys.h"

/* Longer than every wait inside an attempt; only a server that stops answering midway gets here. */
#define ATTEMPT_US 120000000ull

/*
 * No program begins with four zero bytes. A file that cannot be opened (executable, but not
 * readable) is not judged.
 */
static bool reads_as_nothing(const char *path)
{
	static const char zero[4];
	char start[4] = { 0 };
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool nothing = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && status.st_size >= (off_t)sizeof(start))
		nothing = read(fd, start, sizeof(start)) <= 0 ||
			  memcmp(start, zero, sizeof(start)) == 0;
	close(fd);
	return nothing;
}

/* Mount, and look for the init, in a root of our own from which we come back. */
static void mount_and_look(const struct nfs_target *target, const char *wanted_init,
			   struct root_result *result)
{
	int outside;

	if (nfs_mount(target, &result->version, &result->fault) < 0)
		return;
	memset(&result->fault, 0, sizeof(result->fault));
	snprintf(result->what, sizeof(result->what), "%s:%s by NFS %s", target->spec->server,
		 target->spec->path, nfs_version_name(result->version));
	outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (outside < 0 || chroot(target->directory) < 0 || chdir("/") < 0) {
		fault_set(&result->fault, errno, "enter the mounted root", target->spec->path,
			  NULL);
		return;
	}
	if (find_init(wanted_init, result->init, sizeof(result->init), &result->fault) == 0 &&
	    reads_as_nothing(result->init))
		fault_set(
			&result->fault, EBADMSG, "read the second stage's init", result->init,
			result->version == NFS_4_2
				? "zeros; kernel and server disagree on NFS 4.2's READ_PLUS: give vers=4.1"
				: "zeros; the file on the server is damaged");
	if (fchdir(outside) < 0 || chroot(".") < 0)
		fault_set(&result->fault, errno, "leave the mounted root", "/", NULL);
	close(outside);
}

static int start_iscsi(const struct root_request *request, int modules_ready, int result)
{
	char ready[12];
	int ends[2];

	if (pipe(ends) < 0 || write_all(ends[1], request, sizeof(*request)) < 0 ||
	    dup2(ends[0], STDIN_FILENO) < 0 || dup2(result, STDOUT_FILENO) < 0)
		return -errno;
	(void)fcntl(modules_ready, F_SETFD, 0); /* to be kept over execl() */
	snprintf(ready, sizeof(ready), "%d", modules_ready);
	execl(ROOT_ISCSI, ROOT_ISCSI, ready, NULL);
	return -errno;
}

/* Returns only when wireroot-iscsi cannot be started; it writes its result to @pipe. */
static void attempt_iscsi(const struct params *params, const struct lease *lease, int modules_ready,
			  int pipe, struct fault *fault)
{
	struct root_request request = { .lease = *lease,
					.read_write = params->read_write && !params->overlay };

	strcpy(request.init, params->init);
	strcpy(request.flags, params->root_flags);
	fault_set(fault, start_iscsi(&request, modules_ready, pipe), "start", ROOT_ISCSI,
		  "build the initrd --with iscsi");
}

static void attempt(const struct params *params, const struct root_spec *spec,
		    const struct lease *lease, const struct root_modules *modules, int pipe,
		    struct root_result *result)
{
	struct nfs_target target = { .spec = spec,
				     .client = lease->address,
				     .flags = params->root_flags,
				     /* The overlay's lower side is never written to. */
				     .read_write = params->read_write && !params->overlay,
				     .modules_ready = modules->ready,
				     .version_3_ready = modules->version_3_ready,
				     .directory = ROOT_DIRECTORY };
	struct root_spec older = *spec;

	if (params->discover[0]) {
		execl(ROOT_DISCOVER, ROOT_DISCOVER, params->discover, NULL);
		fault_set(&result->fault, errno, "start", ROOT_DISCOVER, NULL);
		return;
	}
	if (spec->iscsi) {
		attempt_iscsi(params, lease, modules->ready, pipe, &result->fault);
		return;
	}
	if (resolve(spec->server, lease, &result->server, &result->fault) < 0)
		return;
	target.server = result->server;
	result->source = source_address(result->server);
	mount_and_look(&target, params->init, result);
	if (result->fault.error != EBADMSG || result->version != NFS_4_2 ||
	    spec->version == NFS_4_2)
		return;
	/*
	 * NFS-Ganesha 4.3 and kernels that use READ_PLUS (CONFIG_NFS_V4_2_READ_PLUS, Debian's 6.12)
	 * do not understand each other: every file reads as zeros. 4.1 has no READ_PLUS.
	 */
	report_line("root: files of %s read as zeros by NFS 4.2, going back to 4.1", spec->server);
	(void)umount2(ROOT_DIRECTORY, MNT_DETACH);
	older.version = NFS_4_1;
	target.spec = &older;
	mount_and_look(&target, params->init, result);
}

int root_attempt_start(struct root_attempt *attempt_state, const struct params *params,
		       const struct root_spec *spec, const struct lease *lease,
		       const struct root_modules *modules, struct fault *fault)
{
	struct root_result result;
	int ends[2];

	/* The end of the program for discovery shows as that of the pipe. */
	if (pipe2(ends, params->discover[0] ? 0 : O_CLOEXEC) < 0)
		return fault_set(fault, errno, "open a pipe", "", NULL);
	attempt_state->endless = params->discover[0];
	attempt_state->pid = fork();
	if (attempt_state->pid < 0) {
		int error = errno;

		close(ends[0]);
		close(ends[1]);
		attempt_state->pid = 0;
		return fault_set(fault, error, "start a process", "", NULL);
	}
	if (attempt_state->pid == 0) {
		(void)setpgid(0, 0); /* what it starts ends with it: root_attempt_cancel() */
		memset(&result, 0, sizeof(result));
		attempt(params, spec, lease, modules, ends[1], &result);
		_exit(write_all(ends[1], &result, sizeof(result)) < 0);
	}
	close(ends[1]);
	attempt_state->pipe = ends[0];
	root_attempt_restart_time(attempt_state);
	return 0;
}

void root_attempt_restart_time(struct root_attempt *attempt_state)
{
	attempt_state->began_us = monotonic_us();
	attempt_state->deadline_us =
		attempt_state->endless ? UINT64_MAX : attempt_state->began_us + ATTEMPT_US;
}

static void finish(struct root_attempt *attempt_state)
{
	close(attempt_state->pipe);
	attempt_state->pipe = -1;
	waitpid(attempt_state->pid, NULL, 0);
	attempt_state->pid = 0;
}

void root_attempt_result(struct root_attempt *attempt_state, struct root_result *result)
{
	/* A pipe carries up to PIPE_BUF (4096) bytes in one piece. */
	_Static_assert(sizeof(*result) <= 4096, "the result must fit one atomic write");
	if (read(attempt_state->pipe, result, sizeof(*result)) != sizeof(*result)) {
		memset(result, 0, sizeof(*result));
		fault_set(&result->fault, EIO, "mount the root", "",
			  "the process that did it died: see the kernel's messages");
	}
	finish(attempt_state);
	if (result->fault.error)
		(void)umount2(ROOT_DIRECTORY, MNT_DETACH);
}

void root_attempt_cancel(struct root_attempt *attempt_state, const char *peer,
			 struct root_result *result)
{
	kill(-attempt_state->pid, SIGKILL);
	kill(attempt_state->pid, SIGKILL);
	finish(attempt_state);
	(void)umount2(ROOT_DIRECTORY, MNT_DETACH);
	memset(result, 0, sizeof(*result));
	fault_set(&result->fault, ETIMEDOUT, "mount the root", peer,
		  "the server stopped answering in the middle of the mount");
}
