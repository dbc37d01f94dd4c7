// SPDX-License-Identifier: GPL-2.0-only
/* Logins by open-iscsi's iscsistart(8); see iscsistart.h. */
#include "iscsistart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../value.h"
#include "iscsistart_text.h"

#define ARGUMENTS_MAX 48
#define OUTPUT_BYTES  8192

/* For its connect and its login each; open-iscsi's own default is the longer one. */
#define LOGIN_TIMEOUT_S	      "15"
#define LOGIN_TIMEOUT_OTHER_S "5"

struct command {
	char *word[ARGUMENTS_MAX];
	unsigned int count;
	char chap[ISCSI_CHAP_LIST_BYTES + 32];
	char output[OUTPUT_BYTES];
};

static void add(struct command *command, const char *option, const char *value)
{
	command->word[command->count++] = (char *)option;
	if (value)
		command->word[command->count++] = (char *)value;
}

static void add_setting(struct command *command, const char *setting)
{
	add(command, "-P", setting);
}

/*
 * As our own client has them: one attempt, since the init tries again by itself, and what a root
 * needs. NOP-Outs are off in iscsistart unless one asks for them.
 */
static void add_settings(struct command *command, const struct iscsi_spec *spec, bool alone)
{
	add_setting(command, "node.session.initial_login_retry_max=0");
	add_setting(command, "node.session.timeo.replacement_timeout=86400");
	add_setting(command, alone ? "node.conn[0].timeo.login_timeout=" LOGIN_TIMEOUT_S
				   : "node.conn[0].timeo.login_timeout=" LOGIN_TIMEOUT_OTHER_S);
	if (spec->chap_list[0]) {
		snprintf(command->chap, sizeof(command->chap), "node.session.auth.chap_algs=%s",
			 spec->chap_list);
		add_setting(command, command->chap);
	}
}

static void execute(struct command *command, int output)
{
	static char *const environment[] = { NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		_exit(127);
	execve(ISCSISTART, command->word, environment);
	_exit(127);
}

/* All that is said, and of more than there is room for, the beginning. */
static void read_output(struct command *command, int fd)
{
	char more[512];
	size_t used = 0;
	ssize_t got;

	while ((got = read(fd, more, sizeof(more))) > 0) {
		size_t room = sizeof(command->output) - 1 - used;
		size_t kept = (size_t)got < room ? (size_t)got : room;

		memcpy(command->output + used, more, kept);
		used += kept;
	}
	command->output[used] = '\0';
}

/* Returns its exit status, or a negative errno. */
static int run(struct command *command)
{
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	command->word[command->count] = NULL;
	pid = fork();
	if (pid == 0)
		execute(command, ends[1]);
	close(ends[1]);
	if (pid > 0)
		read_output(command, ends[0]);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

static const char *hint_for(int error)
{
	switch (error) {
	case EACCES:
		return "check rd.iscsi.username= and rd.iscsi.password=, and the target's accounts";
	case ENOENT:
		return "check the target's name, and whether it lets this initiator see it";
	case ECONNREFUSED:
		return "the machine is there, but no iSCSI target listens there";
	case ETIMEDOUT:
		return "no answer: machine down, wrong address or firewall";
	default:
		return NULL;
	}
}

static int run_and_explain(struct command *command, const char *peer, struct fault *fault)
{
	int status = run(command), error;
	char said[64], doing[sizeof(fault->doing)];

	if (status == 0)
		return 0;
	if (status < 0 || status == 127)
		return fault_set(fault, status < 0 ? status : ENOEXEC, "start", ISCSISTART,
				 "build the initrd --with iscsi,iscsistart anew");
	error = iscsistart_explain(command->output, said, sizeof(said));
	snprintf(doing, sizeof(doing), "log in by iscsistart%s%s", said[0] ? ": " : "", said);
	return fault_set(fault, error, doing, peer, hint_for(error));
}

int iscsistart_log_in(const struct iscsi_spec *spec, const struct iscsi_target *target,
		      uint32_t address, bool alone, struct fault *fault)
{
	struct command command = { 0 };
	char address_text[IPV4_TEXT_BYTES], port[6], peer[sizeof(fault->peer)];

	value_ipv4_text(address, address_text);
	snprintf(port, sizeof(port), "%u", target->port);
	snprintf(peer, sizeof(peer), "%s:%s %s", address_text, port, target->name);
	add(&command, ISCSISTART, NULL);
	add(&command, "-i", spec->initiator);
	add(&command, "-t", target->name);
	add(&command, "-g", "1"); /* it demands one, and goes on when the target says another */
	add(&command, "-a", address_text);
	add(&command, "-p", port);
	if (target->initiator.secret[0]) {
		add(&command, "-u", target->initiator.user);
		add(&command, "-w", target->initiator.secret);
	}
	if (target->target.secret[0]) {
		add(&command, "-U", target->target.user);
		add(&command, "-W", target->target.secret);
	}
	if (spec->header_digest)
		add_setting(&command, "node.conn[0].iscsi.HeaderDigest=CRC32C,None");
	if (spec->data_digest)
		add_setting(&command, "node.conn[0].iscsi.DataDigest=CRC32C,None");
	add_settings(&command, spec, alone);
	return run_and_explain(&command, peer, fault);
}

int iscsistart_log_in_firmware(const struct iscsi_spec *spec, struct fault *fault)
{
	struct command command = { 0 };

	add(&command, ISCSISTART, NULL);
	add(&command, "-b", NULL);
	add_settings(&command, spec, true);
	return run_and_explain(&command, "the firmware's targets", fault);
}
