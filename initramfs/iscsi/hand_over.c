// SPDX-License-Identifier: GPL-2.0-only
/*
 * What iscsid finds of the root's sessions; hand_over.h has the contract.
 *
 * The sessions are read from sysfs, as iscsid itself does when it starts: then its search for a
 * record and this file cannot disagree.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys.h"
#include "hand_over.h"
#include "record.h"
#include "sysfs.h"

#define SESSIONS       "/sys/class/iscsi_session"
#define CONNECTIONS    "/sys/class/iscsi_connection"
#define NODES	       HAND_OVER_DIRECTORY "/nodes"
#define UNITS	       "/run/systemd/system"
#define WANTED_BY_BOOT UNITS "/sysinit.target.wants"
#define DOING	       "write for iscsid"

/* A string in read-only data that is called NAME; the assembler reads the file. */
#define HOLD_FILE(name, path)                                                                      \
	__asm__(".pushsection .rodata\n"                                                           \
		".global " #name "\n" #name ":\n"                                                  \
		".incbin \"initramfs/iscsi/second_stage/" path "\"\n"                              \
		".byte 0\n"                                                                        \
		".popsection\n")

HOLD_FILE(hand_over_script, "hand-over");
HOLD_FILE(hand_over_unit, "wireroot-iscsi.service");
HOLD_FILE(iscsid_unit, "iscsid.service");

extern const char hand_over_script[], hand_over_unit[], iscsid_unit[];

static int write_new(const char *path, const char *text, mode_t mode, struct fault *fault)
{
	int fd, error = 0;

	/* Not truncated: the mode would be that of the old file. */
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fault_set(fault, errno, DOING, path, NULL);
	error = write_all(fd, text, strlen(text));
	close(fd);
	return error ? fault_set(fault, error, DOING, path, NULL) : 0;
}

static int make_directory(const char *path, mode_t mode, struct fault *fault)
{
	int error = make_directories(path, mode);

	return error < 0 ? fault_set(fault, error, "make a directory", path, NULL) : 0;
}

static int link_new(const char *target, const char *path, struct fault *fault)
{
	(void)unlink(path);
	return symlink(target, path) < 0 ? fault_set(fault, errno, DOING, path, NULL) : 0;
}

static bool read_session(const char *name, struct iscsi_record *record)
{
	char session[64], connection[64];

	/* Ours have one connection, number 0. */
	snprintf(session, sizeof(session), SESSIONS "/%s", name);
	snprintf(connection, sizeof(connection), CONNECTIONS "/connection%s:0",
		 name + strlen("session"));
	memset(record, 0, sizeof(*record));
	record->port = (uint16_t)sysfs_number(connection, "persistent_port");
	record->portal_group = (uint16_t)sysfs_number(session, "tpgt");
	record->header_digest = sysfs_number(connection, "header_digest") != 0;
	record->data_digest = sysfs_number(connection, "data_digest") != 0;
	return sysfs_value(session, "targetname", record->target, sizeof(record->target)) &&
	       sysfs_value(connection, "persistent_address", record->address,
			   sizeof(record->address));
}

static int write_record(const struct iscsi_record *record, struct fault *fault)
{
	char path[sizeof(NODES) + ISCSI_RECORD_PATH_BYTES + 8], text[ISCSI_RECORD_BYTES];
	size_t length = strlen(NODES "/");
	int error;

	strcpy(path, NODES "/");
	if (!iscsi_record_path(record, path + length))
		return 0; /* iscsid goes by its configuration, in which hand-over writes the same */
	error = make_directory(path, 0700, fault);
	if (error)
		return error;
	strcat(path, "/default"); /* the name of the interface that is none in particular */
	iscsi_record_text(record, text);
	return write_new(path, text, 0600, fault);
}

static int write_records(struct fault *fault)
{
	DIR *directory = opendir(SESSIONS);
	struct dirent *entry;
	int error = 0;

	while (!error && directory && (entry = readdir(directory))) {
		struct iscsi_record record;

		if (strncmp(entry->d_name, "session", strlen("session")) == 0 &&
		    read_session(entry->d_name, &record))
			error = write_record(&record, fault);
	}
	if (directory)
		closedir(directory);
	return error;
}

static int write_initiator(const char *initiator, struct fault *fault)
{
	char text[ISCSI_NAME_BYTES + 16];

	snprintf(text, sizeof(text), "InitiatorName=%s\n", initiator);
	return write_new(HAND_OVER_DIRECTORY "/initiatorname.iscsi", text, 0600, fault);
}

/* Only where words chose: else the script's own list counts, as ours did for the login. */
static int write_chap_list(const char *list, struct fault *fault)
{
	static const char path[] = HAND_OVER_DIRECTORY "/chap_algs";
	char text[ISCSI_CHAP_LIST_BYTES + 1];

	if (!list[0])
		return unlink(path) < 0 && errno != ENOENT
			       ? fault_set(fault, errno, DOING, path, NULL)
			       : 0;
	snprintf(text, sizeof(text), "%s\n", list);
	return write_new(path, text, 0600, fault);
}

/*
 * The units stand before the image's own (systemd.unit(5)), which know nothing of a root. iscsid is
 * there from the beginning: a socket that starts it when somebody calls has nothing to do.
 */
static int write_units(struct fault *fault)
{
	int error = make_directory(WANTED_BY_BOOT, 0755, fault);

	if (!error)
		error = write_new(UNITS "/wireroot-iscsi.service", hand_over_unit, 0644, fault);
	if (!error)
		error = write_new(UNITS "/iscsid.service", iscsid_unit, 0644, fault);
	if (!error)
		error = link_new("/dev/null", UNITS "/iscsid.socket", fault);
	if (!error)
		error = link_new("../iscsid.service", WANTED_BY_BOOT "/iscsid.service", fault);
	return error;
}

int iscsi_hand_over(const struct iscsi_spec *spec, struct fault *fault)
{
	int error = make_directory("/run/wireroot", 0755, fault);

	if (!error)
		error = make_directory(NODES, 0700, fault);
	if (!error)
		error = write_initiator(spec->initiator, fault);
	if (!error)
		error = write_chap_list(spec->chap_list, fault);
	if (!error)
		error = write_records(fault);
	if (!error)
		error = write_new(HAND_OVER_DIRECTORY "/hand-over", hand_over_script, 0755, fault);
	return error ? error : write_units(fault);
}
