// SPDX-License-Identifier: GPL-2.0-only
/* Programs in the background of a lab; see service.h. */
#include "tools/lab/service.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lab/follow.h"
#include "tools/lab/layout.h"
#include "userspace/lib/fs.h"

/* On two busy cores each server needs about a second. */
#define READY_TIMEOUT_MS 30000
/* NFS-Ganesha takes about a second for a clean end. */
#define STOP_TIMEOUT_MS 5000

static void pid_path(const char *name, char path[static LAB_NAME_BYTES])
{
	snprintf(path, LAB_NAME_BYTES, LAB_RUN_DIR "/%s.pid", name);
}

/* Is it there, and has it not ended? One that has ended is there until it is reaped. */
static bool is_alive(pid_t pid)
{
	char path[32], buffer[512];
	const char *behind_name;
	ssize_t got;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	got = read(file, buffer, sizeof(buffer) - 1);
	close(file);
	buffer[got > 0 ? got : 0] = '\0';
	/* A name may hold blanks and parentheses; the last one ends it. */
	behind_name = strrchr(buffer, ')');
	return behind_name && behind_name[1] == ' ' && behind_name[2] != 'Z';
}

static pid_t read_pid(const char *path)
{
	struct fault unused;
	size_t length;
	pid_t pid;
	char *text;

	if (fs_read_file(path, 64, &text, &length, &unused))
		return 0;
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	return pid > 0 ? pid : 0;
}

/*
 * Held while a pid file changes, so that the supervisor does not take away the file of a program
 * that was started anew between its look into the file and the removal.
 */
static int lock_pid_files(void)
{
	int directory = open(LAB_RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0)
		flock(directory, LOCK_EX);
	return directory;
}

static int write_pid(const char *name, pid_t pid, struct fault *fault)
{
	char path[LAB_NAME_BYTES], text[16];
	int length = snprintf(text, sizeof(text), "%d\n", (int)pid);
	int lock = lock_pid_files(), error;

	pid_path(name, path);
	error = fs_write_file(path, text, (size_t)length, 0644, fault);
	close(lock);
	return error;
}

pid_t service_pid(const char *name)
{
	char path[LAB_NAME_BYTES];
	pid_t pid;

	pid_path(name, path);
	pid = read_pid(path);
	return pid && is_alive(pid) ? pid : 0;
}

int service_open(const char *name)
{
	pid_t pid = service_pid(name);

	return pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
}

bool service_forget(pid_t pid, char *name, size_t size)
{
	DIR *directory = opendir(LAB_RUN_DIR);
	char path[LAB_NAME_BYTES + 256];
	int lock = lock_pid_files();
	struct dirent *entry;
	bool found = false;

	while (directory && !found && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length <= 4 || strcmp(entry->d_name + length - 4, ".pid") != 0)
			continue;
		snprintf(path, sizeof(path), LAB_RUN_DIR "/%s", entry->d_name);
		if (read_pid(path) != pid)
			continue;
		snprintf(name, size, "%.*s", (int)(length - 4), entry->d_name);
		unlink(path);
		found = true;
	}
	if (directory)
		closedir(directory);
	close(lock);
	return found;
}

static void log_path(const char *name, char path[static LAB_NAME_BYTES])
{
	snprintf(path, LAB_NAME_BYTES, "%s.log", name);
}

/* The log's last line behind @from, for a hint. Empty when there is none. */
static void last_log_line(const char *log, off_t from, char *line, size_t size)
{
	struct fault unused;
	size_t length, start;
	char *text;

	line[0] = '\0';
	if (fs_read_file(log, 64 << 20, &text, &length, &unused))
		return;
	while (length > (size_t)from && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	for (start = length; start > (size_t)from && text[start - 1] != '\n';)
		start--;
	if (start < length)
		snprintf(line, size, "%s", text + start);
	free(text);
}

/* With what the program wrote to its log, from byte @from of it on. */
static int fault_with_log(struct fault *fault, int error, const char *doing, const char *name,
			  off_t from)
{
	char line[sizeof(fault->hint)], log[LAB_NAME_BYTES];

	log_path(name, log);
	last_log_line(log, from, line, sizeof(line));
	return fault_set(fault, error, doing, name, line[0] ? line : NULL);
}

/*
 * In the child: become the program. Its errno goes to @failure, which closes when it succeeds. Who
 * it is, the child says itself: its starter may be killed at any time.
 */
static void become(const struct service *service, int log, int failure)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct fault fault = { 0 };
	sigset_t none;
	int error;

	error = -write_pid(service->name, getpid(), &fault);
	if (error) {
		(void)!write(failure, &error, sizeof(error));
		_exit(127);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	setsid();
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	setenv("LC_ALL", "C", 1); /* what is waited for in a log is English */
	execvp(service->argv[0], (char *const *)service->argv);
	error = errno;
	(void)!write(failure, &error, sizeof(error));
	_exit(127);
}

/* Kill our child @pid. Its pid file goes before its pid can be another's. */
static void end_child(pid_t pid)
{
	char name[LAB_NAME_BYTES];

	service_forget(pid, name, sizeof(name));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int launch(const struct service *service, int log, pid_t *pid, struct fault *fault)
{
	int failure[2], error = 0;

	if (pipe2(failure, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "start", service->name, NULL);
	*pid = fork();
	if (*pid == 0)
		become(service, log, failure[1]);
	close(failure[1]);
	if (*pid < 0)
		error = errno;
	else if (read(failure[0], &error, sizeof(error)) > 0)
		end_child(*pid);
	close(failure[0]);
	if (error)
		return fault_set(fault, error, "start program", service->argv[0],
				 error == ENOENT ? "install it (make deps), or mend PATH" : NULL);
	return 0;
}

static int wait_for_ready_line(const struct service *service, int process, const char *log,
			       off_t from, struct fault *fault)
{
	struct follow follow = { .path = log,
				 .from = from,
				 .pattern = service->ready_line,
				 .process = process,
				 .timeout_ms = READY_TIMEOUT_MS };

	return follow_until(&follow, fault);
}

/*
 * The socket for READY=1, and its name in the environment of programs that we start. Of no path,
 * but of the lab's network namespace: rpcbind has given up root when it says so, and a lab may be
 * in a directory that is root's.
 */
static int open_notify_socket(const struct service *service, struct fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[LAB_NAME_BYTES];
	int length = snprintf(name, sizeof(name), "@wireroot-%s", service->name), error;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)) == 0) {
		setenv("NOTIFY_SOCKET", name, 1);
		return fd;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	return fault_set(fault, error, "open notification socket", name, NULL);
}

static int wait_for_notification(int notifications, int process, struct fault *fault)
{
	struct pollfd fds[2] = { { .fd = notifications, .events = POLLIN },
				 { .fd = process, .events = POLLIN } };
	char state[256];
	ssize_t got;

	for (;;) {
		int ready = poll(fds, 2, READY_TIMEOUT_MS);

		if (ready == 0)
			return fault_set(fault, ETIMEDOUT, "wait for READY=1", NULL, NULL);
		if (ready > 0 && fds[0].revents) {
			got = recv(notifications, state, sizeof(state) - 1, 0);
			state[got > 0 ? got : 0] = '\0';
			if (strstr(state, "READY=1"))
				return 0;
		} else if (ready > 0) {
			return fault_set(fault, ESRCH, "wait for READY=1", NULL, NULL);
		}
	}
}

/* The program stays our child until it is ready. */
static int wait_for_word(const struct service *service, pid_t pid, const char *log, off_t from,
			 int notifications, struct fault *fault)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), error = 0;

	if (service->readiness == SERVICE_LOGS)
		error = wait_for_ready_line(service, process, log, from, fault);
	else if (service->readiness == SERVICE_NOTIFIES)
		error = wait_for_notification(notifications, process, fault);
	close(process);
	if (!error)
		return 0;
	end_child(pid);
	return fault_with_log(fault, error, "wait until it is ready", service->name, from);
}

/* In a process of its own: when it ends, the program becomes the supervisor's. */
static int start_and_wait(const struct service *service, struct fault *fault)
{
	char log[LAB_NAME_BYTES];
	int fd, notifications = -1, error;
	struct stat before;
	pid_t pid = -1;

	/* Nobody is left to tell when the caller is killed, and a lab may wait for our end. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log_path(service->name, log);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || fstat(fd, &before) < 0)
		return fault_set(fault, errno, "open log", log, NULL);
	if (service->readiness == SERVICE_NOTIFIES) {
		notifications = open_notify_socket(service, fault);
		if (notifications < 0)
			return notifications;
	}
	error = launch(service, fd, &pid, fault);
	if (error)
		return error;
	return wait_for_word(service, pid, log, before.st_size, notifications, fault);
}

/* Of two that start it at once, the second one waits here, and then finds that it runs. */
static int lock_start(const char *name, struct fault *fault)
{
	char path[LAB_NAME_BYTES];
	int lock;

	snprintf(path, sizeof(path), LAB_RUN_DIR "/%s.start", name);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return fault_set(fault, errno, "lock", path, NULL);
	return lock;
}

static int start(const struct service *service, struct fault *fault)
{
	int story[2], error = -EIO;
	pid_t pid;

	if (service_pid(service->name))
		return fault_set(fault, EALREADY, "start", service->name, "it runs");
	if (pipe2(story, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "start", service->name, NULL);
	pid = fork();
	if (pid == 0) {
		struct fault found = { 0 };

		start_and_wait(service, &found);
		(void)!write(story[1], &found, sizeof(found));
		_exit(0);
	}
	close(story[1]);
	fault_set(fault, EIO, "start (its starter died)", service->name, NULL);
	if (pid > 0 && read(story[0], fault, sizeof(*fault)) == sizeof(*fault))
		error = -fault->error;
	close(story[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return error;
}

int service_start(const struct service *service, struct fault *fault)
{
	int lock = lock_start(service->name, fault), error;

	if (lock < 0)
		return lock;
	error = start(service, fault);
	close(lock);
	return error;
}

off_t service_log_bytes(const char *name)
{
	char log[LAB_NAME_BYTES];
	struct stat status;

	log_path(name, log);
	return stat(log, &status) == 0 ? status.st_size : 0;
}

int service_has_ended(const char *name, off_t from, struct fault *fault)
{
	return fault_with_log(fault, EIO, "start (it ended at once)", name, from);
}

int service_stop(const char *name, struct fault *fault)
{
	int process = service_open(name);
	struct pollfd ended = { .fd = process, .events = POLLIN };
	int ready;

	if (process < 0)
		return fault_set(fault, ESRCH, "stop", name, "it does not run");
	syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0);
	ready = poll(&ended, 1, STOP_TIMEOUT_MS);
	if (ready == 0) {
		syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
		ready = poll(&ended, 1, STOP_TIMEOUT_MS);
	}
	close(process);
	return ready > 0 ? 0 : fault_set(fault, ETIMEDOUT, "stop", name, NULL);
}
