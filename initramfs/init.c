// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the initrd: from the kernel's hand to the second stage's, over the network.
 *
 *	params ▸ modules ▸ link ▸ lease ▸ root ▸ overlay ▸ swap ▸ handoff ▸ switch_root
 *
 * Modules, link and lease overlap: one event loop serves them all, and so does the root's mount,
 * which runs in a process of its own. Whatever fails is told in one line and tried again with
 * back-off, until it works or until wireroot.timeout= has passed; then wireroot.onfail= decides.
 * Documentation/architecture.md has the reasons.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backoff.h"
#include "early.h"
#include "firmware.h"
#include "handoff.h"
#include "modules.h"
#include "network.h"
#include "nfs.h"
#include "overlay.h"
#include "params.h"
#include "report.h"
#include "rescue.h"
#include "root.h"
#include "switch_root.h"
#include "sys.h"
#include "value.h"
#include "words.h"

#define COMMAND_LINE_BYTES 4096 /* the kernel's COMMAND_LINE_SIZE is 2048 on x86 and arm64 */
#define NODE_FILE_BYTES	   16384

/* With another policy than retry, how long a stage may try when wireroot.timeout= is not given. */
#define TIMEOUT_DEFAULT_S 60
/* How long nothing may happen before a line says what is waited for; doubles up to a minute. */
#define STATUS_FIRST_US	  5000000ull
#define STATUS_LONGEST_US 60000000ull
/* A mount that takes longer than this is worth a line. */
#define ATTEMPT_LONG_US 4000000ull
/* A failed policy leaves its message on the screen for this long before the machine goes. */
#define LAST_WORDS_S 10

#define SWAP_PROGRAM "/sbin/wireroot-swap"

/* A pipe that becomes readable, for whoever waits for it in another process, and stays so. */
struct gate {
	int ends[2]; /* -1: there is none, it counts as open */
	bool open;
};

struct boot {
	char command_line[COMMAND_LINE_BYTES];
	char node_file[NODE_FILE_BYTES];
	char helper[EARLY_HELPER_BYTES]; /* what the kernel called for modules */
	struct words words, node_words;
	struct params params;
	struct report report;
	struct module_loader loader;
	bool modules_running; /* the stage's end has not been reported yet */
	struct network network;
	struct nic *nic; /* the boot link; NULL until the first usable lease */
	char host_name[65];
	struct root_spec root; /* complete for ->nic */
	struct gate root_gate; /* opens when the first version of NFS to be tried is loaded */
	struct gate version_3_gate; /* opens when NFS 3 is */
	struct root_attempt attempt;
	struct root_result result;
	bool mounted;
	int swap; /* what came of the swap is read from here; 0: nobody attaches any */
	unsigned int attempts;
	uint64_t next_attempt_us;
	enum stage stage; /* that is waited for, of link, lease and root */
	uint64_t stage_since_us;
	uint64_t status_us, status_every_us;
	struct fault fault;
	char *const *arguments; /* argv as the kernel gave it, for the second stage */
};

/* --- failures ------------------------------------------------------------------------------- */

static void wait_seconds(unsigned int seconds)
{
	uint64_t end_us = monotonic_us() + seconds * 1000000ull;

	while (monotonic_us() < end_us) {
		(void)poll(NULL, 0, 500);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void __attribute__((noreturn)) end_machine(int command, const char *what)
{
	report_line("%s in %u s (wireroot.onfail=)", what, LAST_WORDS_S);
	wait_seconds(LAST_WORDS_S);
	sync();
	reboot(command, NULL);
	for (;;)
		pause();
}

/* PID 1 must not end, or the kernel panics and the message scrolls away. */
static void __attribute__((noreturn)) stay(void)
{
	report_line("cannot go on; the node waits here for somebody to look at it");
	for (;;)
		wait_seconds(3600);
}

static bool run_shell(struct boot *boot, enum stage stage)
{
	if (rescue_shell(&boot->fault) == 0)
		return true;
	report_fault(&boot->report, stage, &boot->fault);
	return false;
}

/* When it may help to try a stage again. */
enum retry {
	RETRY_NEVER,
	RETRY_AFTER_SHELL, /* only somebody in the shell can have mended it */
	RETRY_ALWAYS,
};

/* @stage has failed for good or for too long. Returns when it is to be tried again. */
static void apply_policy(struct boot *boot, enum stage stage, enum retry retry)
{
	bool was_in_shell = false;

	switch (boot->params.onfail) {
	case ONFAIL_REBOOT:
		report_end(&boot->report, stage, STAGE_FAILED);
		end_machine(RB_AUTOBOOT, "rebooting");
	case ONFAIL_POWEROFF:
		report_end(&boot->report, stage, STAGE_FAILED);
		end_machine(RB_POWER_OFF, "powering off");
	case ONFAIL_SHELL:
		was_in_shell = run_shell(boot, stage);
		break;
	case ONFAIL_RETRY:
		break;
	}
	if (retry == RETRY_NEVER || (retry == RETRY_AFTER_SHELL && !was_in_shell)) {
		report_end(&boot->report, stage, STAGE_FAILED);
		stay();
	}
}

static void break_before(struct boot *boot, enum stage stage)
{
	if (!boot->params.has_break || boot->params.break_stage != stage)
		return;
	report_line("wireroot.break=%s", stage_name(stage));
	(void)run_shell(boot, stage);
	boot->stage_since_us = monotonic_us(); /* the time in the shell does not count */
}

/* When the stage that is waited for has been trying too long for the policy; UINT64_MAX: never. */
static uint64_t stage_deadline(const struct boot *boot)
{
	unsigned int seconds = boot->params.timeout_s ? boot->params.timeout_s : TIMEOUT_DEFAULT_S;

	if (boot->params.onfail == ONFAIL_RETRY)
		return UINT64_MAX;
	return boot->stage_since_us + seconds * 1000000ull;
}

/* --- params --------------------------------------------------------------------------------- */

static void mount_one(const char *source, const char *target, const char *type, unsigned long flags,
		      const char *options)
{
	(void)mkdir(target, 0755);
	if (mount(source, target, type, flags, options) < 0 && errno != EBUSY)
		report_line("params: mount %s failed (errno %d)", target, errno);
}

static void mount_kernel_file_systems(void)
{
	mount_one("proc", "/proc", "proc", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL);
	mount_one("sysfs", "/sys", "sysfs", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL);
	mount_one("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
	mount_one("tmpfs", "/run", "tmpfs", MS_NODEV | MS_NOSUID, "mode=0755,size=20%");
	(void)mkdir(RUN_DIRECTORY, 0755);
	(void)mkdir(ROOT_DIRECTORY, 0755);
}

static void take_words(struct boot *boot, const struct words *words, const char *source)
{
	boot->params.unknown_count = boot->params.unknown_more = 0;
	(void)params_apply(&boot->params, words, &boot->fault);
	for (unsigned int i = 0; i < boot->params.malformed_count; i++)
		report_fault(&boot->report, STAGE_PARAMS, &boot->params.malformed[i]);
	for (unsigned int i = 0; i < boot->params.unknown_count; i++)
		report_line("params: nobody knows the word %s of %s: see wireroot-init(8)",
			    boot->params.unknown[i], source);
	if (boot->params.malformed_more || boot->params.unknown_more)
		report_line("params: and %u more malformed and %u more unknown words in %s",
			    boot->params.malformed_more, boot->params.unknown_more, source);
}

/* A node file with a fault is told and left out as a whole: half of it could be worse than none. */
static void read_node_file(struct boot *boot)
{
	ssize_t length = file_read(NODE_FILE_PATH, boot->node_file, sizeof(boot->node_file));

	if (length == -ENOENT)
		return;
	if (length < 0)
		fault_set(&boot->fault, (int)length, "read the node file", NODE_FILE_PATH, NULL);
	if (length < 0 || node_file_split(boot->node_file, (size_t)length, NODE_FILE_PATH,
					  &boot->node_words, &boot->fault) < 0) {
		report_fault(&boot->report, STAGE_PARAMS, &boot->fault);
		return;
	}
	take_words(boot, &boot->node_words, NODE_FILE_PATH);
}

static void read_command_line(struct boot *boot)
{
	ssize_t length = file_read("/proc/cmdline", boot->command_line, sizeof(boot->command_line));

	if (length < 0)
		fault_set(&boot->fault, (int)length, "read the kernel command line",
			  "/proc/cmdline", NULL);
	if (length < 0 || words_split(boot->command_line, &boot->words, &boot->fault) < 0)
		report_fault(&boot->report, STAGE_PARAMS, &boot->fault);
	take_words(boot, &boot->words, "the kernel command line");
}

/* Where no word says how the network is, but the firmware's table may: its words come last. */
static void read_firmware(struct boot *boot)
{
	const struct params *params = &boot->params;
	char text[FIRMWARE_BYTES];
	struct words words = { 0 };
	int length;

	if (!params->firmware_network || params->ip_count || params->vlan_count)
		return;
	length = firmware_words(text, sizeof(text));
	if (length > 0 && words_split(text, &words, &boot->fault) == 0)
		take_words(boot, &words, "the firmware's table");
	else
		report_line("params: %s: DHCP on every interface",
			    length < 0 ? "only an initrd --with iscsi can read the firmware's table"
				       : "the firmware's table (iBFT) tells of no interface");
}

static void refuse_foreign_root(struct boot *boot)
{
	if (!boot->params.root_unsupported[0])
		return;
	/* What is no NFS root is one on an iSCSI disk where the image can have such. */
	boot->params.root.iscsi = access(ROOT_ISCSI, X_OK) == 0;
	if (boot->params.root.iscsi)
		return;
	fault_set(&boot->fault, EINVAL, "find out what the root is", boot->params.root_unsupported,
		  "this image mounts NFS roots: root=nfs:SERVER:/PATH or root=dhcp");
	report_fault(&boot->report, STAGE_PARAMS, &boot->fault);
	apply_policy(boot, STAGE_PARAMS, RETRY_NEVER);
}

static void stage_params(struct boot *boot)
{
	mount_kernel_file_systems();
	early_end(boot->helper);
	report_init(&boot->report);
	report_begin(&boot->report, STAGE_PARAMS);
	params_init(&boot->params);
	read_node_file(boot);
	read_command_line(boot);
	read_firmware(boot);
	boot->report.address = boot->params.report_address;
	boot->report.port = boot->params.report_port;
	boot->report.debug = boot->params.debug;
	if (!boot->params.root.given)
		boot->params.root.from_dhcp = true;
	refuse_foreign_root(boot);
	report_end(&boot->report, STAGE_PARAMS, STAGE_DONE);
}

/* --- modules, link, lease: the event loop --------------------------------------------------- */

static void gate_make(struct gate *gate)
{
	if (pipe2(gate->ends, O_CLOEXEC) < 0)
		gate->ends[0] = gate->ends[1] = -1;
}

static void gate_open(struct gate *gate)
{
	gate->open = true;
	(void)write_all(gate->ends[1], "", 1);
}

/* The command line's module options outrank the node file's: they come behind. */
static void join_words(struct boot *boot)
{
	for (unsigned int i = 0; i < boot->words.count; i++)
		if (words_add(&boot->node_words, boot->words.word[i], &boot->fault) < 0)
			break;
}

static void stage_modules(struct boot *boot)
{
	break_before(boot, STAGE_MODULES);
	report_begin(&boot->report, STAGE_MODULES);
	boot->modules_running = true;
	gate_make(&boot->root_gate);
	gate_make(&boot->version_3_gate);
	join_words(boot);
	while (modules_start(&boot->loader, &boot->params, &boot->node_words, &boot->fault) < 0) {
		report_fault(&boot->report, STAGE_MODULES, &boot->fault);
		apply_policy(boot, STAGE_MODULES, RETRY_AFTER_SHELL);
	}
	report_debug(&boot->report, "modules: %u were loaded before the init started",
		     boot->loader.live);
}

static bool judge_lease(void *context, const struct link *link, struct lease *lease,
			struct fault *fault)
{
	struct boot *boot = context;
	struct root_spec complete;

	params_override_lease(&boot->params, link->ip, lease);
	return root_spec_complete(&boot->params.root, lease, boot->params.host_name, &complete,
				  fault) == 0;
}

static void stage_link(struct boot *boot)
{
	break_before(boot, STAGE_LINK);
	report_begin(&boot->report, STAGE_LINK);
	if (network_open(&boot->network, &boot->params, &boot->report, judge_lease, boot,
			 &boot->fault) < 0) {
		report_fault(&boot->report, STAGE_LINK, &boot->fault);
		apply_policy(boot, STAGE_LINK, RETRY_NEVER);
	}
}

/* Explicit first, then the lease's; else a name that no other node has (NFSv4 tells clients by it).
 */
static void choose_host_name(struct boot *boot)
{
	const struct nic *nic = boot->nic;
	const uint8_t *mac = nic->link.mac;

	if (boot->params.host_name[0])
		strlcpy(boot->host_name, boot->params.host_name, sizeof(boot->host_name));
	else if (nic->lease.host_name[0])
		strlcpy(boot->host_name, nic->lease.host_name, sizeof(boot->host_name));
	else
		snprintf(boot->host_name, sizeof(boot->host_name), "node-%02x%02x%02x%02x%02x%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	(void)sethostname(boot->host_name, strlen(boot->host_name));
	strlcpy(boot->report.timeline.node, boot->host_name, sizeof(boot->report.timeline.node));
	value_mac_text(mac, boot->report.timeline.mac);
}

static void use_nic(struct boot *boot, struct nic *nic)
{
	const struct lease *lease = &nic->lease;
	char address[IPV4_TEXT_BYTES];

	if (boot->nic == nic && boot->report.network)
		return;
	boot->nic = nic;
	choose_host_name(boot);
	boot->report.network = true;
	report_line("lease: %s has %s/%u (%s), host name %s", nic->link.name,
		    value_ipv4_text(lease->address, address), netmask_bits(lease->netmask),
		    nic->from_dhcp ? "DHCP" : "static", boot->host_name);
	report_end(&boot->report, STAGE_LEASE, STAGE_DONE);
}

/* Version 4 can be tried while the module of version 3 is still being loaded. */
static bool root_modules_ready(const struct boot *boot)
{
	const char *first = boot->params.root.version == NFS_3 ? "nfsv3" : "nfsv4";

	return (boot->params.root.iscsi || modules_named_settled(&boot->loader, first)) &&
	       modules_group_settled(&boot->loader, MODULE_ISCSI) &&
	       (!boot->params.overlay || modules_group_settled(&boot->loader, MODULE_OVERLAY));
}

static void open_gates(struct boot *boot)
{
	if (!boot->root_gate.open && root_modules_ready(boot)) {
		gate_open(&boot->root_gate);
		root_attempt_restart_time(&boot->attempt);
	}
	if (!boot->version_3_gate.open && modules_group_settled(&boot->loader, MODULE_ROOT))
		gate_open(&boot->version_3_gate);
}

static void note_progress(struct boot *boot)
{
	struct timeline *timeline = &boot->report.timeline;

	if (boot->modules_running && modules_settled(&boot->loader)) {
		boot->modules_running = false;
		report_end(&boot->report, STAGE_MODULES, STAGE_DONE);
	}
	open_gates(boot);
	if (timeline->stages[STAGE_LINK].state == STAGE_RUNNING &&
	    network_has_carrier(&boot->network))
		report_end(&boot->report, STAGE_LINK, STAGE_DONE);
	if (!boot->nic && network_next_bound(&boot->network, NULL))
		use_nic(boot, network_next_bound(&boot->network, NULL));
}

/* --- swap ----------------------------------------------------------------------------------- */

/* Beside the root, but for one on iSCSI: sessions are numbered, and the root's goes by its number.
 */
static void start_swap(struct boot *boot)
{
	int ends[2];

	if (!boot->params.swap || boot->swap || pipe2(ends, O_CLOEXEC) < 0)
		return;
	boot->swap = ends[0];
	if (fork() == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl(SWAP_PROGRAM, SWAP_PROGRAM, "boot", NULL);
		fault_set(&boot->fault, errno, "start", SWAP_PROGRAM,
			  "build the initrd --with swap");
		_exit(write_all(STDOUT_FILENO, &boot->fault, sizeof(boot->fault)));
	}
	close(ends[1]);
}

/* --- root ----------------------------------------------------------------------------------- */

static void retry_root_later(struct boot *boot)
{
	boot->next_attempt_us =
		monotonic_us() + backoff_delay_ms(boot->attempts++, random_word()) * 1000ull;
	report_fault(&boot->report, STAGE_ROOT, &boot->result.fault);
	/* Perhaps another network leads to a root. */
	use_nic(boot, network_next_bound(&boot->network, boot->nic));
}

static void begin_root_attempt(struct boot *boot)
{
	const struct root_modules modules = { boot->root_gate.ends[0],
					      boot->version_3_gate.ends[0] };
	struct fault *fault = &boot->result.fault;

	report_begin(&boot->report, STAGE_ROOT);
	if (root_spec_complete(&boot->params.root, &boot->nic->lease, boot->params.host_name,
			       &boot->root, fault) < 0 ||
	    root_attempt_start(&boot->attempt, &boot->params, &boot->root, &boot->nic->lease,
			       &modules, fault) < 0)
		retry_root_later(boot);
	else if (!boot->root.iscsi)
		start_swap(boot);
}

/*
 * With several interfaces, the one whose lease led to the root need not be the one that the way to
 * the server goes through, which is the one that must stay up.
 */
static void use_nic_towards_root(struct boot *boot)
{
	struct nic *nic = network_find_address(&boot->network, boot->result.source);

	if (nic)
		use_nic(boot, nic);
}

static void end_root_attempt(struct boot *boot, bool expired)
{
	if (expired)
		root_attempt_cancel(&boot->attempt, boot->root.server, &boot->result);
	else
		root_attempt_result(&boot->attempt, &boot->result);
	if (boot->result.fault.error) {
		retry_root_later(boot);
		return;
	}
	boot->mounted = true;
	use_nic_towards_root(boot);
	report_line("root: %s, %s", boot->result.what,
		    boot->params.overlay_on_disk ? "which is kept"
		    : boot->params.overlay	 ? "below an overlay in memory"
		    : boot->params.read_write	 ? "read-write"
						 : "read-only");
	if (boot->result.lacks[0])
		report_line("root: %s", boot->result.lacks);
	report_end(&boot->report, STAGE_ROOT, STAGE_DONE);
}

/*
 * The boot link has lost its address. A mount under way would wait with it for minutes, or leave
 * us with a root and no lease to hand over.
 */
static void lose_nic(struct boot *boot)
{
	if (boot->attempt.pid)
		root_attempt_cancel(&boot->attempt, boot->root.server, &boot->result);
	boot->next_attempt_us = 0;
	boot->nic = NULL;
}

/* Whoever asks for a shell before the root wants to mount by hand, too. */
static bool breaks_without_modules(const struct boot *boot)
{
	return boot->params.has_break && boot->params.break_stage == STAGE_ROOT &&
	       !boot->root_gate.open;
}

/* An attempt may begin before the modules that it needs are there: much of it needs none. */
static void drive_root(struct boot *boot)
{
	bool started = boot->report.timeline.stages[STAGE_ROOT].state != STAGE_WAITING;

	if (boot->mounted || boot->attempt.pid || !boot->nic || breaks_without_modules(boot))
		return;
	if (!started)
		break_before(boot, STAGE_ROOT);
	if (monotonic_us() >= boot->next_attempt_us)
		begin_root_attempt(boot);
}

/* --- the loop itself ------------------------------------------------------------------------ */

#define POLL_MAX (NETWORK_POLL_MAX + MODULE_WORKERS_MAX + 2)

static uint64_t earlier(uint64_t first, uint64_t second)
{
	return first < second ? first : second;
}

/* The stage that is waited for now. */
static enum stage current_stage(const struct boot *boot)
{
	if (boot->nic)
		return STAGE_ROOT;
	return network_has_carrier(&boot->network) ? STAGE_LEASE : STAGE_LINK;
}

static uint64_t next_deadline(const struct boot *boot)
{
	uint64_t deadline_us = earlier(network_deadline(&boot->network), boot->status_us);

	if (boot->attempt.pid)
		deadline_us = earlier(deadline_us, boot->attempt.deadline_us);
	else if (boot->nic && !breaks_without_modules(boot))
		deadline_us = earlier(deadline_us, boot->next_attempt_us);
	return earlier(deadline_us, stage_deadline(boot));
}

static unsigned int collect_descriptors(const struct boot *boot, struct pollfd *fds)
{
	unsigned int count = network_poll(&boot->network, fds);

	for (unsigned int i = 0; i < boot->loader.worker_count; i++)
		fds[count++] = (struct pollfd){ boot->loader.workers[i].socket, POLLIN, 0 };
	fds[count++] = (struct pollfd){ boot->loader.uevent_socket, POLLIN, 0 };
	fds[count++] = (struct pollfd){ boot->attempt.pid ? boot->attempt.pipe : -1, POLLIN, 0 };
	return count;
}

static void tell_module(const struct boot *boot, const struct module_worker *worker)
{
	if (worker->module)
		report_debug(&boot->report, "modules: %s took %u ms", worker->module->name,
			     (unsigned int)((monotonic_us() - worker->began_us) / 1000));
}

static void handle_modules(struct boot *boot, const struct pollfd *fds)
{
	struct module_loader *loader = &boot->loader;

	for (unsigned int i = 0; i < loader->worker_count; i++) {
		if (loader->workers[i].socket < 0 || !fds[i].revents)
			continue;
		tell_module(boot, &loader->workers[i]);
		if (modules_result(loader, &loader->workers[i], &boot->fault) < 0)
			report_fault(&boot->report, STAGE_MODULES, &boot->fault);
		network_driver_loaded(&boot->network);
	}
	if (fds[loader->worker_count].revents)
		modules_uevent(loader);
}

/* Time and patience begin anew with each stage, also when a lost link leads back to an early one.
 */
static void note_stage(struct boot *boot)
{
	enum stage stage = current_stage(boot);

	if (stage == boot->stage)
		return;
	boot->stage = stage;
	boot->stage_since_us = monotonic_us();
	boot->status_every_us = STATUS_FIRST_US;
	boot->status_us = boot->stage_since_us + STATUS_FIRST_US;
}

/* Say what is waited for; of a root that is tried again, the last try has told. */
static void explain_stage(struct boot *boot)
{
	char peer[sizeof(boot->fault.peer)];

	if (boot->stage != STAGE_ROOT) {
		network_explain(&boot->network, modules_settled(&boot->loader), &boot->fault);
		report_fault(&boot->report, boot->stage, &boot->fault);
	} else if (!boot->root_gate.open) {
		fault_set(&boot->fault, EINPROGRESS, "load the modules that the root needs", "",
			  "a driver that is being loaded does not come to its end; waiting on");
		report_fault(&boot->report, STAGE_ROOT, &boot->fault);
	} else if (boot->attempt.pid && monotonic_us() - boot->attempt.began_us > ATTEMPT_LONG_US) {
		snprintf(peer, sizeof(peer), "%s%s%s", boot->root.server,
			 *boot->root.path ? ":" : "", boot->root.path);
		fault_set(&boot->fault, EINPROGRESS, "mount the root", peer,
			  "the server does not answer; waiting on");
		report_fault(&boot->report, STAGE_ROOT, &boot->fault);
	}
}

/* One line when nothing has happened for a while, ever more seldom. */
static void tell_status(struct boot *boot)
{
	if (boot->mounted || monotonic_us() < boot->status_us)
		return;
	boot->status_every_us = earlier(boot->status_every_us * 2, STATUS_LONGEST_US);
	boot->status_us = monotonic_us() + boot->status_every_us;
	/* DHCP tells of each try itself. */
	if (boot->attempt.pid ? !boot->attempt.endless
			      : boot->nic || network_deadline(&boot->network) == UINT64_MAX)
		explain_stage(boot);
}

static void enforce_timeout(struct boot *boot)
{
	enum stage stage = boot->stage;

	if (boot->mounted || monotonic_us() < stage_deadline(boot))
		return;
	explain_stage(boot);
	report_line("%s: gave up after %u s", stage_name(stage),
		    boot->params.timeout_s ? boot->params.timeout_s : TIMEOUT_DEFAULT_S);
	apply_policy(boot, stage, RETRY_ALWAYS);
	/* Only the shell returns: start the stage's time anew. */
	boot->stage_since_us = monotonic_us();
}

static void handle_events(struct boot *boot, const struct pollfd *fds, unsigned int count)
{
	unsigned int network_count = count - boot->loader.worker_count - 2;

	network_handle(&boot->network, fds, network_count);
	if (boot->nic && !boot->nic->bound)
		lose_nic(boot);
	handle_modules(boot, fds + network_count);
	if (boot->attempt.pid && fds[count - 1].revents)
		end_root_attempt(boot, false);
	else if (boot->attempt.pid && monotonic_us() >= boot->attempt.deadline_us)
		end_root_attempt(boot, true);
}

/* Everything from the first driver to the mounted root. */
static void stages_until_root(struct boot *boot)
{
	struct pollfd fds[POLL_MAX];

	boot->stage = STAGE_COUNT; /* none yet */
	while (!boot->mounted) {
		unsigned int count = collect_descriptors(boot, fds);
		uint64_t now_us, deadline_us, wait_ms;

		note_stage(boot);
		now_us = monotonic_us();
		deadline_us = next_deadline(boot);
		wait_ms = deadline_us > now_us ? (deadline_us - now_us + 999) / 1000 : 0;
		if (poll(fds, count, (int)earlier(wait_ms, 60000)) < 0)
			for (unsigned int i = 0; i < count; i++)
				fds[i].revents = 0;
		handle_events(boot, fds, count);
		note_progress(boot);
		drive_root(boot);
		tell_status(boot);
		enforce_timeout(boot);
	}
}

/* --- the rest, one after the other ---------------------------------------------------------- */

static void stage_overlay(struct boot *boot)
{
	if (!boot->params.overlay)
		return;
	break_before(boot, STAGE_OVERLAY);
	report_begin(&boot->report, STAGE_OVERLAY);
	while (overlay_mount(ROOT_DIRECTORY, boot->params.overlay_on_disk,
			     boot->params.overlay_size, &boot->fault) < 0) {
		report_fault(&boot->report, STAGE_OVERLAY, &boot->fault);
		/* It depends on nothing outside this machine: trying again changes nothing. */
		apply_policy(boot, STAGE_OVERLAY, RETRY_AFTER_SHELL);
	}
	report_end(&boot->report, STAGE_OVERLAY, STAGE_DONE);
}

/* Its program takes half a minute at the most, and the node can do without. */
static void stage_swap(struct boot *boot)
{
	struct fault *fault = &boot->fault;

	start_swap(boot);
	if (!boot->swap)
		return;
	break_before(boot, STAGE_SWAP);
	report_begin(&boot->report, STAGE_SWAP);
	fault_set(fault, EIO, "attach swap", SWAP_PROGRAM, NULL); /* unless it says else */
	(void)read(boot->swap, fault, sizeof(*fault));
	if (fault->error)
		report_fault(&boot->report, STAGE_SWAP, fault);
	report_end(&boot->report, STAGE_SWAP, fault->error ? STAGE_FAILED : STAGE_DONE);
}

static const struct link *vlan_parent(const struct boot *boot)
{
	for (unsigned int i = 0; boot->nic->link.is_vlan && i < boot->params.vlan_count; i++) {
		if (strcmp(boot->params.vlan[i].name, boot->nic->link.name) != 0)
			continue;
		for (unsigned int j = 0; j < LINKS_MAX; j++)
			if (boot->network.nics[j].link.index &&
			    network_vlan_is_on(&boot->params.vlan[i], &boot->network.nics[j].link))
				return &boot->network.nics[j].link;
	}
	return NULL;
}

static void stage_handoff(struct boot *boot)
{
	const struct handoff handoff = { .nic = boot->nic,
					 .parent = vlan_parent(boot),
					 .root = &boot->root,
					 .result = &boot->result,
					 .host_name = boot->host_name,
					 .nameservers = boot->params.dns,
					 .root_directory = ROOT_DIRECTORY };
	bool failed;

	break_before(boot, STAGE_HANDOFF);
	report_begin(&boot->report, STAGE_HANDOFF);
	failed = handoff_write(&handoff, &boot->fault) < 0;
	if (failed)
		report_fault(&boot->report, STAGE_HANDOFF, &boot->fault);
	if (boot->modules_running)
		report_end(&boot->report, STAGE_MODULES, STAGE_DONE);
	network_close(&boot->network);
	modules_stop(&boot->loader);
	report_end(&boot->report, STAGE_HANDOFF, failed ? STAGE_FAILED : STAGE_DONE);
}

static void stage_switch_root(struct boot *boot)
{
	char *arguments[WORDS_MAX];
	unsigned int count = 0;

	break_before(boot, STAGE_SWITCH_ROOT);
	early_restore(boot->helper);
	arguments[count++] = boot->result.init;
	for (char *const *argument = boot->arguments + 1; *argument && count < WORDS_MAX - 1;
	     argument++)
		arguments[count++] = *argument;
	arguments[count] = NULL;
	report_begin(&boot->report, STAGE_SWITCH_ROOT);
	/* The stage ends where this program does; the last edition has to be sent before. */
	report_line("switch_root: %s", boot->result.init);
	report_end(&boot->report, STAGE_SWITCH_ROOT, STAGE_DONE);
	switch_root(ROOT_DIRECTORY, boot->result.init, arguments, &boot->fault);
	report_fault(&boot->report, STAGE_SWITCH_ROOT, &boot->fault);
	apply_policy(boot, STAGE_SWITCH_ROOT, RETRY_NEVER);
}

/* As modprobe, called by the kernel: there is no such module. But the root's can be loaded now. */
static int answer_kernel(struct boot *boot)
{
	int go;

	if (!early_answer(&go) || fork() != 0)
		return 1;
	params_init(&boot->params);
	read_node_file(boot);
	read_command_line(boot);
	join_words(boot);
	/* The init makes that directory before it looks which modules are there. */
	modules_load_early(&boot->loader, &boot->params, &boot->node_words, go, RUN_DIRECTORY);
	return 0;
}

int main(int argc, char *argv[])
{
	static struct boot boot; /* static only for its size */

	(void)argc;
	if (getpid() != 1 && strcmp(argv[0], EARLY_PATH) == 0)
		return answer_kernel(&boot);
	if (getpid() != 1) {
		fprintf(stderr,
			"wireroot-init: this is the init of an initrd, to be started by the kernel "
			"as PID 1; see wireroot-init(8)\n");
		return 2;
	}
	boot.arguments = argv;
	stage_params(&boot);
	stage_modules(&boot);
	stage_link(&boot);
	stages_until_root(&boot);
	stage_overlay(&boot);
	stage_swap(&boot);
	stage_handoff(&boot);
	stage_switch_root(&boot);
	return 1;
}
