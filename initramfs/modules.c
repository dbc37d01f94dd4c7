// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load kernel modules side by side: by the host's list, and by modalias in generic images.
 *
 * Most of a small init's time is spent in finit_module() (signature check, relocation, patching),
 * which one processor cannot share with anything else; hence a worker for each processor. Results
 * come back as messages of a fixed size on SOCK_SEQPACKET sockets, so there is nothing to frame.
 * EEXIST is success: the kernel had it already. Any other failure is reported and survived.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "modules.h"
#include "sys.h"

/* Include/uapi/linux/module.h: the kernel unpacks .xz, .zst and .gz by itself. */
#define FINIT_COMPRESSED_FILE 4

/* As long as a kernel command line can be; a node file can be longer. */
#define MODULE_OPTIONS_BYTES 4096

/* A line has some 80 bytes and the names of users; before the init few modules are loaded. */
#define PROC_MODULES_BYTES 8192

/* Early workers get three quarters of a processor that they share with somebody. */
#define EARLY_PRIORITY -5

/* klibc has the system call, but no header that declares it. */
extern int finit_module(int fd, const char *options, int flags);

static int finit_file(int fd, const char *path, const char *options)
{
	size_t length = strlen(path);
	bool plain = length > 3 && strcmp(path + length - 3, ".ko") == 0;
	int result = finit_module(fd, options, plain ? 0 : FINIT_COMPRESSED_FILE);

	return result < 0 && errno != EEXIST ? -errno : 0;
}

static int load_module(const struct module_loader *loader, const struct module *module)
{
	char path[256], options[MODULE_OPTIONS_BYTES];
	size_t length;
	int fd, result;

	snprintf(path, sizeof(path), "%s/%s", loader->directory, module->path);
	snprintf(options, sizeof(options), "%s ", module->options);
	length = strlen(options);
	/* The command line's options come last, so that they win. */
	result = params_module_options(loader->words, module->name, options + length,
				       (unsigned int)(sizeof(options) - length));
	if (result < 0)
		return result; /* with half of them a driver may do harm */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Whoever loads it already, as modules_load_early() may, holds the lock until it is done.
	 */
	(void)flock(fd, LOCK_EX);
	result = module_is_live(module->name) ? 0 : finit_file(fd, path, options);
	close(fd);
	return result;
}

/* A worker's life: an index in, an errno out, until the init closes the socket. */
static void serve(const struct module_loader *loader, int socket)
{
	unsigned int index;

	while (recv(socket, &index, sizeof(index), 0) == sizeof(index)) {
		int result = load_module(loader, &loader->list.modules[index]);

		if (send(socket, &result, sizeof(result), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static unsigned int processors(void)
{
	unsigned long mask[1024 / (8 * sizeof(unsigned long))] = { 0 };
	unsigned int count = 0, i;

	if (sched_getaffinity(0, sizeof(mask), mask) < 0)
		return 1;
	for (i = 0; i < sizeof(mask) / sizeof(mask[0]); i++)
		count += (unsigned int)__builtin_popcountl(mask[i]);
	return count ? count : 1;
}

static int start_worker(struct module_loader *loader, struct module_worker *worker)
{
	unsigned int i;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	worker->pid = fork();
	if (worker->pid < 0) {
		int error = -errno;

		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (worker->pid == 0) {
		close(ends[0]);
		for (i = 0; i < loader->worker_count; i++)
			if (loader->workers[i].socket >= 0)
				close(loader->workers[i].socket);
		serve(loader, ends[1]);
	}
	close(ends[1]);
	worker->socket = ends[0];
	worker->module = NULL;
	return 0;
}

static int start_workers(struct module_loader *loader, struct fault *fault)
{
	unsigned int wanted = processors();

	if (wanted > MODULE_WORKERS_MAX)
		wanted = MODULE_WORKERS_MAX;
	while (loader->worker_count < wanted) {
		int error = start_worker(loader, &loader->workers[loader->worker_count]);

		if (error < 0 && loader->worker_count == 0)
			return fault_set(fault, error, "start the module loader", "", NULL);
		if (error < 0)
			break;
		loader->worker_count++;
	}
	return 0;
}

/*
 * Two chains lead to a root, the network's and the file system's, and the second is the longer one:
 * the first worker begins with the network, the others begin behind it. Early, when nobody can use
 * the network yet, all begin behind it. False when there is nothing to do.
 */
static bool give_work(struct module_loader *loader, struct module_worker *worker)
{
	bool network_first = worker == loader->workers && !loader->until;
	unsigned int index;

	if (worker->module || worker->socket < 0)
		return true;
	worker->module = module_list_next(&loader->list, network_first ? 0 : loader->behind_net);
	if (!worker->module)
		return false;
	index = (unsigned int)(worker->module - loader->list.modules);
	worker->began_us = monotonic_us();
	if (send(worker->socket, &index, sizeof(index), MSG_NOSIGNAL) < 0) {
		worker->module->state = MODULE_FAILED;
		worker->module = NULL;
	}
	return true;
}

/* @first, who has just ended something, has a processor already: the best piece is for it. */
static void hand_out_work(struct module_loader *loader, struct module_worker *first)
{
	unsigned int i;

	if (loader->until && access(loader->until, F_OK) == 0)
		return;
	if (first && !give_work(loader, first))
		return;
	for (i = 0; i < loader->worker_count && give_work(loader, &loader->workers[i]); i++)
		;
}

static bool is_blacklisted(const char *names, const char *name)
{
	size_t length = strlen(name);
	const char *end;

	for (; *names; names = *end ? end + 1 : end) {
		size_t i;

		end = strchr(names, ',');
		if (!end)
			end = names + strlen(names);
		for (i = 0; i < length && names + i < end; i++)
			if (name[i] != (names[i] == '-' ? '_' : names[i]))
				break;
		if (i == length && names + i == end)
			return true;
	}
	return false;
}

/* A blacklisted module counts as failed before it was tried, so that nothing waits for it. */
static void apply_blacklist(struct module_loader *loader)
{
	unsigned int i;

	for (i = 0; i < loader->list.count; i++)
		if (is_blacklisted(loader->params->blacklist, loader->list.modules[i].name))
			loader->list.modules[i].state = MODULE_FAILED;
}

static void want_modalias_of(struct module_loader *loader, const char *path)
{
	char modalias[512];
	ssize_t length = file_read(path, modalias, sizeof(modalias));

	if (length <= 0)
		return;
	modalias[strcspn(modalias, "\n")] = '\0';
	module_list_want_modalias(&loader->list, &loader->aliases, modalias);
}

/* The bus's devices, each a symbolic link to a directory with a file `modalias`. */
static void want_devices_of(struct module_loader *loader, const char *bus)
{
	char path[512];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices", bus);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/modalias", bus, entry->d_name);
		want_modalias_of(loader, path);
	}
	closedir(directory);
}

static void want_present_devices(struct module_loader *loader)
{
	struct dirent *entry;
	DIR *buses = opendir("/sys/bus");

	if (!buses)
		return;
	while ((entry = readdir(buses)))
		if (entry->d_name[0] != '.')
			want_devices_of(loader, entry->d_name);
	closedir(buses);
}

/* The socket is opened before the devices are looked at, so that none is missed between. */
static int open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void modules_uevent(struct module_loader *loader)
{
	char event[4096];
	struct sockaddr_nl from;
	socklen_t from_bytes = sizeof(from);
	ssize_t length = recvfrom(loader->uevent_socket, event, sizeof(event) - 1, MSG_DONTWAIT,
				  (struct sockaddr *)&from, &from_bytes);
	const char *word;

	if (length < 0 && errno == ENOBUFS) {
		want_present_devices(loader);
	} else if (length > 0 && from.nl_pid == 0 && strncmp(event, "add@", 4) == 0) {
		event[length] = '\0';
		for (word = event; word < event + length; word += strlen(word) + 1)
			if (strncmp(word, "MODALIAS=", 9) == 0)
				module_list_want_modalias(&loader->list, &loader->aliases,
							  word + 9);
	}
	hand_out_work(loader, NULL);
}

static int read_list(struct module_loader *loader, struct fault *fault)
{
	char *text;
	ssize_t length = file_read_all(MODULE_LIST_PATH, &text);

	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return fault_set(fault, (int)length, "read the list of drivers", MODULE_LIST_PATH,
				 NULL);
	return module_list_parse(text, (size_t)length, &loader->list, fault);
}

static int read_aliases(struct module_loader *loader, struct fault *fault)
{
	char *text;
	ssize_t length = file_read_all(MODULE_ALIAS_PATH, &text);
	int error;

	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return fault_set(fault, (int)length, "read the list of device aliases",
				 MODULE_ALIAS_PATH, NULL);
	error = module_aliases_parse(text, (size_t)length, &loader->list, &loader->aliases, fault);
	if (error == 0)
		loader->uevent_socket = open_uevents();
	return error;
}

static unsigned int behind_group(const struct module_list *list, enum module_group group)
{
	unsigned int i = list->count;

	while (i > 0 && list->modules[i - 1].group != group)
		i--;
	return i < list->count ? i : 0;
}

/* What is loaded already: by modules_load_early(), while the kernel was still starting. */
static void note_live(struct module_loader *loader)
{
	char text[PROC_MODULES_BYTES];

	if (file_read("/proc/modules", text, sizeof(text)) > 0)
		loader->live = module_list_note_live(&loader->list, text);
}

static int prepare(struct module_loader *loader, const struct params *params,
		   const struct words *words, struct fault *fault)
{
	struct utsname kernel;
	int error;

	memset(loader, 0, sizeof(*loader));
	loader->uevent_socket = -1;
	loader->params = params;
	loader->words = words;
	uname(&kernel);
	snprintf(loader->directory, sizeof(loader->directory), "/lib/modules/%s", kernel.release);
	error = read_list(loader, fault);
	if (error < 0 || loader->list.count == 0)
		return error;
	if (access(loader->directory, F_OK) < 0)
		return fault_set(
			fault, errno, "find the drivers for the running kernel", loader->directory,
			"the initrd was built for another kernel than the one that booted");
	apply_blacklist(loader);
	note_live(loader);
	return 0;
}

/* What is wanted whatever the devices are. */
static void want_groups(struct module_loader *loader)
{
	module_list_want_group(&loader->list, MODULE_NET);
	loader->behind_net = behind_group(&loader->list, MODULE_NET);
	if (!loader->params->root_unsupported[0])
		module_list_want_group(&loader->list, MODULE_ROOT);
	if (!loader->params->root.path[0])
		module_list_want_group(&loader->list, MODULE_ISCSI);
	if (loader->params->vlan_count)
		module_list_want_group(&loader->list, MODULE_VLAN);
	if (loader->params->overlay)
		module_list_want_group(&loader->list, MODULE_OVERLAY);
}

/* Wait for a result. False when there is none to come any more. */
static bool await_result(struct module_loader *loader)
{
	struct pollfd sockets[MODULE_WORKERS_MAX];
	struct fault ignored; /* the init will meet with the same, and tell */
	unsigned int i, busy = 0;

	for (i = 0; i < loader->worker_count; i++) {
		sockets[i].fd = loader->workers[i].module ? loader->workers[i].socket : -1;
		sockets[i].events = POLLIN;
		busy += sockets[i].fd >= 0;
	}
	if (busy == 0 || poll(sockets, loader->worker_count, -1) < 0)
		return false;
	for (i = 0; i < loader->worker_count; i++)
		if (sockets[i].fd >= 0 && sockets[i].revents)
			(void)modules_result(loader, &loader->workers[i], &ignored);
	return true;
}

void modules_load_early(struct module_loader *loader, const struct params *params,
			const struct words *words, int go, const char *until)
{
	struct fault ignored; /* modules_start() meets with the same */
	char byte;

	if (prepare(loader, params, words, &ignored) < 0)
		return;
	loader->until = until;
	want_groups(loader);
	/* The kernel's own start ends sooner than the longest of our modules is loaded. */
	if (processors() > 1)
		(void)setpriority(PRIO_PROCESS, 0, EARLY_PRIORITY);
	if (start_workers(loader, &ignored) < 0 || read(go, &byte, 1) < 0)
		return;
	hand_out_work(loader, NULL);
	while (await_result(loader))
		;
}

int modules_start(struct module_loader *loader, const struct params *params,
		  const struct words *words, struct fault *fault)
{
	int error = prepare(loader, params, words, fault);

	if (error == 0)
		error = read_aliases(loader, fault);
	if (error < 0 || loader->list.count == 0)
		return error;
	want_groups(loader);
	error = start_workers(loader, fault);
	if (error < 0)
		return error;
	hand_out_work(loader, NULL);
	if (loader->aliases.count) {
		want_present_devices(loader);
		hand_out_work(loader, NULL);
	}
	return 0;
}

static const char *load_hint(int error)
{
	switch (error) {
	case -ENOENT:
		return "it or a symbol that it needs is missing: rebuild the initrd for this kernel";
	case -ENODEV:
		return "there is no such device in this machine";
	case -ENOEXEC:
		return "it was built for another kernel: rebuild the initrd";
	case -EKEYREJECTED:
		return "it is damaged, or not signed for this kernel: rebuild the initrd";
	case -E2BIG:
		return "its options on the command line and in the node file are too long";
	case -ENOMEM:
		return "the machine has too little memory";
	default:
		return NULL;
	}
}

int modules_result(struct module_loader *loader, struct module_worker *worker, struct fault *fault)
{
	struct module *module = worker->module;
	int result;

	if (recv(worker->socket, &result, sizeof(result), 0) != sizeof(result)) {
		/* The worker was killed inside finit_module(), by an oops for one. Another takes
		 * its place, which may have been the only one; each costs a module, so this ends.
		 */
		result = -EIO;
		close(worker->socket);
		worker->socket = -1;
		if (module)
			(void)start_worker(loader, worker);
	}
	worker->module = NULL;
	if (module) {
		module->state = result < 0 ? MODULE_FAILED : MODULE_LOADED;
		*(result < 0 ? &loader->failed : &loader->loaded) += 1;
	}
	hand_out_work(loader, worker);
	/* Of the variants that a dependency may have, some are for other processors. */
	if (result == -ENODEV && module && module->group == MODULE_DEP)
		return 0;
	if (result < 0)
		return fault_set(fault, result, "load the driver", module ? module->name : "",
				 load_hint(result));
	return 0;
}

bool modules_settled(const struct module_loader *loader)
{
	return module_list_pending(&loader->list) == 0;
}

bool modules_group_settled(const struct module_loader *loader, enum module_group group)
{
	unsigned int i;

	for (i = 0; i < loader->list.count; i++) {
		const struct module *module = &loader->list.modules[i];

		if (module->group == group &&
		    (module->state == MODULE_WANTED || module->state == MODULE_LOADING))
			return false;
	}
	return true;
}

bool modules_named_settled(const struct module_loader *loader, const char *name)
{
	int index = module_list_find(&loader->list, name);

	return index < 0 || loader->list.modules[index].state == MODULE_LOADED ||
	       loader->list.modules[index].state == MODULE_FAILED;
}

void modules_stop(struct module_loader *loader)
{
	unsigned int i;

	for (i = 0; i < loader->worker_count; i++) {
		/* Not waited for: a driver may sit in its probe for long; the worker ends behind
		 * it. */
		if (loader->workers[i].socket >= 0)
			close(loader->workers[i].socket);
	}
	loader->worker_count = 0;
	if (loader->uevent_socket >= 0)
		close(loader->uevent_socket);
	loader->uevent_socket = -1;
	module_aliases_free(&loader->aliases);
	module_list_free(&loader->list);
}
