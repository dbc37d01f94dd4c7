// SPDX-License-Identifier: GPL-2.0-only
/* Whether a disk is offered by the targets of this host; see offered.h. */
#include "tools/target/offered.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/target/target.h"
#include "userspace/lib/fs.h"

/* A tgtd has its socket here, with the number of its control port behind the name. */
#define TGT_DIRECTORY "/run/tgtd"
#define TGT_SOCKET    "socket."
#define LIO_CONFIGFS  "/sys/kernel/config/target/iscsi"

/* Does somebody listen, or is the socket left from a daemon that has ended? */
static bool answers(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected;

	if (fd < 0)
		return false;
	snprintf(address.sun_path, sizeof(address.sun_path), TGT_DIRECTORY "/%.80s", name);
	connected = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return connected;
}

/* Beside "socket.0" there are locks. */
static bool is_socket(const char *name, unsigned int *port)
{
	char rest;

	return sscanf(name, TGT_SOCKET "%9u%c", port, &rest) == 1;
}

static int refuse_of_tgt(const char *disk, struct fault *fault)
{
	struct target_server server = { .operations = &target_tgt };
	DIR *directory = opendir(TGT_DIRECTORY);
	const struct dirent *entry;
	int error = 0;

	while (!error && directory && (entry = readdir(directory)))
		if (is_socket(entry->d_name, &server.control_port) && answers(entry->d_name))
			error = target_refuse_offered(&server, disk, fault);
	if (directory)
		closedir(directory);
	return error;
}

int offered_refuse(const char *disk, struct fault *fault)
{
	const struct target_server lio = { .operations = &target_lio };
	int error = fs_is_directory(LIO_CONFIGFS) ? target_refuse_offered(&lio, disk, fault) : 0;

	return error ? error : refuse_of_tgt(disk, fault);
}
