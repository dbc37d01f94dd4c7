// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching swap before the second stage; boot.h has the contract.
 *
 *	words ▸ drivers, beside ▸ broker ▸ attach ▸ broker is told
 *
 * A node starts without swap rather than not at all: all waiting ends with one deadline, which the
 * process above enforces, since this one may stand still within the kernel.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../report.h"
#include "../resolve.h"
#include "../sys.h"
#include "../value.h"
#include "../words.h"
#include "attach.h"
#include "boot.h"
#include "broker.h"
#include "driver.h"

#define COMMAND_LINE_BYTES 4096
#define NODE_FILE_BYTES	   16384

/* For all of it, and how long nothing new is begun before that. */
#define TOTAL_US 30000000ull
#define LAST_US	 3000000ull
/* The first waits between two tries; each is twice the one before, up to two seconds. */
#define RETRY_FIRST_MS 250
#define RETRY_LAST_MS  2000
/* So many grants are put together at the most. */
#define GRANTS_MAX 8
/* Above local disks, which get a negative priority unless they are given one. */
#define PRIORITY 100

struct boot {
	char command_line[COMMAND_LINE_BYTES], node_file[NODE_FILE_BYTES];
	struct words words, node_words;
	struct swap_spec spec;
	char initiator[GRANT_NAME_BYTES];
	struct broker broker;
	pid_t drivers;
	uint64_t deadline_us;
	uint64_t attached_bytes;
	unsigned int grants;
};

static int read_words(struct boot *boot, struct fault *fault)
{
	ssize_t length = file_read(NODE_FILE_PATH, boot->node_file, sizeof(boot->node_file));
	int error = 0;

	/* A node file with a fault is left out, as by the init, which tells of it. */
	if (length > 0 && node_file_split(boot->node_file, (size_t)length, NODE_FILE_PATH,
					  &boot->node_words, fault) == 0)
		error = swap_spec_apply(&boot->spec, &boot->node_words, fault);
	length = file_read("/proc/cmdline", boot->command_line, sizeof(boot->command_line));
	if (length < 0)
		return fault_set(fault, (int)length, "read the kernel command line",
				 "/proc/cmdline", NULL);
	(void)words_split(boot->command_line, &boot->words, fault);
	return error ? error : swap_spec_apply(&boot->spec, &boot->words, fault);
}

/* For wireroot-borrow and wireroot-lend: who this node is, what it is to have and to keep. */
static int leave_member(const struct swap_spec *spec, struct fault *fault)
{
	char text[512], address[IPV4_TEXT_BYTES];
	int length = snprintf(text, sizeof(text), "broker=http://%s:%u\nmember=%s\ntoken=%s\n",
			      value_ipv4_text(spec->broker, address), spec->port, spec->member,
			      spec->token);

	if (spec->reserve_bytes)
		length += snprintf(text + length, sizeof(text) - (size_t)length,
				   "lend-reserve=%uM\n", (unsigned int)(spec->reserve_bytes >> 20));
	if (spec->bytes)
		snprintf(text + length, sizeof(text) - (size_t)length,
			 "borrow-size=%uM\nborrow-mode=%s\nborrow-mirror=%s\n",
			 (unsigned int)(spec->bytes >> 20), swap_mode_name(spec->mode),
			 swap_mirror_name(spec->mirror));
	if (spec->bytes && spec->disk[0]) {
		length = (int)strlen(text);
		snprintf(text + length, sizeof(text) - (size_t)length, "borrow-lvm-disk=%s\n",
			 spec->disk);
	}
	return memory_file_write("member", text, fault);
}

/* By these the second stage's units know what not to start. */
static int leave_role(const struct swap_spec *spec, struct fault *fault)
{
	if (spec->bytes || spec->role == SWAP_BORROWS)
		return memory_file_write("borrows-only", "", fault);
	return spec->role == SWAP_LENDS ? memory_file_write("lends-only", "", fault) : 0;
}

static int leave(const struct swap_spec *spec, struct fault *fault)
{
	int error = leave_member(spec, fault);

	return error ? error : leave_role(spec, fault);
}

static void start_drivers(struct boot *boot)
{
	boot->drivers = fork();
	if (boot->drivers == 0) {
		driver_load_all();
		_exit(0);
	}
}

static void await_drivers(struct boot *boot)
{
	if (boot->drivers < 0)
		driver_load_all();
	else if (boot->drivers > 0)
		waitpid(boot->drivers, NULL, 0);
	boot->drivers = 0;
}

static int ask(struct boot *boot, uint64_t bytes, struct grant *grant, struct fault *fault)
{
	struct broker *broker = &boot->broker;
	int length =
		broker_ask_text(&boot->spec, bytes, boot->initiator, broker->own, broker->request);
	int error;

	if (length < 0)
		return fault_set(fault, length, "ask for memory", boot->spec.member, NULL);
	error = broker_call(broker, (size_t)length, "ask for memory", boot->deadline_us, fault);
	return error ? error
		     : grant_parse(broker->answer.body, broker->answer.length, grant, fault);
}

/* What comes back of this changes nothing here: leases and the next report put it right. */
static void tell(struct boot *boot, const struct grant *grant, const char *state,
		 const char *detail)
{
	const struct broker_report report = { state, detail };
	char line[FAULT_LINE_BYTES];
	struct fault fault;

	if (broker_tell(&boot->broker, grant, &report, boot->deadline_us, &fault) < 0)
		report_line("swap: %s", fault_line(&fault, line));
}

/* One grant more: its bytes, or a negative errno with @fault. */
static int add_grant(struct boot *boot, uint64_t bytes, struct fault *fault)
{
	const struct attach_options options = { .priority = PRIORITY };
	uint64_t began_us = monotonic_us(), asked_us;
	struct grant grant;
	int error = ask(boot, bytes, &grant, fault);

	if (error)
		return error;
	asked_us = monotonic_us();
	await_drivers(boot);
	error = attach(&grant, &options, fault);
	if (error) {
		tell(boot, &grant, "detached", "it could not be attached");
		return error;
	}
	report_line("swap: %u MiB of %s on %s, encrypted, after %u ms (%u ms for the grant)",
		    (unsigned int)(grant.bytes >> 20),
		    grant.lender[0] ? grant.lender : "a neighbour", grant.swap,
		    (unsigned int)((monotonic_us() - began_us) / 1000),
		    (unsigned int)((asked_us - began_us) / 1000));
	tell(boot, &grant, "attached", "by the init");
	boot->attached_bytes += grant.bytes;
	boot->grants++;
	return 0;
}

/* How much to ask for: all that is missing, or what the broker says that can be had at once. */
static uint64_t next_bytes(const struct boot *boot, int error)
{
	uint64_t missing = boot->spec.bytes - boot->attached_bytes, largest;

	if (error != -ENOSPC)
		return missing;
	largest = broker_largest(&boot->broker.answer);
	return largest && largest < missing ? largest : missing;
}

/* Where trying again would change nothing. */
static bool is_final(int error)
{
	return error == -EACCES || error == -EBUSY || error == -EINVAL || error == -EOPNOTSUPP;
}

static int attach_all(struct boot *boot, struct fault *fault)
{
	uint64_t bytes = boot->spec.bytes;
	unsigned int wait_ms = RETRY_FIRST_MS;
	int error = 0;

	while (boot->attached_bytes < boot->spec.bytes && boot->grants < GRANTS_MAX) {
		uint64_t asked = bytes;

		error = add_grant(boot, bytes, fault);
		bytes = next_bytes(boot, error);
		if (!error || (error == -ENOSPC && bytes < asked))
			continue;
		if (is_final(error) ||
		    monotonic_us() + wait_ms * 1000ull + LAST_US > boot->deadline_us)
			break;
		(void)poll(NULL, 0, (int)wait_ms);
		wait_ms = wait_ms * 2 < RETRY_LAST_MS ? wait_ms * 2 : RETRY_LAST_MS;
	}
	return boot->attached_bytes < boot->spec.bytes ? error : 0;
}

static int attach_wanted(struct boot *boot, struct fault *fault)
{
	int error = swap_spec_complete(&boot->spec, fault);

	if (error)
		return error;
	grant_initiator(boot->spec.member, boot->initiator);
	error = leave(&boot->spec, fault);
	if (error)
		return error;
	if (boot->spec.mode == SWAP_LVM) {
		report_line("swap: mode lvm begins with wireroot-borrow, in the second stage");
		return 0;
	}
	start_drivers(boot);
	boot->broker.spec = &boot->spec;
	boot->broker.own = source_address(boot->spec.broker);
	error = attach_all(boot, fault);
	await_drivers(boot);
	if (error)
		report_line("swap: the node has %u MiB of the %u MiB that it should have",
			    (unsigned int)(boot->attached_bytes >> 20),
			    (unsigned int)(boot->spec.bytes >> 20));
	return error;
}

/* The work, in a process that may be given up; its fault goes through @pipe. */
static void __attribute__((noreturn)) work(struct boot *boot, int pipe)
{
	struct fault fault = { 0 };

	if (attach_wanted(boot, &fault) == 0)
		memset(&fault, 0, sizeof(fault));
	_exit(write_all(pipe, &fault, sizeof(fault)) < 0);
}

static int await_work(const struct boot *boot, pid_t pid, int pipe, struct fault *fault)
{
	struct pollfd fd = { pipe, POLLIN, 0 };
	uint64_t now_us = monotonic_us();
	int left_ms = now_us < boot->deadline_us ? (int)((boot->deadline_us - now_us) / 1000) : 0;

	if (poll(&fd, 1, left_ms) <= 0) {
		kill(pid, SIGKILL);
		return fault_set(fault, ETIMEDOUT, "attach remote swap", boot->spec.member,
				 "the node goes on without; wireroot-borrow may attach it later");
	}
	if (read(pipe, fault, sizeof(*fault)) != (ssize_t)sizeof(*fault))
		return fault_set(fault, EIO, "attach remote swap", boot->spec.member,
				 "the process that did it died: see the kernel's messages");
	waitpid(pid, NULL, 0);
	return -fault->error;
}

int swap_boot(struct fault *fault)
{
	static struct boot boot; /* static only for its size */
	int ends[2], error = read_words(&boot, fault);
	struct fault missing;
	pid_t pid;

	if (error)
		return error;
	/* A node that lends, or borrows only when it runs short, has all words but that. */
	if (!boot.spec.bytes)
		return swap_spec_complete(&boot.spec, &missing) ? 0 : leave(&boot.spec, fault);
	boot.deadline_us = monotonic_us() + TOTAL_US;
	if (pipe(ends) < 0 || (pid = fork()) < 0)
		return fault_set(fault, errno, "start a process", "", NULL);
	if (pid == 0)
		work(&boot, ends[1]);
	close(ends[1]);
	return await_work(&boot, pid, ends[0], fault);
}
