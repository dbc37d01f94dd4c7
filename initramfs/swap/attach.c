// SPDX-License-Identifier: GPL-2.0-only
/* From a grant to a swap device and back; attach.h has the contract. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fs.h>

#include "../iscsi/chap.h"
#include "../iscsi/disk.h"
#include "../iscsi/iscsi_netlink.h"
#include "../iscsi/portals.h"
#include "../sys.h"
#include "../value.h"
#include "attach.h"
#include "mapper.h"
#include "swap_header.h"

/* swapon(2); the C library of the initrd has the calls, but no header for them. */
#define SWAP_FLAG_PREFER	0x8000
#define SWAP_FLAG_DISCARD	0x10000
#define SWAP_FLAG_DISCARD_PAGES 0x40000
#define SWAP_PRIORITY_MAX	0x7fff
extern int swapon(const char *path, int flags);
extern int swapoff(const char *path);

/* Powers of two, of pages. */
#define READ_AHEAD	 "/proc/sys/vm/page-cluster"
#define READ_AHEAD_LINUX "3"
#define READ_AHEAD_OURS	 "5"

/* What every lender offers its file as. */
#define LENDER_LUN 1
/*
 * A dead lender is known as dead after 3 + 4 s without an answer, at once when its machine says so,
 * and 5 s later what was asked of it fails. The kernel's own times come to 130 s, for which a
 * process that misses a page would stand still.
 */
#define PING_INTERVAL_S	      3
#define PING_TIMEOUT_S	      4
#define REPLACEMENT_TIMEOUT_S 5
/*
 * The most that the kernel takes for one disk, of which a session's other commands leave 113. Pages
 * that are given back are asked for by thousands, and each waits longer than it is on its way.
 */
#define QUEUE_DEPTH 128
/* udev looks into each new device, and holds it open meanwhile. */
#define REMOVE_MS      5000
#define REMOVE_STEP_MS 50

/* --- notes ------------------------------------------------------------------------------------ */

int memory_file_write(const char *name, const char *text, struct fault *fault)
{
	char path[96], new[104];
	int fd, error;

	(void)mkdir("/run/wireroot", 0755);
	(void)mkdir(MEMORY_DIRECTORY, 0700);
	snprintf(path, sizeof(path), MEMORY_DIRECTORY "/%s", name);
	snprintf(new, sizeof(new), MEMORY_DIRECTORY "/.%s", name);
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(fault, errno, "write", new, NULL);
	error = write_all(fd, text, strlen(text));
	close(fd);
	if (!error && rename(new, path) < 0)
		error = -errno;
	return error ? fault_set(fault, error, "write", path, NULL) : 0;
}

static int note(const struct grant *grant, struct fault *fault)
{
	char text[GRANT_TEXT_BYTES];

	(void)grant_format(grant, text);
	return memory_file_write(grant->id, text, fault);
}

int memory_grant_read(const char *id, struct grant *grant, struct fault *fault)
{
	char path[96], text[GRANT_TEXT_BYTES + 1];
	ssize_t length;

	if (!grant_id_is_valid(id))
		return fault_set(fault, EINVAL, "look for the grant", id,
				 "give the 16 digits of its id");
	snprintf(path, sizeof(path), MEMORY_DIRECTORY "/%s", id);
	length = file_read(path, text, sizeof(text));
	if (length < 0)
		return fault_set(fault, (int)length, "look for the grant", path,
				 length == -ENOENT ? "it is not attached here" : NULL);
	return grant_parse(text, (size_t)length, grant, fault);
}

static void forget(const struct grant *grant)
{
	char path[96];

	snprintf(path, sizeof(path), MEMORY_DIRECTORY "/%s", grant->id);
	(void)unlink(path);
}

/* --- the session ------------------------------------------------------------------------------ */

static int draw(void *bytes, size_t length, struct fault *fault)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool drawn = fd >= 0 && read(fd, bytes, length) == (ssize_t)length;

	if (fd >= 0)
		close(fd);
	return drawn ? 0 : fault_set(fault, EIO, "draw random bytes", "/dev/urandom", NULL);
}

void attach_isid(const struct grant *grant, uint8_t isid[static 6])
{
	uint32_t number = (uint32_t)strtoul(grant->id + 8, NULL, 16);

	isid[0] = 0x80;
	isid[1] = (uint8_t)(number >> 24);
	isid[2] = (uint8_t)(number >> 16);
	isid[3] = 0;
	isid[4] = (uint8_t)(number >> 8);
	isid[5] = (uint8_t)number;
}

static int prepare(const struct grant *grant, struct iscsi_login_config *config,
		   struct fault *fault)
{
	memset(config, 0, sizeof(*config));
	config->initiator = grant->initiator;
	config->target = grant->iqn;
	config->user = grant->username;
	config->secret = grant->secret;
	config->target_user = grant->username_in;
	config->target_secret = grant->secret_in;
	config->algorithms = chap_algorithms();
	config->digest = chap_kernel_digest;
	attach_isid(grant, config->isid);
	if (!config->algorithms)
		return fault_set(fault, EOPNOTSUPP, "compute CHAP responses", "af_alg, algif_hash",
				 "the modules must be loaded: build the initrd --with swap");
	if (draw(config->challenge, sizeof(config->challenge), fault) < 0)
		return -EIO;
	return draw(&config->chap_id, 1, fault);
}

static void describe(const struct grant *grant, struct iscsi_target *target)
{
	memset(target, 0, sizeof(*target));
	(void)value_ipv4_text(grant->address, target->server);
	target->port = grant->port;
	target->lun = LENDER_LUN;
	strcpy(target->name, grant->iqn);
	strcpy(target->initiator.user, grant->username);
	strcpy(target->initiator.secret, grant->secret);
	strcpy(target->target.user, grant->username_in);
	strcpy(target->target.secret, grant->secret_in);
}

static struct portal *log_in(const struct grant *grant, struct portals *portals,
			     struct fault *fault)
{
	static const struct lease no_lease; /* the portal is an address, no name */
	struct iscsi_login_config config;
	struct iscsi_target target;
	struct portal *portal;

	if (prepare(grant, &config, fault) < 0)
		return NULL;
	describe(grant, &target);
	portals_init(portals, &no_lease, UINT64_MAX);
	portals_add(portals, &target, &config);
	portal = portals_log_in(portals, fault);
	if (!portal && fault->error == EACCES)
		strcpy(fault->hint, "the grant may be over, or it is not its lender that answers");
	return portal;
}

static int start_session(struct grant *grant, struct portals *portals, struct iscsi_kernel *kernel,
			 struct iscsi_session *session, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES];
	struct portal *portal = log_in(grant, portals, fault);
	int error = portal ? 0 : -fault->error;

	kernel->replacement_timeout_s = REPLACEMENT_TIMEOUT_S;
	kernel->ping_timeout_s = PING_TIMEOUT_S;
	kernel->ping_interval_s = PING_INTERVAL_S;
	kernel->queue_depth = QUEUE_DEPTH;
	kernel->is_not_iscsids = true; /* its times are those of disks, beside such a root a day */
	if (!error)
		error = iscsi_kernel_start(kernel, portal->socket, portal->login, &portal->target,
					   value_ipv4_text(portal->address, address),
					   portal->target.port, session, fault);
	if (!error)
		grant->session = session->id;
	portals_close(portals); /* the kernel keeps the socket that it was given */
	return error ? error : note(grant, fault);
}

/* --- the disk --------------------------------------------------------------------------------- */

static void set_queue(const char *device, const char *what, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/block/%s/queue/%s", device, what);
	(void)file_write(path, value);
}

/*
 * Targets show themselves as rotating, and Linux sends the discards of swap only to what is
 * not. 6.12 hands that on from the disk to the mapping; 6.1 wants to be told of each.
 */
static void stop_rotating(const char *device)
{
	set_queue(device, "rotational", "0");
}

/* Memory has no heads whose ways are to be shortened: what is asked for goes out at once. */
static void stop_sorting(const char *device)
{
	set_queue(device, "scheduler", "none");
}

static int check_size(const struct grant *grant, uint64_t *bytes, struct fault *fault)
{
	char path[GRANT_DEVICE_BYTES + 8];
	int fd, error = 0;

	snprintf(path, sizeof(path), "/dev/%s", grant->disk);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, bytes) < 0)
		error = fault_set(fault, errno, "ask for the size of the disk", path, NULL);
	if (fd >= 0)
		close(fd);
	return error;
}

static int find_disk(struct grant *grant, uint32_t host, int events, struct fault *fault)
{
	char peer[sizeof(fault->peer)], address[IPV4_TEXT_BYTES];
	int error;

	snprintf(peer, sizeof(peer), "%s:%u %s", value_ipv4_text(grant->address, address),
		 grant->port, grant->iqn);
	error = disk_find(host, LENDER_LUN, peer, events, monotonic_us() + DISK_US, grant->disk,
			  fault);
	if (error) {
		grant->disk[0] = '\0';
		return error;
	}
	stop_rotating(grant->disk);
	stop_sorting(grant->disk);
	return note(grant, fault);
}

/* --- the swap device -------------------------------------------------------------------------- */

static int write_header(const char *device, uint64_t bytes, struct fault *fault)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t uuid[16], *page = malloc(page_bytes);
	int fd, error;

	if (!page)
		return fault_set(fault, ENOMEM, "make a swap device", device, NULL);
	error = draw(uuid, sizeof(uuid), fault);
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 9562 section 5.4: version 4 */
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	if (!error)
		error = swap_header_write(page, page_bytes, bytes, uuid, "wireroot-memory", fault);
	fd = error ? -1 : open(device, O_WRONLY | O_CLOEXEC);
	if (!error && (fd < 0 || write_all(fd, page, page_bytes) < 0 || fsync(fd) < 0))
		error = fault_set(fault, errno, "write a swap signature", device, NULL);
	if (fd >= 0)
		close(fd);
	free(page);
	return error;
}

/*
 * For pages that are used one after the other, Linux asks for 8 at once. A neighbour's answer takes
 * longer than the pages in it: 32, the most that Linux takes, for what is used so. What somebody
 * has set stays.
 */
static void read_further_ahead(void)
{
	char line[8];

	if (file_read_line(READ_AHEAD, line, sizeof(line)) && !strcmp(line, READ_AHEAD_LINUX))
		(void)file_write(READ_AHEAD, READ_AHEAD_OURS);
}

static int swap_on(struct grant *grant, const char *device, uint64_t bytes, int priority,
		   struct fault *fault)
{
	int flags = SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_PAGES;
	int error = write_header(device, bytes, fault);

	if (error)
		return error;
	if (priority >= 0)
		flags |= SWAP_FLAG_PREFER | (priority & SWAP_PRIORITY_MAX);
	if (swapon(device, flags) < 0)
		return fault_set(fault, errno, "swap on", device, NULL);
	read_further_ahead();
	strlcpy(grant->swap, device, sizeof(grant->swap));
	return 0;
}

static int encrypt(struct grant *grant, char device[static GRANT_DEVICE_BYTES], uint64_t *bytes,
		   struct fault *fault)
{
	char name[GRANT_MAPPING_BYTES];
	int error = check_size(grant, bytes, fault);

	*bytes = *bytes / 4096 * 4096;
	snprintf(name, sizeof(name), GRANT_MAPPING_PREFIX "%s", grant->id);
	if (!error)
		error = mapper_encrypt(name, grant->disk, *bytes, device, fault);
	if (error)
		return error;
	strcpy(grant->mapping, name);
	stop_rotating(device + strlen("/dev/"));
	return note(grant, fault);
}

/* What is above the session. */
static int build(struct grant *grant, uint32_t host, int events,
		 const struct attach_options *options, struct fault *fault)
{
	char device[GRANT_DEVICE_BYTES];
	uint64_t bytes;
	int error = find_disk(grant, host, events, fault);

	if (!error)
		error = encrypt(grant, device, &bytes, fault);
	if (!error && !options->mapping_only)
		error = swap_on(grant, device, bytes, options->priority, fault);
	return error ? error : note(grant, fault);
}

int attach(struct grant *grant, const struct attach_options *options, struct fault *fault)
{
	static struct portals portals; /* static only for its size */
	struct iscsi_kernel kernel;
	struct iscsi_session session = { 0 };
	struct fault undone;
	int events, error;

	grant->session = 0;
	grant->disk[0] = grant->mapping[0] = grant->swap[0] = '\0';
	error = note(grant, fault);
	if (!error)
		error = iscsi_kernel_open(&kernel, fault);
	if (error) {
		forget(grant);
		return error;
	}
	events = disk_open_events();
	error = start_session(grant, &portals, &kernel, &session, fault);
	if (!error)
		error = build(grant, session.host, events, options, fault);
	if (events >= 0)
		close(events);
	iscsi_kernel_close(&kernel);
	if (error)
		(void)detach(grant, &undone);
	return error;
}

/* --- and back --------------------------------------------------------------------------------- */

/*
 * The kernel names a swap device by the mount that it was opened in: without /dev, when that was in
 * the mount namespace of a service that has ended.
 */
static bool is_line_of(const char *line, const char *device)
{
	size_t length;

	if (strncmp(device, "/dev/", strlen("/dev/")) != 0)
		return false;
	if (strncmp(line, "/dev/", strlen("/dev/")) != 0)
		device += strlen("/dev");
	length = strlen(device);
	return strncmp(line, device, length) == 0 && strchr(" \t", line[length]);
}

/* Is @device, in /dev, among the swap devices? Also while it is being taken out of use. */
static bool is_swap(const char *device)
{
	char swaps[4096];
	const char *line = swaps;

	if (file_read("/proc/swaps", swaps, sizeof(swaps)) < 0)
		return false; /* then removing what is below it will say */
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (is_line_of(line, device))
			return true;
	return false;
}

/*
 * The kernel calls invalid what somebody else has begun, as wireroot-borrow does for the lender
 * just before its node goes down. What has failed there is tried again here.
 */
static int swap_off_or_wait(const char *device)
{
	while (is_swap(device) && swapoff(device) < 0) {
		if (errno != EINVAL)
			return errno;
		(void)poll(NULL, 0, REMOVE_STEP_MS);
	}
	return 0;
}

static int swap_off(struct grant *grant, struct fault *fault)
{
	int error;

	if (!grant->swap[0])
		return 0;
	error = swap_off_or_wait(grant->swap);
	if (error)
		return fault_set(fault, error, "swap off", grant->swap,
				 error == ENOMEM ? "memory and other swap do not hold its pages"
						 : NULL);
	grant->swap[0] = '\0';
	return note(grant, fault);
}

static int remove_mapping(struct grant *grant, struct fault *fault)
{
	uint64_t deadline_us = monotonic_us() + REMOVE_MS * 1000ull;
	int error;

	if (!grant->mapping[0])
		return 0;
	while ((error = mapper_remove(grant->mapping, fault)) == -EBUSY &&
	       monotonic_us() < deadline_us)
		(void)poll(NULL, 0, REMOVE_STEP_MS);
	if (error)
		return error;
	grant->mapping[0] = grant->disk[0] = '\0';
	return note(grant, fault);
}

/* By the target's name, which belongs to this grant alone, and not by a number. */
static int log_out(struct grant *grant, struct fault *fault)
{
	struct iscsi_kernel kernel;
	struct iscsi_session session;
	int error;

	if (!iscsi_kernel_find(grant->iqn, &session, NULL, NULL))
		return 0;
	error = iscsi_kernel_open(&kernel, fault);
	if (error)
		return error;
	iscsi_kernel_destroy(&kernel, &session);
	iscsi_kernel_close(&kernel);
	return 0;
}

int detach(struct grant *grant, struct fault *fault)
{
	int error = swap_off(grant, fault);

	if (!error)
		error = remove_mapping(grant, fault);
	if (!error)
		error = log_out(grant, fault);
	if (!error)
		forget(grant);
	return error;
}
