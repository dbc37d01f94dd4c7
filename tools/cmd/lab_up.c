// SPDX-License-Identifier: GPL-2.0-only
/* `wireroot lab up`: read its options, write the servers' configuration, start the lab. */
#include "tools/cmd/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tools/cmd/cmd.h"
#include "tools/generation/apply.h"
#include "tools/initrd/segment_cache.h"
#include "tools/lab/definition.h"
#include "tools/lab/enter.h"
#include "tools/lab/http_tree.h"
#include "tools/lab/layout.h"
#include "tools/lab/servers.h"
#include "tools/lab/supervisor.h"
#include "userspace/lib/fs.h"
#include "userspace/lib/log.h"

#define WITHOUT_MAX 8

static const char help[] =
	"usage: wireroot lab up DIR [options]\n"
	"\n"
	"Makes a private network with its servers and returns when they answer.\n"
	"\n"
	"  --cluster FILE      make the network and the servers that this definition describes\n"
	"  --server NAME       and of its servers this one; the one that boots nodes by default\n"
	"  --root DIR          export DIR over NFS as " LAB_ROOT_EXPORT "\n"
	"  --export NAME=DIR[,ro][,squash][,refuse]\n"
	"                      export DIR as NAME: read-only, with root squashed, or refused to all\n"
	"  --nfs VERSIONS      versions of NFS, out of 3,4.0,4.1,4.2; all by default\n"
	"  --dnsmasq FILE      add these lines to dnsmasq's configuration\n"
	"  --ganesha FILE      add these lines to NFS-Ganesha's configuration\n"
	"  --without SERVER    do not start wirerootd, dnsmasq, rpcbind, ganesha or tgtd yet\n"
	"  --foreground        stay; Ctrl-C, or any other end of this command, ends the lab\n"
	"  --tie-to PID        the lab ends when that process does\n";

enum option_key {
	OPTION_CLUSTER = 256,
	OPTION_SERVER,
	OPTION_ROOT,
	OPTION_EXPORT,
	OPTION_NFS,
	OPTION_DNSMASQ,
	OPTION_GANESHA,
	OPTION_WITHOUT,
	OPTION_FOREGROUND,
	OPTION_TIE_TO,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "cluster", required_argument, NULL, OPTION_CLUSTER },
	{ "server", required_argument, NULL, OPTION_SERVER },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "export", required_argument, NULL, OPTION_EXPORT },
	{ "nfs", required_argument, NULL, OPTION_NFS },
	{ "dnsmasq", required_argument, NULL, OPTION_DNSMASQ },
	{ "ganesha", required_argument, NULL, OPTION_GANESHA },
	{ "without", required_argument, NULL, OPTION_WITHOUT },
	{ "foreground", no_argument, NULL, OPTION_FOREGROUND },
	{ "tie-to", required_argument, NULL, OPTION_TIE_TO },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

struct up {
	char directory[PATH_MAX];
	const char *cluster_file; /* NULL: a lab without a cluster */
	const char *server; /* of the cluster, or NULL: the one that boots nodes */
	struct cluster cluster;
	struct server_options servers;
	bool has_own_exports; /* by options */
	char export_paths[SERVERS_EXPORTS_MAX][PATH_MAX];
	const char *without[WITHOUT_MAX];
	size_t without_count;
	bool foreground;
	int tie; /* pidfd, or -1 */
};

/* Nothing that the servers need may be where the lab has file systems of its own. */
static int check_uncovered(const char *path, struct fault *fault)
{
	static const char *const covered[] = { "/run", "/proc", "/sys", "/var/lib/nfs" };

	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		size_t length = strlen(covered[i]);

		if (!strncmp(path, covered[i], length) && (!path[length] || path[length] == '/'))
			return fault_set(fault, EINVAL, "use directory", path,
					 "a lab has a /run, /proc, /sys and /var/lib/nfs of its "
					 "own; choose another place");
	}
	return 0;
}

static int add_export(struct up *up, const char *name, const char *directory, struct fault *fault)
{
	struct server_options *servers = &up->servers;
	size_t index = servers->export_count;

	if (index == SERVERS_EXPORTS_MAX)
		return fault_set(fault, E2BIG, "export", directory, NULL);
	if (!realpath(directory, up->export_paths[index]))
		return fault_set(fault, errno, "export directory", directory, NULL);
	if (name[0] != '/' || !lab_path_is_good(name) || !lab_path_is_good(up->export_paths[index]))
		return fault_set(fault, EINVAL, "export directory", directory,
				 "absolute names without quotes and backslashes, please");
	servers->exports[index].name = name;
	servers->exports[index].directory = up->export_paths[index];
	servers->export_count++;
	return check_uncovered(up->export_paths[index], fault);
}

/* NAME=DIR[,ro][,squash][,refuse]; @text is cut up. */
static int read_export(struct up *up, char *text, struct fault *fault)
{
	struct lab_export *export = &up->servers.exports[up->servers.export_count];
	char *directory = strchr(text, '='), *rest, *word;
	struct lab_export flags = { 0 };

	if (!directory)
		return fault_set(fault, EINVAL, "read --export", text, "write NAME=DIR");
	*directory++ = '\0';
	rest = strchr(directory, ',');
	if (rest)
		*rest++ = '\0';
	while ((word = strsep(&rest, ","))) {
		if (!strcmp(word, "ro"))
			flags.read_only = true;
		else if (!strcmp(word, "squash"))
			flags.squash = true;
		else if (!strcmp(word, "refuse"))
			flags.refused = true;
		else
			return fault_set(fault, EINVAL, "read --export", word,
					 "there are ro, squash and refuse");
	}
	if (up->servers.export_count < SERVERS_EXPORTS_MAX)
		*export = flags;
	return add_export(up, text, directory, fault);
}

static int read_versions(struct nfs_versions *nfs, char *text, struct fault *fault)
{
	char *word;

	*nfs = (struct nfs_versions){ 0 };
	while ((word = strsep(&text, ","))) {
		if (!strcmp(word, "3"))
			nfs->v3 = true;
		else if (!strcmp(word, "4.0"))
			nfs->v4[0] = true;
		else if (!strcmp(word, "4.1"))
			nfs->v4[1] = true;
		else if (!strcmp(word, "4.2"))
			nfs->v4[2] = true;
		else
			return fault_set(fault, EINVAL, "read --nfs", word,
					 "there are 3, 4.0, 4.1 and 4.2");
	}
	return 0;
}

static int read_without(struct up *up, char *text, struct fault *fault)
{
	char *word;

	while ((word = strsep(&text, ","))) {
		size_t i = 0;

		while (server_name(i) && strcmp(server_name(i), word) != 0)
			i++;
		if (!server_name(i) || up->without_count == WITHOUT_MAX)
			return fault_set(fault, EINVAL, "read --without", word,
					 "there are wirerootd, dnsmasq, rpcbind, ganesha and tgtd");
		up->without[up->without_count++] = word;
	}
	return 0;
}

static int read_tie(struct up *up, const char *text, struct fault *fault)
{
	long pid = lab_number(text, INT_MAX);

	up->tie = pid > 0 ? (int)syscall(SYS_pidfd_open, (pid_t)pid, 0) : -1;
	if (up->tie < 0)
		return fault_set(fault, pid > 0 ? errno : EINVAL, "tie the lab to process", text,
				 NULL);
	return 0;
}

static int take_option(struct up *up, int key, struct fault *fault)
{
	if (key == OPTION_ROOT || key == OPTION_EXPORT || key == OPTION_NFS)
		up->has_own_exports = true;
	switch (key) {
	case OPTION_CLUSTER:
		up->cluster_file = optarg;
		return 0;
	case OPTION_SERVER:
		up->server = optarg;
		return 0;
	case OPTION_ROOT:
		return add_export(up, LAB_ROOT_EXPORT, optarg, fault);
	case OPTION_EXPORT:
		return read_export(up, optarg, fault);
	case OPTION_NFS:
		return read_versions(&up->servers.nfs, optarg, fault);
	case OPTION_DNSMASQ:
		up->servers.dnsmasq_file = optarg;
		return 0;
	case OPTION_GANESHA:
		up->servers.ganesha_file = optarg;
		return 0;
	case OPTION_WITHOUT:
		return read_without(up, optarg, fault);
	case OPTION_FOREGROUND:
		up->foreground = true;
		return 0;
	default:
		return read_tie(up, optarg, fault);
	}
}

/* Its name stands in configuration files. */
static int check_directory(const char *path, struct fault *fault)
{
	if (!lab_path_is_good(path) || strpbrk(path, " ,#"))
		return fault_set(fault, EINVAL, "make a lab in", path,
				 "choose a path without blanks, quotes, commas and '#'");
	return check_uncovered(path, fault);
}

/* The lab's directory, made if it is missing, but only in a place where it can be. */
static int settle_directory(struct up *up, const char *name, struct fault *fault)
{
	int error = check_directory(name, fault);

	if (!error)
		error = fs_make_dirs(name, 0755, fault);
	if (error)
		return error;
	if (!realpath(name, up->directory))
		return fault_set(fault, errno, "find directory", name, NULL);
	up->servers.directory = up->directory;
	return check_directory(up->directory, fault);
}

/* What the lab exports must be visible in it. */
static int check_images(const struct up *up, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < up->cluster.image_count; i++) {
		const struct cluster_image *image = &up->cluster.images[i];

		if (image->server && !strcmp(image->server->name, up->servers.network.server))
			error = check_uncovered(image->path, fault);
	}
	return error;
}

static int use_cluster(struct up *up, struct fault *fault)
{
	struct lab_network *network = &up->servers.network;
	int error = lab_network_from_cluster(&up->cluster, up->server, network, fault);

	if (error)
		return error;
	if (!realpath(up->cluster_file, network->cluster))
		return fault_set(fault, errno, "find file", up->cluster_file, NULL);
	if (snprintf(network->state, sizeof(network->state), "%s/" LAB_STATE_DIR, up->directory) >=
	    (int)sizeof(network->state))
		return fault_set(fault, ENAMETOOLONG, "make a lab in", up->directory, NULL);
	return check_images(up, fault);
}

/* The network that the definition wants, where there is one. */
static int settle_network(struct up *up)
{
	struct fault fault = { 0 };
	int status;

	if (!up->cluster_file)
		return up->server ? cmd_misused("lab up", "--server goes with --cluster", "")
				  : CMD_DONE;
	if (up->has_own_exports)
		return cmd_misused("lab up", "--root, --export and --nfs go without --cluster", "");
	status = lab_load_cluster(up->cluster_file, &up->cluster);
	if (status == CMD_DONE && use_cluster(up, &fault))
		status = lab_report(&fault);
	return status;
}

static int make_below(const char *directory, const char *name, struct fault *fault)
{
	char *path = fs_join(directory, name);
	int error = path ? fs_make_dirs(path, 0755, fault)
			 : fault_set(fault, ENOMEM, "make directory", name, NULL);

	free(path);
	return error;
}

/* The generation of the cluster's definition is in force; the servers start with that. */
static int bring_up_to_date(const struct lab_network *network, struct fault *fault)
{
	struct log log = log_open("wireroot lab");
	char *cache = segment_cache_directory();
	struct apply_options options = { .cluster = network->cluster,
					 .state = network->state,
					 .server = network->server,
					 .services = "none",
					 .lab = true,
					 .cache = cache,
					 .command = "lab up",
					 .keep = APPLY_KEEP,
					 .log = &log };
	struct apply_result unused;
	int error = apply(&options, &unused, fault);

	free(cache);
	return error;
}

/* Everything on disk. What an earlier lab left in run/ goes first. */
static int write_files(const struct up *up, struct fault *fault)
{
	char *run = fs_join(up->directory, LAB_RUN_DIR);
	int error = run ? fs_remove_tree(run, fault)
			: fault_set(fault, ENOMEM, "remove directory", LAB_RUN_DIR, NULL);

	free(run);
	if (!error)
		error = make_below(up->directory, LAB_HOSTS_DIR, fault);
	if (!error)
		error = make_below(up->directory, LAB_TIMELINES_DIR, fault);
	if (!error && !up->cluster_file)
		error = http_tree_make(up->directory, fault);
	if (!error)
		error = lab_network_write(&up->servers.network, up->directory, fault);
	if (!error)
		error = servers_write(&up->servers, fault);
	if (!error && up->cluster_file)
		error = bring_up_to_date(&up->servers.network, fault);
	return error;
}

static bool is_left_out(const struct up *up, const char *server)
{
	for (size_t i = 0; i < up->without_count; i++)
		if (!strcmp(up->without[i], server))
			return true;
	return false;
}

static int start_servers(void *argument)
{
	const struct up *up = argument;
	struct fault fault = { 0 };
	const char *name;

	for (size_t i = 0; (name = server_name(i)); i++)
		if (server_is_needed(i, &up->servers.network) && !is_left_out(up, name) &&
		    server_start(name, &fault))
			return lab_report(&fault);
	return CMD_DONE;
}

/* Start everything, or nothing is left running. */
static int bring_up(const struct up *up, struct supervisor *supervisor, struct fault *fault)
{
	struct supervisor_options options = { .directory = up->directory,
					      .network = &up->servers.network,
					      .ends_with_caller = up->foreground,
					      .tie = up->tie };
	int status, error;

	error = supervisor_start(&options, supervisor, fault);
	if (error)
		return lab_report(fault);
	status = lab_run(up->directory, start_servers, (void *)up);
	if (status != CMD_DONE)
		supervisor_end(supervisor->process, fault);
	return status;
}

/* Until the lab ends; on its leash, it ends when we do. */
static void stay(const struct up *up, const struct supervisor *supervisor)
{
	struct pollfd ended = { .fd = supervisor->process, .events = POLLIN };

	printf("the lab in %s is up; Ctrl-C ends it\n", up->directory);
	fflush(stdout);
	while (poll(&ended, 1, -1) < 0)
		;
}

/*
 * Nobody else may write there while we do. The supervisor has a lock of its own once it runs.
 * Returns a descriptor that holds this one, or a negative errno.
 */
static int claim(const struct up *up, struct fault *fault)
{
	int fd = open(up->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return fault_set(fault, errno, "make a lab in", up->directory, NULL);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	error = errno;
	close(fd);
	return fault_set(fault, error == EWOULDBLOCK ? EBUSY : error, "make a lab in",
			 up->directory, "another `wireroot lab up` is at work there");
}

/* The supervisor has the descriptor, too: closing ours would not do. */
static void release(int claim)
{
	flock(claim, LOCK_UN);
	close(claim);
}

static int start_lab(const struct up *up, struct supervisor *supervisor)
{
	struct fault fault = { 0 };
	int other;

	if (lab_find(up->directory, &other, &fault) == 0) {
		close(other);
		fault_set(&fault, EBUSY, "make a lab in", up->directory,
			  "one runs there; end it with `wireroot lab down`");
		return lab_report(&fault);
	}
	if (write_files(up, &fault))
		return lab_report(&fault);
	return bring_up(up, supervisor, &fault);
}

static int run_lab(const struct up *up)
{
	struct supervisor supervisor = { .process = -1, .leash = -1 };
	struct fault fault = { 0 };
	int claimed = claim(up, &fault), status;

	if (claimed < 0)
		return lab_report(&fault);
	status = start_lab(up, &supervisor);
	release(claimed);
	if (status != CMD_DONE)
		return status;
	if (up->foreground)
		stay(up, &supervisor);
	else
		supervisor_let_go(&supervisor);
	close(supervisor.process);
	return CMD_DONE;
}

static int up_with_options(struct up *up, int argc, char **argv)
{
	struct fault fault = { 0 };
	int key, status;

	opterr = 0;
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (key == OPTION_HELP) {
			fputs(help, stdout);
			return CMD_DONE;
		}
		if (key == '?')
			return cmd_bad_option("lab up", argv, long_options);
		if (take_option(up, key, &fault))
			return lab_report(&fault);
	}
	if (optind + 1 != argc)
		return cmd_misused("lab up", "it wants one directory", "");
	if (settle_directory(up, argv[optind], &fault))
		return lab_report(&fault);
	status = settle_network(up);
	return status == CMD_DONE ? run_lab(up) : status;
}

int lab_up(int argc, char **argv)
{
	struct up *up = calloc(1, sizeof(*up));
	int status;

	if (!up)
		return CMD_FAILED;
	up->tie = -1;
	up->servers.network = lab_network_default();
	up->servers.nfs = (struct nfs_versions){ .v3 = true, .v4 = { true, true, true } };
	status = up_with_options(up, argc, argv);
	cluster_free(&up->cluster);
	free(up);
	return status;
}
