// SPDX-License-Identifier: GPL-2.0-only
/* Running LVM's commands; see lvm.h. */
#include "userspace/memory/borrow/lvm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/lib/fs.h"
#include "userspace/lib/spawn.h"
#include "userspace/memory/borrow/stats.h"

/* LVM looks for its configuration there, and finds ours: the node's own is not for this. */
#define SYSTEM_DIRECTORY "/run/wireroot/lvm"
#define SETTINGS	 SYSTEM_DIRECTORY "/lvm.conf"
/* LVM doubles the dashes of names. */
#define GROUP_PREFIX   "wireroot--memory-"
#define VOLUME_MAPPING GROUP_PREFIX LVM_VOLUME
#define WORDS_MAX      24

/*
 * Neither udev nor a daemon is asked or told: there may be none, or one that waits for memory.
 *
 * In a file, as LVM reads its priority from nowhere else. Left alone, it takes -18 before it locks
 * its memory. Where that means that others' is swapped out first, it looks for what could be, over
 * and over, and the kernel's threads that would write it, raid1's for one, do not get the
 * processor.
 */
static const char settings[] =
	"devices { use_devicesfile=0 obtain_device_list_from_udev=0 "
	"external_device_info_source=\"none\" hints=\"none\" md_component_detection=0 "
	"multipath_component_detection=0 scan_lvs=0 allow_mixed_block_sizes=1 issue_discards=1 }\n"
	"activation { udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0 "
	"process_priority=0 }\n"
	"global { use_lvmpolld=0 use_lvmlockd=0 event_activation=0 "
	"locking_dir=\"" SYSTEM_DIRECTORY "/lock\" }\n"
	"backup { backup=1 archive=0 }\n";

/* --- mappings --------------------------------------------------------------------------------- */

/* Call @visit with each mapping's name and device until it returns false. */
static void visit_mappings(bool (*visit)(void *context, const char *name, const char *device),
			   void *context)
{
	DIR *directory = opendir("/sys/block");
	struct dirent *entry;
	bool on = true;

	while (directory && on && (entry = readdir(directory))) {
		char path[320], name[128], device[GRANT_DEVICE_BYTES];

		snprintf(path, sizeof(path), "/sys/block/%s/dm/name", entry->d_name);
		if (strncmp(entry->d_name, "dm-", 3) != 0 ||
		    !stats_read_file(path, name, sizeof(name)))
			continue;
		name[strcspn(name, "\n")] = '\0';
		snprintf(device, sizeof(device), "/dev/%.20s", entry->d_name);
		on = visit(context, name, device);
	}
	if (directory)
		closedir(directory);
}

struct search {
	const char *name;
	char *device;
	bool found;
};

static bool compare(void *context, const char *name, const char *device)
{
	struct search *search = context;

	if (strcmp(name, search->name) != 0)
		return true;
	snprintf(search->device, GRANT_DEVICE_BYTES, "%s", device);
	search->found = true;
	return false;
}

bool lvm_mapping_device(const char *name, char device[static GRANT_DEVICE_BYTES])
{
	struct search search = { name, device, false };

	visit_mappings(compare, &search);
	return search.found;
}

bool lvm_volume_device(char device[static GRANT_DEVICE_BYTES])
{
	return lvm_mapping_device(VOLUME_MAPPING, device);
}

/* A grant's disk is a SCSI disk, and has a state as long as there is a session. */
bool lvm_device_is_dead(const char *device)
{
	char path[96], state[32];
	DIR *directory;
	struct dirent *entry;
	bool alive = false;

	snprintf(path, sizeof(path), "/sys/block/%.31s/slaves", device + strlen("/dev/"));
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		char below[384];

		snprintf(below, sizeof(below), "/sys/block/%s/device/state", entry->d_name);
		if (entry->d_name[0] != '.' && stats_read_file(below, state, sizeof(state)) &&
		    (!strncmp(state, "running", 7) || !strncmp(state, "blocked", 7)))
			alive = true;
	}
	if (directory)
		closedir(directory);
	return !alive;
}

/* --- commands --------------------------------------------------------------------------------- */

static bool accept(void *context, const char *name, const char *device)
{
	struct lvm *lvm = context;
	size_t length = strlen(lvm->configuration);
	const char *id = name + strlen(GRANT_MAPPING_PREFIX);
	bool disk = !strcmp(name, LVM_DISK_MAPPING);

	if (strncmp(name, GRANT_MAPPING_PREFIX, strlen(GRANT_MAPPING_PREFIX)) != 0 ||
	    (!disk && (!grant_id_is_valid(id) || lvm_device_is_dead(device))))
		return true;
	/* More devices than there can be loans do not fit. */
	snprintf(lvm->configuration + length, sizeof(lvm->configuration) - length, "\"a|^%s$|\", ",
		 device);
	return true;
}

void lvm_refresh(struct lvm *lvm)
{
	size_t length;

	snprintf(lvm->configuration, sizeof(lvm->configuration), "devices { global_filter=[ ");
	visit_mappings(accept, lvm);
	length = strlen(lvm->configuration);
	snprintf(lvm->configuration + length, sizeof(lvm->configuration) - length, "\"r|.*|\" ] }");
}

int lvm_open(struct lvm *lvm, const struct borrow_options *options, struct fault *fault)
{
	char path[MEMBER_PATH_BYTES + 16];

	*lvm = (struct lvm){ .options = options, .log = log_open("wireroot-borrow"), .lock = -1 };
	if (fs_make_dirs(SYSTEM_DIRECTORY, 0700, fault) < 0 ||
	    fs_make_dirs(options->directory, 0700, fault) < 0)
		return -fault->error;
	snprintf(path, sizeof(path), "%s/.lvm-lock", options->directory);
	lvm->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	while (lvm->lock >= 0 && flock(lvm->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return fault_set(fault, errno, "wait for another job", path, NULL);
	if (lvm->lock < 0)
		return fault_set(fault, errno, "wait for another job", path, NULL);
	if (fs_write_file(SETTINGS, settings, strlen(settings), 0600, fault) < 0)
		return -fault->error;
	setenv("LVM_SYSTEM_DIR", SYSTEM_DIRECTORY, 1);
	setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	setenv("DM_DISABLE_UDEV", "1", 1);
	return 0;
}

void lvm_close(struct lvm *lvm)
{
	if (lvm->lock >= 0)
		close(lvm->lock);
	lvm->lock = -1;
}

static int run(const struct lvm *lvm, const char *const words[], struct text *output,
	       struct fault *fault)
{
	const char *argv[WORDS_MAX + 4] = { "lvm" };
	size_t count = 1;

	for (; *words && count <= WORDS_MAX; words++)
		argv[count++] = *words;
	argv[count++] = "--config";
	argv[count++] = lvm->configuration;
	return spawn_capture(argv, output, fault);
}

int lvm_run_words(const struct lvm *lvm, const char *const words[], struct fault *fault)
{
	struct text ignored = { 0 };
	int error = run(lvm, words, &ignored, fault);

	text_free(&ignored);
	if (error)
		snprintf(fault->peer, sizeof(fault->peer), "lvm %s", words[0]);
	return error;
}

#define REPORT "--reportformat", "json", "--units", "b", "--nosuffix", "-o"

static int report(const struct lvm *lvm, const char *const words[], struct lvm_layout *layout,
		  int (*read)(const char *, size_t, struct lvm_layout *, struct fault *),
		  struct fault *fault)
{
	struct text text = { 0 };
	int error = run(lvm, words, &text, fault);

	if (!error)
		error = read(text_string(&text), text.length, layout, fault);
	text_free(&text);
	return error;
}

int lvm_look(const struct lvm *lvm, struct lvm_layout *layout, struct fault *fault)
{
	static const char *const devices[] = { "pvs", "--segments", REPORT, LVM_DEVICE_COLUMNS,
					       NULL };
	static const char *const volumes[] = { "lvs", "--all", REPORT, LVM_VOLUME_COLUMNS, NULL };
	int error;

	*layout = (struct lvm_layout){ .in_sync = 100 };
	error = report(lvm, devices, layout, lvm_read_devices, fault);
	return error ? error : report(lvm, volumes, layout, lvm_read_volumes, fault);
}

/* --- without LVM ------------------------------------------------------------------------------ */

/* What is above goes first: whatever is in use stays for the next round. */
static bool remove_one(void *context, const char *name, const char *device)
{
	const char *const argv[] = { "dmsetup", "remove", name, NULL };
	struct fault ignored;
	bool *removed = context;

	(void)device;
	if (!strncmp(name, GROUP_PREFIX, strlen(GROUP_PREFIX)) &&
	    spawn_quietly(argv, &ignored) == 0)
		*removed = true;
	return true;
}

int lvm_remove_volume(struct fault *fault)
{
	char device[GRANT_DEVICE_BYTES];
	bool removed = true;

	while (removed) {
		removed = false;
		visit_mappings(remove_one, &removed);
	}
	return lvm_volume_device(device)
		       ? fault_set(fault, EBUSY, "remove the mapping", VOLUME_MAPPING, NULL)
		       : 0;
}
