// SPDX-License-Identifier: GPL-2.0-only
/* The process that a lab lives and dies with; see supervisor.h. */
#include "tools/lab/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lab/bridge.h"
#include "tools/lab/layout.h"
#include "tools/lab/service.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/log.h"

/* QEMU with a large guest needs a moment to give its memory back. */
#define END_TIMEOUT_MS 10000

#define LAB_NAMESPACES (CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS)

/* Held until the process ends; the descriptor is left open for that. */
static int take_lock(struct fault *fault)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(LAB_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return fault_set(fault, errno, "open", LAB_LOCK, NULL);
	if (fcntl(fd, F_SETLK, &whole) < 0)
		return fault_set(fault, errno, "lock", LAB_LOCK, "a lab runs in this directory");
	return 0;
}

static int mount_fresh(const char *type, const char *target, const char *data, struct fault *fault)
{
	char doing[64];

	snprintf(doing, sizeof(doing), "mount %s for the lab on", type);
	if (mount(type, target, type, MS_NOSUID | MS_NODEV, data) < 0)
		return fault_set(fault, errno, doing, target, NULL);
	return 0;
}

/*
 * What the servers believe to be the machine's: /proc and /sys of the new namespaces, and empty
 * state directories, so that rpcbind and Ganesha of several labs and of the machine do not meet.
 */
static int mount_private(struct fault *fault)
{
	int error;

	/* First of all, or the machine would see every mount that follows. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault_set(fault, errno, "make mounts private", "/", NULL);
	error = mount_fresh("proc", "/proc", NULL, fault);
	if (!error)
		error = mount_fresh("sysfs", "/sys", NULL, fault);
	if (!error)
		error = mount_fresh("tmpfs", "/run", "mode=0755", fault);
	if (!error && fs_is_directory("/var/lib/nfs"))
		error = mount_fresh("tmpfs", "/var/lib/nfs", "mode=0755", fault);
	if (!error)
		error = fs_make_dirs("/run/rpcbind", 0755, fault);
	if (!error)
		error = fs_make_dirs("/run/ganesha", 0755, fault);
	if (!error && fs_is_directory("/var/lib/nfs"))
		error = fs_make_dirs("/var/lib/nfs/ganesha", 0755, fault);
	return error;
}

/* So that programs in the lab, such as `wireroot lab exec DIR -- wget`, use the lab's DNS. */
static int use_lab_dns(const struct lab_network *network, struct fault *fault)
{
	const char *file = LAB_RUN_DIR "/resolv.conf";
	char text[LAB_DOMAIN_BYTES + 64];
	int length, error;

	length = snprintf(text, sizeof(text), "nameserver %s\n%s%s%s", network->address,
			  network->domain[0] ? "search " : "", network->domain,
			  network->domain[0] ? "\n" : "");
	error = fs_write_file(file, text, (size_t)length, 0644, fault);
	if (!error && fs_is_file("/etc/resolv.conf") &&
	    mount(file, "/etc/resolv.conf", NULL, MS_BIND, NULL) < 0)
		error = fault_set(fault, errno, "mount", "/etc/resolv.conf", NULL);
	return error;
}

static int prepare(const struct lab_network *network, struct fault *fault)
{
	int error = take_lock(fault);

	if (!error && sethostname("lab", 3) < 0)
		error = fault_set(fault, errno, "set host name", "lab", NULL);
	if (!error)
		error = mount_private(fault);
	if (!error)
		error = use_lab_dns(network, fault);
	return error ? error : bridge_make_lab(network, fault);
}

/* Away from the caller's terminal: no input, output to the lab's log. */
static int leave_terminal(struct fault *fault)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int log = open(LAB_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (log < 0 || null < 0)
		return fault_set(fault, errno, "open", LAB_LOG, NULL);
	setsid();
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	return 0;
}

static void log_end(const struct log *log, const siginfo_t *end, const char *name)
{
	if (end->si_code == CLD_EXITED)
		log_line(log, LOG_LEVEL_NOTICE, "%s ended with status %d", name, end->si_status);
	else
		log_line(log, LOG_LEVEL_NOTICE, "%s was ended by signal %d", name, end->si_status);
}

/* A pid is not given to another process before it is reaped: the pid file goes first. */
static void reap(const struct log *log)
{
	siginfo_t end = { 0 };
	char name[LAB_NAME_BYTES];

	while (waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid) {
		if (service_forget(end.si_pid, name, sizeof(name)))
			log_end(log, &end, name);
		waitid(P_PID, (id_t)end.si_pid, &end, WEXITED | WNOHANG);
		end.si_pid = 0;
	}
}

/* A byte on the leash sets us free; its end without one means that our starter is dead. */
static bool is_let_go(int *leash)
{
	char byte;
	bool free = read(*leash, &byte, 1) == 1;

	close(*leash);
	*leash = -1;
	return free;
}

/* Reap until told to end, or until the process that we are tied to ends. */
static int supervise(int signals, int leash, int tie)
{
	struct log log = log_open("lab");

	for (;;) {
		struct pollfd fds[3] = { { .fd = signals, .events = POLLIN },
					 { .fd = leash, .events = POLLIN },
					 { .fd = tie, .events = POLLIN } };
		struct signalfd_siginfo signal;

		if (poll(fds, 3, -1) < 0)
			continue;
		if (fds[2].revents || (fds[1].revents && !is_let_go(&leash))) {
			log_line(&log, LOG_LEVEL_NOTICE, "ends with the process it is tied to");
			return 0;
		}
		if (!fds[0].revents || read(signals, &signal, sizeof(signal)) != sizeof(signal))
			continue;
		if (signal.ssi_signo != SIGCHLD) {
			log_line(&log, LOG_LEVEL_NOTICE, "ends on signal %u", signal.ssi_signo);
			return 0;
		}
		reap(&log);
	}
}

static int open_signals(void)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	return signalfd(-1, &wanted, SFD_CLOEXEC);
}

/* The supervisor's whole life. @story tells the caller how the start went. */
static int be_supervisor(const struct supervisor_options *options, int story, int leash)
{
	struct fault fault = { 0 };
	int error = 0, signals;

	if (options->ends_with_caller)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(options->directory) < 0)
		error = fault_set(&fault, errno, "enter directory", options->directory, NULL);
	if (!error)
		error = leave_terminal(&fault);
	if (!error)
		error = prepare(options->network, &fault);
	signals = open_signals();
	/* If the caller is gone by now, before or after PR_SET_PDEATHSIG, nobody reads this. */
	signal(SIGPIPE, SIG_IGN);
	if (write(story, &fault, sizeof(fault)) != sizeof(fault) || error)
		return 1;
	close(story);
	signal(SIGPIPE, SIG_DFL);
	return supervise(signals, leash, options->tie);
}

/* As fork(), into new namespaces. */
static pid_t fork_into_namespaces(int *process)
{
	struct clone_args arguments = { .flags = LAB_NAMESPACES | CLONE_PIDFD,
					.pidfd = (uint64_t)(uintptr_t)process,
					.exit_signal = SIGCHLD };

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* Take the story of its start from the new supervisor; 0 when it is a good one. */
static int hear(int story, const char *directory, struct fault *fault)
{
	if (read(story, fault, sizeof(*fault)) != sizeof(*fault))
		fault_set(fault, ECHILD, "start the lab's supervisor", directory, "it was killed");
	return -fault->error;
}

static int start(const struct supervisor_options *options, struct supervisor *supervisor,
		 const int story[2], const int leash[2], struct fault *fault)
{
	pid_t pid;

	fflush(NULL);
	pid = fork_into_namespaces(&supervisor->process);
	if (pid == 0) {
		close(story[0]);
		close(leash[1]);
		_exit(be_supervisor(options, story[1], leash[0]));
	}
	close(story[1]);
	if (pid < 0)
		return fault_set(fault, errno, "make namespaces for the lab", options->directory,
				 errno == EPERM ? "run it as root; a container needs CAP_SYS_ADMIN "
						  "and CAP_NET_ADMIN"
						: NULL);
	if (hear(story[0], options->directory, fault) == 0)
		return 0;
	waitpid(pid, NULL, 0);
	close(supervisor->process);
	return -fault->error;
}

int supervisor_start(const struct supervisor_options *options, struct supervisor *supervisor,
		     struct fault *fault)
{
	int story[2], leash[2], error;

	if (pipe2(story, O_CLOEXEC) < 0 || pipe2(leash, O_CLOEXEC) < 0)
		return fault_set(fault, errno, "start the lab", options->directory, NULL);
	error = start(options, supervisor, story, leash, fault);
	close(story[0]);
	close(leash[0]);
	supervisor->leash = leash[1];
	if (error)
		close(leash[1]);
	return error;
}

void supervisor_let_go(struct supervisor *supervisor)
{
	(void)!write(supervisor->leash, "", 1);
	close(supervisor->leash);
	supervisor->leash = -1;
}

int supervisor_end(int process, struct fault *fault)
{
	struct pollfd ended = { .fd = process, .events = POLLIN };
	int ready;

	syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0);
	ready = poll(&ended, 1, END_TIMEOUT_MS);
	if (ready == 0) {
		syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
		ready = poll(&ended, 1, END_TIMEOUT_MS);
	}
	return ready > 0 ? 0 : fault_set(fault, ETIMEDOUT, "end the lab", "supervisor", NULL);
}
