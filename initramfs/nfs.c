// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount a root file system by NFS through mount(2), the kernel's client without mount.nfs(8).
 *
 * What mount.nfs does in user space is done here: a quick look whether the server answers at all
 * (the kernel would wait for minutes), the versions in turn, and the options that only user space
 * knows. Source: the kernel's fs/nfs/fs_context.c and Documentation/admin-guide/nfs/nfsroot.rst,
 * nfs(5).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mount_flags.h"
#include "nfs.h"
#include "nfs_transport.h"
#include "sys.h"
#include "value.h"

#define NFS_PORT     2049
#define RPCBIND_PORT 111
/* Three SYNs (sent at 0, 1 and 3 s) fit; a server that answers none is not there. */
#define CONNECT_MS 5000
/* The kernel's 128 KiB leave a round trip's time unused on fast links. */
#define READ_AHEAD_KB 1024u
#define OPTIONS_BYTES 768

/* Whether something accepts TCP connections at @server:@port. Returns 0 or a negative errno. */
static int try_connect(uint32_t server, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(server) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t length = sizeof(int);
	struct pollfd poll_fd = { fd, POLLOUT, 0 };
	int error = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		error = errno;
	else if (poll(&poll_fd, 1, CONNECT_MS) == 0)
		error = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	close(fd);
	return -error;
}

static int check_server(const struct nfs_target *target, uint16_t port, const char *service,
			struct fault *fault)
{
	int error = try_connect(target->server, port);
	char doing[64], peer[64], address[IPV4_TEXT_BYTES];

	if (error == 0)
		return 0;
	snprintf(doing, sizeof(doing), "reach the %s server", service);
	snprintf(peer, sizeof(peer), "%s port %u", value_ipv4_text(target->server, address), port);
	return fault_set(
		fault, error, doing, peer,
		error == -ECONNREFUSED ? "the machine is there, but the service is not running"
		: error == -ETIMEDOUT  ? "no answer: machine down, wrong address or firewall"
				       : "check address, netmask and gateway");
}

/* Options that mount(8) and mount.nfs(8) keep for themselves. */
static const char *const user_space_options[] = {
	"retry=", "bg", "fg", "_netdev", "nofail", "auto", "noauto", "defaults", "x-", "comment=",
};

/* Options that NFSv4 refuses. */
static const char *const version_3_options[] = {
	"nolock", "lock", "mountport=", "mountvers=", "mountproto=", "mounthost=", "mountaddr=",
};

static bool is_listed(const char *option, size_t length, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		size_t name_length = strlen(list[i]);
		bool prefix = strchr("=-", list[i][name_length - 1]) != NULL;

		if (strncmp(option, list[i], name_length) == 0 &&
		    (prefix || name_length == length) && name_length <= length)
			return true;
	}
	return false;
}

/* Add @list's options to @options, or to @flags, leaving out what this version cannot take. */
static int add_options(const char *list, enum nfs_version version, char *options,
		       unsigned long *flags)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		bool skip =
			length == 0 || mount_flag_apply(list, length, flags) ||
			is_listed(list, length, user_space_options,
				  sizeof(user_space_options) / sizeof(char *)) ||
			(version != NFS_3 && is_listed(list, length, version_3_options,
						       sizeof(version_3_options) / sizeof(char *)));

		if (!skip) {
			size_t used = strlen(options);

			if (used + length + 2 > OPTIONS_BYTES)
				return -E2BIG;
			snprintf(options + used, OPTIONS_BYTES - used, ",%.*s", (int)length, list);
		}
		list += length;
		list += *list == ',';
	}
	return 0;
}

/* The number behind "NAME=" in a list of options, or @otherwise. The last one counts. */
static unsigned int option_number(const char *list, const char *name, unsigned int otherwise)
{
	size_t length = strlen(name);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strncmp(list, name, length) == 0)
			otherwise = (unsigned int)strtoul(list + length, NULL, 10);
	return otherwise;
}

static const char *mount_hint(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "the server refuses this client: check its list of exports for our address";
	case ENOENT:
	case ENOTDIR:
	case ESTALE:
		/* With version 4, most servers hide what a client may not mount. */
		return "the path is wrong, or not exported to us: check it and the server's list of exports";
	case EPROTONOSUPPORT:
	case EPFNOSUPPORT:
	case EOPNOTSUPP:
		return "the server does not offer this version of NFS";
	case ENODEV:
		return "the kernel has no NFS: the initrd lacks its modules or they failed to load";
	case EINVAL:
		return "the kernel refuses the mount options";
	case ECONNREFUSED:
	case ECONNRESET:
	case ETIMEDOUT:
	case EIO:
		return "the server stopped answering in the middle of the mount";
	default:
		return NULL;
	}
}

static int set_mount_fault(const struct nfs_target *target, enum nfs_version version, int error,
			   struct fault *fault)
{
	char doing[64], peer[sizeof(fault->peer)];

	snprintf(doing, sizeof(doing), "mount the root by NFS %s", nfs_version_name(version));
	snprintf(peer, sizeof(peer), "%s:%s", target->spec->server, target->spec->path);
	return fault_set(fault, error, doing, peer, mount_hint(error));
}

static int mount_version(const struct nfs_target *target, enum nfs_version version,
			 struct fault *fault)
{
	unsigned long flags = target->read_write ? 0 : MS_RDONLY;
	char options[OPTIONS_BYTES], source[640], address[IPV4_TEXT_BYTES];
	int error;

	snprintf(options, sizeof(options), "vers=%s,addr=%s", nfs_version_name(version),
		 value_ipv4_text(target->server, address));
	if (version == NFS_3)
		/* No statd runs before the root is there, and locks of the root are local anyway.
		 */
		strlcat(options, ",nolock", sizeof(options));
	else
		snprintf(options + strlen(options), sizeof(options) - strlen(options),
			 ",clientaddr=%s", value_ipv4_text(target->client, address));
	error = add_options(target->spec->options, version, options, &flags);
	if (error == 0)
		error = add_options(target->flags, version, options, &flags);
	if (error < 0)
		return set_mount_fault(target, version, error, fault);
	snprintf(source, sizeof(source), "%s:%s", target->spec->server, target->spec->path);
	if (mount(source, target->directory, version == NFS_3 ? "nfs" : "nfs4", flags, options) ==
	    0)
		return 0;
	return set_mount_fault(target, version, errno, fault);
}

/*
 * How much a fault tells: that a path is refused or missing more than that a version is missing. Of
 * these two the first is kept: servers of version 3 refuse a path that is not there, too.
 */
static int rank(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
	case ENOENT:
	case ENOTDIR:
	case ESTALE:
		return 2;
	case 0:
		return 0;
	default:
		return 1;
	}
}

static void keep_more_telling(struct fault *kept, const struct fault *fault)
{
	if (rank(fault->error) > rank(kept->error))
		*kept = *fault;
}

static struct nfs_transport read_transport(const struct nfs_target *target)
{
	struct nfs_transport transport = { .tcp = true, .port = NFS_PORT };

	nfs_transport_read(target->spec->options, &transport);
	nfs_transport_read(target->flags, &transport);
	return transport;
}

static void await_modules(int ready)
{
	struct pollfd fd = { ready, POLLIN, 0 };

	if (ready >= 0)
		(void)poll(&fd, 1, -1);
}

/*
 * NFSv3: without mountport= the kernel asks rpcbind, so that has to be there. Version 4 was tried
 * while the module of version 3 was still being loaded.
 */
static int mount_version_3(const struct nfs_target *target, struct fault *fault)
{
	bool pinned = option_number(
		target->flags, "mountport=", option_number(target->spec->options, "mountport=", 0));

	if (!pinned && read_transport(target).tcp) {
		int error = check_server(target, RPCBIND_PORT, "rpcbind (NFS 3)", fault);

		if (error < 0)
			return error;
	}
	await_modules(target->version_3_ready);
	return mount_version(target, NFS_3, fault);
}

static void raise_read_ahead(const char *directory)
{
	struct stat status;
	char path[64], text[16];

	if (stat(directory, &status) < 0)
		return;
	snprintf(path, sizeof(path), "/sys/class/bdi/%u:%u/read_ahead_kb", major(status.st_dev),
		 minor(status.st_dev));
	snprintf(text, sizeof(text), "%u\n", READ_AHEAD_KB);
	(void)file_write(path, text); /* only slower without */
}

static bool is_wanted(enum nfs_version wanted, enum nfs_version version)
{
	return wanted == NFS_ANY || wanted == version || (wanted == NFS_4_ANY && version != NFS_3);
}

int nfs_mount(const struct nfs_target *target, enum nfs_version *version, struct fault *fault)
{
	static const enum nfs_version turn[] = { NFS_4_2, NFS_4_1, NFS_4_0, NFS_3 };
	const struct nfs_transport transport = read_transport(target);
	enum nfs_version wanted = target->spec->version;
	struct fault kept = { 0 };
	unsigned int i;

	if (wanted != NFS_3 && transport.tcp && transport.port) {
		int error = check_server(target, (uint16_t)transport.port, "NFS", fault);

		if (error < 0)
			return error;
	}
	/* Up to here nothing needed them; loading them is what a boot takes the longest for. */
	await_modules(target->modules_ready);
	for (i = 0; i < sizeof(turn) / sizeof(turn[0]); i++) {
		if (!is_wanted(wanted, turn[i]))
			continue;
		/* All minor versions of 4 share one tree: what is refused there once stays so. */
		if (turn[i] != NFS_3 && rank(kept.error) >= 2)
			continue;
		if ((turn[i] == NFS_3 ? mount_version_3(target, fault)
				      : mount_version(target, turn[i], fault)) == 0) {
			*version = turn[i];
			raise_read_ahead(target->directory);
			return 0;
		}
		keep_more_telling(&kept, fault);
	}
	*fault = kept;
	return -kept.error;
}
