// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an iSCSI session to the block device that holds the root file system.
 *
 * The transport leaves the search for LUNs to user space (the host's `scan` in sysfs). A disk's
 * "add" event comes when its partitions have been read, so that all of them are there then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/fs.h>
#include <linux/netlink.h>

#include "../sys.h"
#include "disk.h"

/* What `scan` takes as one number has nine digits at most. */
#define SCAN_LUN_MAX 999999999u
#define TYPE_DISK    0

int disk_open_events(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd < 0 ? -errno : fd;
}

/* --- the LUN ------------------------------------------------------------------------------------
 */

static int scan_here(uint32_t host, const char *lun)
{
	char path[64], text[32];
	int fd, error;

	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/scan", host);
	snprintf(text, sizeof(text), "- - %s", lun);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = write_all(fd, text, strlen(text));
	close(fd);
	return error;
}

static int milliseconds_until(uint64_t deadline_us)
{
	uint64_t now_us = monotonic_us();

	return now_us < deadline_us ? (int)((deadline_us - now_us) / 1000) + 1 : 0;
}

/*
 * In a process of its own: a target that has let us in and then says nothing holds whoever looks
 * for its LUNs, beyond the reach of signals.
 */
static int scan(uint32_t host, const char *lun, uint64_t deadline_us)
{
	struct pollfd end = { .events = POLLIN };
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(-scan_here(host, lun));
	close(ends[1]); /* its own closes when it ends */
	end.fd = ends[0];
	if (pid < 0)
		status = -errno;
	else if (poll(&end, 1, milliseconds_until(deadline_us)) <= 0)
		status = -ETIMEDOUT;
	else if (waitpid(pid, &status, 0) == pid)
		status = WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
	close(ends[0]);
	return status;
}

/* "HOST:CHANNEL:TARGET:LUN" of a directory entry. */
static bool parse_address(const char *text, uint32_t *host, uint64_t *lun)
{
	char *end;

	*host = (uint32_t)strtoul(text, &end, 10);
	for (int i = 0; i < 3; i++) {
		if (*end != ':')
			return false;
		*lun = strtoull(end + 1, &end, 10);
	}
	return *end == '\0';
}

static bool is_disk(const char *address)
{
	char path[96], type[8];

	snprintf(path, sizeof(path), "/sys/class/scsi_device/%s/device/type", address);
	return file_read(path, type, sizeof(type)) > 0 && strtoul(type, NULL, 10) == TYPE_DISK;
}

struct luns {
	bool found; /* the one that was looked for, and it is a disk */
	char address[48]; /* its directory entry */
	char list[96]; /* those that are disks, for a message */
};

static void note_lun(struct luns *luns, const char *address, uint64_t lun, uint64_t wanted)
{
	size_t length = strlen(luns->list);

	if (!is_disk(address))
		return;
	snprintf(luns->list + length, sizeof(luns->list) - length, "%s%llx", length ? ", " : "",
		 (unsigned long long)lun);
	if (lun != wanted)
		return;
	luns->found = true;
	strlcpy(luns->address, address, sizeof(luns->address));
}

static void look_for_lun(uint32_t host, uint64_t wanted, struct luns *luns)
{
	DIR *directory = opendir("/sys/class/scsi_device");
	struct dirent *entry;

	memset(luns, 0, sizeof(*luns));
	while (directory && (entry = readdir(directory))) {
		uint32_t entry_host;
		uint64_t lun = 0;

		if (parse_address(entry->d_name, &entry_host, &lun) && entry_host == host)
			note_lun(luns, entry->d_name, lun, wanted);
	}
	if (directory)
		closedir(directory);
}

static int refuse_lun(uint64_t lun, const struct luns *luns, const char *peer, struct fault *fault)
{
	char doing[64], hint[sizeof(fault->hint)];

	snprintf(doing, sizeof(doing), "find LUN %llx (hexadecimal)", (unsigned long long)lun);
	if (luns->list[0])
		snprintf(hint, sizeof(hint), "the target's disks are LUN %s", luns->list);
	else
		strlcpy(hint, "the target shows us no disk at all: see its log and its LUNs",
			sizeof(hint));
	return fault_set(fault, ENXIO, doing, peer, hint);
}

/* Does @event tell of the disk at @address? Then its name is in @name. */
static bool tells_of_disk(const char *event, size_t length, const char *address,
			  char name[static DISK_NAME_BYTES])
{
	char middle[64];
	const char *found;
	size_t bytes;

	snprintf(middle, sizeof(middle), "/%s/block/", address);
	found = strncmp(event, "add@", 4) == 0 ? strstr(event, middle) : NULL;
	if (!found)
		return false;
	found += strlen(middle);
	/* Behind the first NUL come the variables; a partition has one more part in its path. */
	bytes = strlen(found);
	if (strchr(found, '/') || bytes >= DISK_NAME_BYTES || found + bytes > event + length)
		return false;
	memcpy(name, found, bytes + 1);
	return true;
}

/* Whether the disk's entry is there, for when events were lost. */
static bool disk_is_there(const char *address, char name[static DISK_NAME_BYTES])
{
	char path[96];
	struct dirent *entry;
	DIR *directory;
	bool found = false;

	snprintf(path, sizeof(path), "/sys/class/scsi_device/%s/device/block", address);
	directory = opendir(path);
	while (directory && !found && (entry = readdir(directory))) {
		found = entry->d_name[0] != '.';
		if (found)
			strlcpy(name, entry->d_name, DISK_NAME_BYTES);
	}
	if (directory)
		closedir(directory);
	return found;
}

static bool await_disk(const char *address, int events, uint64_t deadline_us,
		       char name[static DISK_NAME_BYTES])
{
	struct pollfd fd = { events, POLLIN, 0 };
	char event[4096];
	int left_ms;

	while ((left_ms = milliseconds_until(deadline_us))) {
		ssize_t length;

		if (poll(&fd, 1, left_ms) <= 0)
			continue;
		length = recv(events, event, sizeof(event) - 1, MSG_DONTWAIT);
		if (length < 0 && errno == ENOBUFS && disk_is_there(address, name))
			return true;
		if (length <= 0)
			continue;
		event[length] = '\0';
		if (tells_of_disk(event, (size_t)length, address, name))
			return true;
	}
	return disk_is_there(address, name);
}

int disk_find(uint32_t host, uint64_t lun, const char *peer, int events, uint64_t deadline_us,
	      char name[static DISK_NAME_BYTES], struct fault *fault)
{
	struct luns luns;
	char text[12] = "-";
	int error;

	if (lun <= SCAN_LUN_MAX)
		snprintf(text, sizeof(text), "%u", (unsigned int)lun);
	error = scan(host, text, deadline_us);
	if (error)
		return fault_set(fault, error, "look for LUNs", peer,
				 error == -ETIMEDOUT
					 ? "it lets us in, but answers no command; see its log"
					 : NULL);
	look_for_lun(host, lun, &luns);
	if (!luns.found) {
		(void)scan(host, "-", deadline_us); /* to tell which there are */
		look_for_lun(host, lun, &luns);
	}
	if (!luns.found)
		return refuse_lun(lun, &luns, peer, fault);
	if (!await_disk(luns.address, events, deadline_us, name))
		return fault_set(fault, ETIMEDOUT, "wait for the LUN's disk", peer,
				 "is the module sd_mod in the initrd? see the kernel's messages");
	return 0;
}

/* --- the file system ----------------------------------------------------------------------------
 */

static int open_device(const char *name)
{
	char path[DISK_NAME_BYTES + 8];

	snprintf(path, sizeof(path), "/dev/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Up to @size bytes at @offset: what is there of them. */
static size_t read_at(int fd, uint64_t offset, void *buffer, size_t size)
{
	ssize_t got = lseek(fd, (off_t)offset, SEEK_SET) < 0 ? -1 : read(fd, buffer, size);

	return got > 0 ? (size_t)got : 0;
}

static void look_into(struct volume *volume)
{
	uint8_t start[SUPERBLOCK_START_BYTES], btrfs[SUPERBLOCK_BTRFS_BYTES];
	int fd = open_device(volume->name);
	size_t start_length, btrfs_length;

	volume->known = false;
	if (fd < 0)
		return;
	start_length = read_at(fd, 0, start, sizeof(start));
	btrfs_length = read_at(fd, SUPERBLOCK_BTRFS_OFFSET, btrfs, sizeof(btrfs));
	volume->known =
		superblock_parse(start, start_length, btrfs, btrfs_length, &volume->superblock);
	close(fd);
}

static void read_gpt_uuid(int fd, const struct partition_table *table, unsigned int number,
			  char uuid[static UUID_TEXT_BYTES])
{
	uint8_t entry[GPT_ENTRY_BYTES];
	uint64_t offset = table->entries_offset + (uint64_t)(number - 1) * table->entry_bytes;

	if (number <= table->entry_count &&
	    read_at(fd, offset, entry, sizeof(entry)) == sizeof(entry))
		partition_gpt_uuid(entry, uuid);
}

/* The PARTUUID of partition @number of @disk; empty when it has none. */
static void read_partition_uuid(const char *disk, unsigned int number,
				char uuid[static UUID_TEXT_BYTES])
{
	uint8_t blocks[2 * 4096];
	struct partition_table table;
	int fd = open_device(disk), block_bytes = 512;

	uuid[0] = '\0';
	if (fd < 0)
		return;
	(void)ioctl(fd, BLKSSZGET, &block_bytes);
	if (block_bytes >= 512 && block_bytes <= 4096 && number &&
	    read_at(fd, 0, blocks, 2 * (size_t)block_bytes) == 2 * (size_t)block_bytes &&
	    partition_table_parse(blocks, (size_t)block_bytes, &table)) {
		if (table.mbr_signature)
			partition_mbr_uuid(table.mbr_signature, number, uuid);
		else
			read_gpt_uuid(fd, &table, number, uuid);
	}
	close(fd);
}

/* The search through all volumes. */
struct search {
	const char *root;
	unsigned int disk; /* that is looked at */
	bool only_partitions; /* of a disk without a file system of its own */
	struct volume *best;
	unsigned int matches;
	char list[96]; /* of what is there, for a message */
};

static const char *behind(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

/* What stands behind either of two spellings of one question, or NULL. */
static const char *asked(const char *root, const char *word, const char *directory)
{
	const char *value = behind(root, word);

	return value ? value : behind(root, directory);
}

static bool matches(const struct search *search, const char *disk, unsigned int number,
		    const struct volume *volume)
{
	const char *root = search->root, *value;
	char uuid[UUID_TEXT_BYTES];

	if (!*root)
		return volume->known && (number || !search->only_partitions);
	if ((value = asked(root, "UUID=", "/dev/disk/by-uuid/")))
		return volume->known && strcasecmp(value, volume->superblock.uuid) == 0;
	if ((value = asked(root, "LABEL=", "/dev/disk/by-label/")))
		return volume->known && strcmp(value, volume->superblock.label) == 0;
	if ((value = asked(root, "PARTUUID=", "/dev/disk/by-partuuid/"))) {
		read_partition_uuid(disk, number, uuid);
		return number && strcasecmp(value, uuid) == 0;
	}
	return (value = behind(root, "/dev/")) && strcmp(value, volume->name) == 0;
}

static void look_at(struct search *search, const char *disk, const char *name, unsigned int number)
{
	size_t length = strlen(search->list);
	struct volume volume = { .disk = search->disk };

	strlcpy(volume.name, name, sizeof(volume.name));
	look_into(&volume);
	snprintf(search->list + length, sizeof(search->list) - length, "%s%s %s%s%s",
		 length ? ", " : "", name, volume.known ? volume.superblock.type : "-",
		 volume.known && volume.superblock.label[0] ? " " : "",
		 volume.known ? volume.superblock.label : "");
	if (!matches(search, disk, number, &volume))
		return;
	if (search->matches++ == 0)
		*search->best = volume;
}

/* Partitions are directories within their disk's that have a file `partition`. */
static void look_at_partitions(struct search *search, const char *disk)
{
	char path[DISK_NAME_BYTES * 2 + 32], number[12];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/sys/block/%s", disk);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, disk, strlen(disk)) != 0 ||
		    strlen(entry->d_name) >= DISK_NAME_BYTES)
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/%s/partition", disk, entry->d_name);
		if (file_read(path, number, sizeof(number)) > 0)
			look_at(search, disk, entry->d_name,
				(unsigned int)strtoul(number, NULL, 10));
	}
	if (directory)
		closedir(directory);
}

int disk_choose(char disks[][DISK_NAME_BYTES], unsigned int count, const char *root,
		struct volume *volume, struct fault *fault)
{
	struct search search = { .root = root, .best = volume };
	char hint[sizeof(fault->hint)];

	for (unsigned int i = 0; i < (*root ? count : 1); i++) {
		search.disk = i;
		look_at(&search, disks[i], disks[i], 0);
		search.only_partitions = true;
		if (*root || !search.matches)
			look_at_partitions(&search, disks[i]);
	}
	if (search.matches == 1 || (search.matches && *root))
		return 0;
	snprintf(hint, sizeof(hint), "%s: %s",
		 search.matches ? "say which by root=UUID=, LABEL= or PARTUUID=" : "there is",
		 search.list);
	return fault_set(fault, search.matches ? ENOTUNIQ : ENOENT,
			 "find the root on the iSCSI disks", *root ? root : disks[0], hint);
}
