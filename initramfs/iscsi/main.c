// SPDX-License-Identifier: GPL-2.0-only
/*
 * wireroot-iscsi: one attempt to mount a root that is on iSCSI disks, started by the init.
 *
 *	words ▸ portals: connect, log in ▸ modules ▸ kernel's session ▸ disk ▸ file system
 *
 * In an image with open-iscsi's iscsistart that connects, logs in and makes the kernel's session.
 * The init's attempt runs this program in its own place; struct root_request in root.h says what
 * goes in and out. Nothing but CHAP needs the modules before the login is done. It may be killed at
 * any time: what an attempt left in the kernel, the next one ends first.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../firmware.h"
#include "../overlay.h"
#include "../resolve.h"
#include "../root.h"
#include "../second_stage.h"
#include "../sys.h"
#include "../value.h"
#include "../words.h"
#include "chap.h"
#include "disk.h"
#include "hand_over.h"
#include "ibft.h"
#include "ibft_read.h"
#include "iscsi_netlink.h"
#include "iscsi_spec.h"
#include "iscsistart.h"
#include "keeper.h"
#include "portals.h"
#include "record.h"
#include "volume_mount.h"

#define COMMAND_LINE_BYTES 4096
#define NODE_FILE_BYTES	   16384
#define NEWEST_SESSION	   "/run/wireroot/iscsi-session"

/* What all targets have together, for login and disk: an attempt has 120 s. */
#define ALL_US 110000000ull
/* What each of them has once all that is asked for is there. */
#define SPARE_US 3000000ull

/* Where a disk is. */
struct origin {
	const char *target; /* its name */
	char portal[24]; /* "10.0.0.1:3260" */
	uint32_t address; /* the portal's, host byte order */
};

struct client {
	struct root_request request;
	int modules_ready; /* a descriptor; -1: they always are */
	struct root_result result;
	char command_line[COMMAND_LINE_BYTES], node_file[NODE_FILE_BYTES];
	struct words words, node_words;
	char firmware_table[IBFT_BYTES];
	struct ibft ibft;
	bool from_firmware; /* the targets */
	bool iscsistart; /* it is there and logs in */
	struct iscsi_spec spec;
	struct iscsi_login_config config;
	struct portals portals;
	struct iscsi_kernel kernel;
	struct iscsi_session sessions[ISCSI_TARGETS_MAX];
	unsigned int session_count;
	uint32_t addresses[ISCSI_TARGETS_MAX]; /* of the targets' servers; 0: unknown */
	char disks[ISCSI_TARGETS_MAX][DISK_NAME_BYTES];
	struct origin origins[ISCSI_TARGETS_MAX]; /* of each disk */
	unsigned int disk_count;
	struct volume root, upper; /* what is asked for, once it is there */
	bool chosen;
	struct fault left_out; /* the most telling one of targets that cannot be had */
	uint64_t step_us; /* how long a login may take, and then the finding of its disks */
	int events;
};

/* --- what is asked for --------------------------------------------------------------------------
 */

static bool needs_firmware(const struct client *client)
{
	return client->spec.firmware && !client->spec.count && !client->spec.common.name[0] &&
	       strncmp(client->request.lease.root_path, "iscsi:", strlen("iscsi:")) != 0;
}

/* The firmware's table comes last: words and DHCP outrank it. */
static int take_firmware(struct client *client, struct fault *fault)
{
	struct iscsi_spec *spec = &client->spec;
	struct ibft *ibft = &client->ibft;
	ssize_t length = ibft_read(client->firmware_table);

	if (length < 0)
		return fault_set(fault, (int)length, "read the iSCSI boot firmware table",
				 IBFT_PATH, "the firmware has none: was iSCSI set up there?");
	if (ibft_parse((const uint8_t *)client->firmware_table, (size_t)length, ibft, fault) < 0)
		return -fault->error;
	if (!spec->initiator[0])
		strcpy(spec->initiator, ibft->initiator);
	memcpy(spec->targets, ibft->targets, sizeof(spec->targets));
	spec->count = ibft->count;
	client->from_firmware = true;
	return 0;
}

/* A node file with a fault is left out, as by the init, which tells of it. */
static int read_words(struct client *client, struct fault *fault)
{
	const char *root_path = client->request.lease.root_path;
	ssize_t length = file_read(NODE_FILE_PATH, client->node_file, sizeof(client->node_file));
	int error = 0;

	if (length > 0 && node_file_split(client->node_file, (size_t)length, NODE_FILE_PATH,
					  &client->node_words, fault) == 0)
		error = iscsi_spec_apply(&client->spec, &client->node_words, fault);
	length = file_read("/proc/cmdline", client->command_line, sizeof(client->command_line));
	if (length < 0)
		return fault_set(fault, (int)length, "read the kernel command line",
				 "/proc/cmdline", NULL);
	(void)words_split(client->command_line, &client->words, fault);
	if (!error)
		error = iscsi_spec_apply(&client->spec, &client->words, fault);
	if (!error && needs_firmware(client))
		error = take_firmware(client, fault);
	return error ? error : iscsi_spec_complete(&client->spec, root_path, fault);
}

/* The MAC of the interface that has @address. */
static bool find_mac(uint32_t address, uint8_t mac[static 6])
{
	struct ifreq interfaces[64];
	struct ifconf list = { .ifc_len = sizeof(interfaces), .ifc_req = interfaces };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = false;

	if (fd < 0)
		return false;
	if (ioctl(fd, SIOCGIFCONF, &list) < 0)
		list.ifc_len = 0;
	for (size_t i = 0; !found && i < (size_t)list.ifc_len / sizeof(interfaces[0]); i++) {
		struct sockaddr_in *own = (struct sockaddr_in *)&interfaces[i].ifr_addr;

		if (own->sin_addr.s_addr != htonl(address) ||
		    ioctl(fd, SIOCGIFHWADDR, &interfaces[i]) < 0)
			continue;
		memcpy(mac, interfaces[i].ifr_hwaddr.sa_data, 6);
		found = true;
	}
	close(fd);
	return found;
}

/*
 * Without a name the MAC makes one, which stays the same from boot to boot and is like no other
 * node's: RFC 7143 section 4.2.7.2 takes an EUI-64, and IEEE makes one of a MAC by FF-FE.
 */
static int name_initiator(struct client *client, struct fault *fault)
{
	char *name = client->spec.initiator;
	uint8_t mac[6];

	if (name[0])
		return 0;
	if (!find_mac(client->request.lease.address, mac))
		return fault_set(fault, ENODEV, "name this iSCSI initiator", "",
				 "give rd.iscsi.initiator=");
	snprintf(name, sizeof(client->spec.initiator), "eui.%02x%02x%02xfffe%02x%02x%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return 0;
}

/* The kernel counts its sessions from 1, those that attempts before this one had, too. */
static uint32_t next_session(void)
{
	char number[16];

	return file_read(NEWEST_SESSION, number, sizeof(number)) > 0
		       ? (uint32_t)strtoul(number, NULL, 10) + 1
		       : 1;
}

static void note_session(const struct iscsi_session *session)
{
	char number[16];

	if (!session->id) /* it was not made */
		return;
	snprintf(number, sizeof(number), "%u\n", session->id);
	(void)file_write(NEWEST_SESSION, number);
}

/* --- logging in ---------------------------------------------------------------------------------
 */

static void await_modules(const struct client *client)
{
	struct pollfd fd = { client->modules_ready, POLLIN, 0 };

	if (client->modules_ready >= 0)
		(void)poll(&fd, 1, -1);
}

/* A challenge that nobody can foresee: all that makes the target's answer a proof. */
static int draw_challenge(struct iscsi_login_config *config, struct fault *fault)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool drawn = fd >= 0 &&
		     read(fd, config->challenge, ISCSI_CHALLENGE_BYTES) == ISCSI_CHALLENGE_BYTES &&
		     read(fd, &config->chap_id, 1) == 1;

	if (fd >= 0)
		close(fd);
	return drawn ? 0 : fault_set(fault, EIO, "draw a random challenge", "/dev/urandom", NULL);
}

/* Those that both the kernel has and the words let us use. */
static unsigned int usable_algorithms(const struct iscsi_spec *spec)
{
	unsigned int chosen = 0;

	for (size_t i = 0; i < CHAP_ALGORITHMS && spec->chap_order[i]; i++)
		chosen |= 1u << spec->chap_order[i];
	return chap_algorithms() & (chosen ? chosen : ~0u);
}

static bool wants_chap(const struct iscsi_spec *spec)
{
	for (unsigned int i = 0; i < spec->count; i++)
		if (spec->targets[i].initiator.secret[0])
			return true;
	return false;
}

static int prepare_chap(struct client *client, struct fault *fault)
{
	if (!wants_chap(&client->spec))
		return 0;
	await_modules(client);
	client->config.algorithms = usable_algorithms(&client->spec);
	memcpy(client->config.order, client->spec.chap_order, sizeof(client->config.order));
	client->config.digest = chap_kernel_digest;
	if (!client->config.algorithms)
		return fault_set(fault, EOPNOTSUPP, "compute CHAP responses",
				 client->spec.chap_list[0] ? client->spec.chap_list
							   : "af_alg, algif_hash",
				 "the modules are missing: build the initrd --with iscsi for this "
				 "kernel");
	return draw_challenge(&client->config, fault);
}

static bool same_portal(const struct iscsi_target *first, const struct iscsi_target *second)
{
	return first->port == second->port && strcmp(first->server, second->server) == 0;
}

/* Is there a target before @index with this name, and if @portal is set, at the same portal? */
static bool is_repeated(const struct iscsi_spec *spec, unsigned int index, bool portal)
{
	for (unsigned int i = 0; i < index; i++)
		if (strcmp(spec->targets[i].name, spec->targets[index].name) == 0 &&
		    (!portal || same_portal(&spec->targets[i], &spec->targets[index])))
			return true;
	return false;
}

static void add_portals(struct client *client, unsigned int first)
{
	const struct iscsi_spec *spec = &client->spec;

	for (unsigned int i = first; i < spec->count; i++) {
		const struct iscsi_target *target = &spec->targets[i];
		struct iscsi_login_config config = client->config;

		if (strcmp(target->name, spec->targets[first].name) != 0 ||
		    is_repeated(spec, i, true))
			continue;
		config.target = target->name;
		config.user = target->initiator.user;
		config.secret = target->initiator.secret;
		config.target_user = target->target.user;
		config.target_secret = target->target.secret;
		portals_add(&client->portals, &spec->targets[i], &config);
		client->addresses[i] =
			client->portals.portal[client->portals.count - 1].home_address;
	}
}

/* The first time: what an attempt that was killed has left would be in our way. */
static int open_kernel(struct client *client, struct fault *fault)
{
	int error;

	if (client->kernel.netlink >= 0)
		return 0;
	await_modules(client);
	(void)umount2(OVERLAY_DISK, MNT_DETACH);
	error = iscsi_kernel_open(&client->kernel, fault);
	if (!error)
		iscsi_kernel_destroy_all(&client->kernel);
	return error;
}

/* Every LUN that is asked for of the target at index @first, which is at @origin. */
static int find_disks(struct client *client, unsigned int first, uint32_t host,
		      const struct origin *origin, struct fault *fault)
{
	const struct iscsi_target *targets = client->spec.targets;
	uint64_t deadline_us =
		monotonic_us() + (client->step_us < DISK_US ? client->step_us : DISK_US);
	char peer[sizeof(fault->peer)];
	int error = 0;

	client->session_count++;
	snprintf(peer, sizeof(peer), "%s %s", origin->portal, origin->target);
	for (unsigned int i = first; !error && i < client->spec.count; i++) {
		bool known = strcmp(targets[i].name, targets[first].name) != 0;

		for (unsigned int j = first; !known && j < i; j++)
			known = strcmp(targets[j].name, targets[i].name) == 0 &&
				targets[j].lun == targets[i].lun;
		if (known)
			continue;
		client->origins[client->disk_count] = *origin;
		error = disk_find(host, targets[i].lun, peer, client->events, deadline_us,
				  client->disks[client->disk_count++], fault);
	}
	return error;
}

/* Log in to the target at index @first by our own client, and find its disks. */
static int attach(struct client *client, unsigned int first, struct fault *fault)
{
	struct iscsi_session *session = &client->sessions[client->session_count];
	struct origin origin = { .target = client->spec.targets[first].name };
	char address[IPV4_TEXT_BYTES];
	struct portal *portal;
	int error;

	iscsi_session_isid(next_session(), client->config.isid);
	portals_init(&client->portals, &client->request.lease, monotonic_us() + client->step_us);
	add_portals(client, first);
	portal = portals_log_in(&client->portals, fault);
	error = portal ? open_kernel(client, fault) : -fault->error;
	if (!error)
		error = iscsi_kernel_start(&client->kernel, portal->socket, portal->login,
					   &portal->target,
					   value_ipv4_text(portal->home_address, address),
					   portal->home_port, session, fault);
	note_session(session);
	if (!error) {
		strlcpy(origin.portal, portal->text, sizeof(origin.portal));
		origin.address = portal->address;
		error = find_disks(client, first, session->host, &origin, fault);
	}
	portals_close(&client->portals); /* the kernel keeps the one that it was given */
	return error;
}

/* --- the same by iscsistart ---------------------------------------------------------------------
 */

/* One portal after the other: iscsistart knows of one only. */
static int run_iscsistart(struct client *client, unsigned int first, struct fault *fault)
{
	const struct iscsi_spec *spec = &client->spec;
	int error = -ENOENT;

	for (unsigned int i = first; error && i < spec->count; i++) {
		const struct iscsi_target *target = &spec->targets[i];
		uint32_t address;

		if (strcmp(target->name, spec->targets[first].name) != 0 ||
		    is_repeated(spec, i, true))
			continue;
		if (target->ipv6)
			error = fault_set(fault, EAFNOSUPPORT, "reach the iSCSI portal",
					  target->server, "give its IPv4 address or its name");
		else
			error = resolve(target->server, &client->request.lease, &address, fault);
		if (error)
			continue;
		client->addresses[i] = address;
		error = iscsistart_log_in(spec, target, address, i + 1 == spec->count, fault);
	}
	return error;
}

/* Has a word changed what the firmware's table says? Then iscsistart must not read that itself. */
static bool is_firmwares_own(const struct client *client)
{
	const struct iscsi_target *common = &client->spec.common;

	return client->from_firmware && !client->spec.header_digest && !client->spec.data_digest &&
	       !common->server[0] && !common->port && !common->initiator.secret[0] &&
	       !common->target.secret[0] &&
	       strcmp(client->spec.initiator, client->ibft.initiator) == 0;
}

/* As attach(). The sessions of the firmware's targets are there already. */
static int attach_by_iscsistart(struct client *client, unsigned int first, struct fault *fault)
{
	struct iscsi_session *session = &client->sessions[client->session_count];
	struct origin origin = { .target = client->spec.targets[first].name };
	int error = is_firmwares_own(client) ? 0 : run_iscsistart(client, first, fault);

	if (error)
		return error;
	if (!iscsi_kernel_find(origin.target, session, &origin.address, origin.portal))
		return fault_set(fault, ENOENT, "find the session that iscsistart made",
				 origin.target,
				 "the firmware's table may have no network interface for it");
	return find_disks(client, first, session->host, &origin, fault);
}

static int prepare_iscsistart(struct client *client, struct fault *fault)
{
	int error = open_kernel(client, fault);

	if (!error && is_firmwares_own(client))
		error = iscsistart_log_in_firmware(&client->spec, fault);
	return error;
}

static int prepare_own(struct client *client, struct fault *fault)
{
	client->config.initiator = client->spec.initiator;
	client->config.header_digest = client->spec.header_digest;
	client->config.data_digest = client->spec.data_digest;
	return prepare_chap(client, fault);
}

/* --- all targets --------------------------------------------------------------------------------
 */

/* Look for root and overlay on the disks that are there. */
static int choose(struct client *client, struct fault *fault)
{
	const struct iscsi_spec *spec = &client->spec;
	int error =
		disk_choose(client->disks, client->disk_count, spec->root, &client->root, fault);

	if (error || !spec->overlay[0])
		return error;
	error = disk_choose(client->disks, client->disk_count, spec->overlay, &client->upper,
			    fault);
	if (error == -ENOENT || error == -ENOTUNIQ)
		strcpy(fault->doing, "find the overlay's upper side on the iSCSI disks");
	return error;
}

static unsigned int count_targets(const struct iscsi_spec *spec)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < spec->count; i++)
		count += !is_repeated(spec, i, false);
	return count;
}

/* The target at index @first, with all of its disks, or nothing of it. */
static void attach_one(struct client *client, unsigned int first)
{
	unsigned int disks = client->disk_count, sessions = client->session_count;
	struct fault fault = { 0 };
	int error = client->iscsistart ? attach_by_iscsistart(client, first, &fault)
				       : attach(client, first, &fault);

	if (!error) {
		client->chosen = client->chosen || choose(client, &fault) == 0;
		return;
	}
	client->disk_count = disks;
	if (client->session_count > sessions)
		iscsi_kernel_destroy(&client->kernel, &client->sessions[--client->session_count]);
	if (!client->left_out.error || portals_tells_more(&fault, &client->left_out))
		client->left_out = fault;
}

/*
 * All targets in their order, which is that of their disks. One that cannot be had is left out, and
 * may not hold up the boot when root and overlay are on the disks of others; unless the root is on
 * the first disk, whichever that is.
 */
static int attach_all(struct client *client, struct fault *fault)
{
	const struct iscsi_spec *spec = &client->spec;
	unsigned int count = count_targets(spec);
	int error;

	client->events = disk_open_events();
	client->iscsistart = access(ISCSISTART, X_OK) == 0;
	error = client->iscsistart ? prepare_iscsistart(client, fault) : prepare_own(client, fault);
	if (error)
		return error;
	for (unsigned int i = 0; i < spec->count; i++) {
		if (is_repeated(spec, i, false))
			continue;
		client->step_us = client->chosen ? SPARE_US : ALL_US / count / 2;
		attach_one(client, i);
		if (!spec->root[0] && !client->disk_count)
			break;
	}
	if (client->chosen)
		return 0;
	if (!client->left_out.error)
		return choose(client, fault); /* for what it says */
	*fault = client->left_out;
	return -fault->error;
}

/* --- the file system ----------------------------------------------------------------------------
 */

static void note_left_out(const struct client *client, struct root_result *result)
{
	const struct fault *fault = &client->left_out;
	size_t length = strlen(result->lacks);

	if (fault->error)
		snprintf(result->lacks + length, sizeof(result->lacks) - length,
			 "%sgone on without a target: %s: %s", length ? "; " : "", fault->doing,
			 fault->peer);
}

/* Look for the second stage's init, in a root of our own from which we come back. */
static int look_into_root(const struct client *client, struct root_result *result)
{
	int outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (outside < 0 || chroot(ROOT_DIRECTORY) < 0 || chdir("/") < 0)
		return fault_set(&result->fault, errno, "enter the mounted root", ROOT_DIRECTORY,
				 NULL);
	error = find_init(client->request.init, result->init, sizeof(result->init), &result->fault);
	if (fchdir(outside) < 0 || chroot(".") < 0)
		error = fault_set(&result->fault, errno, "leave the mounted root", "/", NULL);
	close(outside);
	return error;
}

/*
 * Mount @volume as @how says, and note in @result which it was: with several targets, the way to
 * this one is the link that must stay up.
 */
static int mount_one(struct client *client, const struct volume *volume,
		     const struct volume_mount *how)
{
	struct root_result *result = &client->result;
	const struct origin *origin = &client->origins[volume->disk];
	size_t length = strlen(result->what);
	int error = volume_mount(volume, how, &result->fault);

	if (error)
		return error;
	if (!length) {
		result->server = origin->address;
		result->source = source_address(origin->address);
	}
	snprintf(result->what + length, sizeof(result->what) - length,
		 "%s%s (%s) on %s by iSCSI from %s", length ? ", below an overlay on " : "",
		 volume->name, volume_type(volume, how), origin->target, origin->portal);
	return 0;
}

static int mount_upper(struct client *client)
{
	const struct volume_mount how = { .what = "overlay's upper side",
					  .directory = OVERLAY_DISK,
					  .type = "",
					  .options = "",
					  .read_write = true };
	struct fault *fault = &client->result.fault;
	int error = make_directories(OVERLAY_DISK, 0755);

	if (error)
		return fault_set(fault, error, "make a directory", OVERLAY_DISK, NULL);
	return mount_one(client, &client->upper, &how);
}

static int mount_root(struct client *client)
{
	const struct iscsi_spec *spec = &client->spec;
	const struct volume_mount how = { .what = "root",
					  .directory = ROOT_DIRECTORY,
					  .type = spec->type,
					  .options = client->request.flags,
					  .read_write = client->request.read_write };
	int error = mount_one(client, &client->root, &how);

	if (!error)
		error = look_into_root(client, &client->result);
	note_left_out(client, &client->result);
	if (!error && spec->overlay[0])
		error = mount_upper(client);
	return error;
}

/* --- the keeper ---------------------------------------------------------------------------------
 */

/* By address: the name servers may be away when it has to know. */
static void describe_portals(const struct client *client, struct relogin_settings *settings)
{
	const struct iscsi_spec *spec = &client->spec;
	char address[IPV4_TEXT_BYTES];

	settings->portal_count = spec->count;
	for (unsigned int i = 0; i < spec->count; i++) {
		struct iscsi_target *portal = &settings->portals[i];

		*portal = spec->targets[i];
		memset(&portal->initiator, 0, sizeof(portal->initiator));
		memset(&portal->target, 0, sizeof(portal->target));
		if (client->addresses[i])
			strcpy(portal->server, value_ipv4_text(client->addresses[i], address));
	}
}

/* The node can do without, as long as no connection breaks before iscsid is there. */
static void start_keeper(struct client *client)
{
	struct root_result *result = &client->result;
	size_t length = strlen(result->lacks);
	struct keeper_request request = { .session_count = client->session_count,
					  .settings = { .lease = client->request.lease,
							.header_digest = client->spec.header_digest,
							.data_digest = client->spec.data_digest } };
	struct relogin_settings *settings = &request.settings;
	struct fault fault = { 0 };

	for (unsigned int i = 0; i < client->session_count; i++)
		request.sessions[i] = client->sessions[i].id;
	describe_portals(client, settings);
	if (wants_chap(&client->spec))
		settings->algorithms = usable_algorithms(&client->spec);
	memcpy(settings->order, client->spec.chap_order, sizeof(settings->order));
	if (keeper_start(&request, &fault) < 0)
		snprintf(result->lacks + length, sizeof(result->lacks) - length,
			 "%swhen the connection breaks, only iscsid logs in again: %s",
			 length ? "; " : "", fault.doing);
}

/* A session must not go before what is mounted on its disk. */
static void give_up(struct client *client)
{
	(void)umount2(ROOT_DIRECTORY, MNT_DETACH);
	(void)umount2(OVERLAY_DISK, MNT_DETACH);
	for (unsigned int i = 0; i < client->session_count; i++)
		iscsi_kernel_destroy(&client->kernel, &client->sessions[i]);
}

/* For the init, which asks for the network before it has one. */
static int print_firmware_words(struct client *client)
{
	struct fault *fault = &client->result.fault;
	ssize_t length = ibft_read(client->firmware_table);
	struct ibft_nics nics;
	char text[FIRMWARE_BYTES];

	if (length < 0 || ibft_parse_nics((const uint8_t *)client->firmware_table, (size_t)length,
					  &nics, fault) < 0)
		return 1;
	return write_all(STDOUT_FILENO, text, ibft_words(&nics, text, sizeof(text))) < 0;
}

static bool read_request(struct root_request *request)
{
	return !isatty(STDIN_FILENO) &&
	       read(STDIN_FILENO, request, sizeof(*request)) == sizeof(*request);
}

int main(int argc, char *argv[])
{
	struct client *client;
	struct fault *fault;
	int error;

	if (argc == 2 && strcmp(argv[1], KEEPER_ARGUMENT) == 0)
		return keeper_main();
	/* Not static: the keeper, which is this program, too, has all of that locked in memory. */
	client = calloc(1, sizeof(*client));
	if (!client)
		return 1;
	fault = &client->result.fault;
	if (argc == 2 && strcmp(argv[1], ROOT_ISCSI_WORDS) == 0)
		return print_firmware_words(client);
	client->kernel.netlink = -1;
	client->modules_ready = argc == 2 ? atoi(argv[1]) : -1;
	if (argc != 2 || !read_request(&client->request)) {
		fprintf(stderr, "wireroot-iscsi: this program is for the init of an initrd; see "
				"wireroot-init(8)\n");
		return 2;
	}
	error = read_words(client, fault);
	if (!error)
		error = name_initiator(client, fault);
	if (!error)
		error = attach_all(client, fault);
	if (!error)
		error = mount_root(client);
	if (!error)
		error = iscsi_hand_over(&client->spec, fault);
	if (error) {
		give_up(client);
	} else {
		memset(fault, 0, sizeof(*fault));
		start_keeper(client);
	}
	return write_all(STDOUT_FILENO, &client->result, sizeof(client->result)) < 0;
}
