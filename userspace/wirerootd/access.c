// SPDX-License-Identifier: GPL-2.0-only
/* Remembers boots under way. See access.h for the rules. */
#include "userspace/wirerootd/access.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "userspace/lib/fs.h"

#define SUFFIX		".boot"
#define SINCE		"since"
#define FILE_PATH_BYTES 4096
#define FORGET_SECONDS	2592000 /* 30 days */

static int compare(const void *first, const void *second)
{
	const struct boot *a = first, *b = second;

	return memcmp(a->mac, b->mac, sizeof(a->mac));
}

void access_init(struct access *access, const char *directory, time_t now)
{
	*access = (struct access){ .directory = directory, .since = now };
}

void access_free(struct access *access)
{
	tdestroy(access->by_mac, free);
	access->by_mac = NULL;
}

static struct boot *find(const struct access *access, const uint8_t mac[static 6])
{
	struct boot wanted;
	void *found;

	memcpy(wanted.mac, mac, sizeof(wanted.mac));
	found = tfind(&wanted, &access->by_mac, compare);
	return found ? *(struct boot **)found : NULL;
}

const struct boot *access_find(const struct access *access, const uint8_t mac[static 6])
{
	return find(access, mac);
}

/* The boot of the node with @mac, made when there is none; NULL when memory ran out. */
static struct boot *take(struct access *access, const uint8_t mac[static 6])
{
	struct boot *boot = find(access, mac);

	if (boot)
		return boot;
	boot = calloc(1, sizeof(*boot));
	if (!boot)
		return NULL;
	memcpy(boot->mac, mac, sizeof(boot->mac));
	if (tsearch(boot, &access->by_mac, compare))
		return boot;
	free(boot);
	return NULL;
}

static int store(const struct access *access, const struct boot *boot, struct fault *fault)
{
	char path[FILE_PATH_BYTES], text[ACCESS_FILE_BYTES], mac[MAC_TEXT_BYTES];
	int length;

	if (!access->directory)
		return 0;
	snprintf(path, sizeof(path), "%s/%s" SUFFIX, access->directory,
		 value_mac_text(boot->mac, mac));
	length = snprintf(text, sizeof(text),
			  "generation %s\naddress %s\nfetched %" PRId64 "\nended %" PRId64 "\n",
			  boot->generation, boot->peer, (int64_t)boot->fetched,
			  (int64_t)boot->ended);
	return fs_write_file(path, text, (size_t)length, 0644, fault);
}

int access_begin(struct access *access, const uint8_t mac[static 6], const char *peer,
		 const char *generation, time_t now, struct fault *fault)
{
	struct boot *boot = take(access, mac);

	if (!boot)
		return fault_set(fault, ENOMEM, "remember a boot", peer, NULL);
	snprintf(boot->peer, sizeof(boot->peer), "%s", peer);
	snprintf(boot->generation, sizeof(boot->generation), "%s", generation);
	boot->fetched = now;
	boot->ended = 0;
	return store(access, boot, fault);
}

int access_end(struct access *access, const uint8_t mac[static 6], time_t now, struct fault *fault)
{
	struct boot *boot = find(access, mac);

	if (!boot || boot->ended)
		return 0;
	boot->ended = now;
	return store(access, boot, fault);
}

struct walk {
	void (*visit)(const struct boot *boot, void *context);
	void *context;
};

/* For twalk_r(3), which comes to each boot once as 'postorder' or 'leaf'. */
static void visit_place(const void *place, VISIT visit, void *context)
{
	const struct walk *walk = context;

	if (visit == postorder || visit == leaf)
		walk->visit(*(struct boot *const *)place, walk->context);
}

void access_walk(const struct access *access, void (*visit)(const struct boot *boot, void *context),
		 void *context)
{
	struct walk walk = { .visit = visit, .context = context };

	twalk_r(access->by_mac, visit_place, &walk);
}

bool access_is_open(const struct boot *boot, time_t now)
{
	/* After a clock that was set back, it is not known how long ago that was. */
	return boot && !boot->ended && now >= boot->fetched && now - boot->fetched < ACCESS_SECONDS;
}

/* A generation is called by its number or, outside a state directory, by its directory. */
static bool is_generation(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

int access_parse(const char *text, size_t length, struct boot *boot)
{
	char line[ACCESS_FILE_BYTES], generation[ACCESS_GENERATION_BYTES], peer[ADDRESS_TEXT_BYTES];
	int64_t fetched, ended;
	int used = -1;

	if (length >= sizeof(line) || memchr(text, '\0', length))
		return -EINVAL;
	memcpy(line, text, length);
	line[length] = '\0';
	_Static_assert(ACCESS_GENERATION_BYTES == 32 && ADDRESS_TEXT_BYTES == 46, "the form below");
	if (sscanf(line, "generation %31s address %45s fetched %18" SCNd64 " ended %18" SCNd64 "%n",
		   generation, peer, &fetched, &ended, &used) != 4 ||
	    used < 0 || strcmp(line + used, "\n") != 0)
		return -EINVAL;
	if (!is_generation(generation) || fetched < 0 || ended < 0)
		return -EINVAL;
	*boot = (struct boot){ .fetched = (time_t)fetched, .ended = (time_t)ended };
	memcpy(boot->generation, generation, sizeof(boot->generation));
	memcpy(boot->peer, peer, sizeof(boot->peer));
	return 0;
}

static int load_one(struct access *access, const struct node_index *index, const char *name,
		    time_t now, struct fault *fault)
{
	char path[FILE_PATH_BYTES], mac[MAC_TEXT_BYTES];
	struct boot kept, *boot;
	uint8_t bytes[6];
	size_t length;
	char *text;
	int error;

	snprintf(mac, sizeof(mac), "%s", name);
	if (!value_mac(mac, bytes))
		return 0;
	snprintf(path, sizeof(path), "%s/%s" SUFFIX, access->directory, mac);
	if (fs_read_file(path, ACCESS_FILE_BYTES, &text, &length, fault))
		return 0; /* the next boot writes it anew */
	error = access_parse(text, length, &kept);
	free(text);
	if (!error && !index_find_mac(index, bytes) && now - kept.fetched > FORGET_SECONDS)
		unlink(path);
	else if (!error) {
		boot = take(access, bytes);
		if (!boot)
			return fault_set(fault, ENOMEM, "read the kept boots", path, NULL);
		memcpy(kept.mac, bytes, sizeof(kept.mac));
		*boot = kept;
	}
	return 0;
}

/* Whatever is no such file may stand for lost boots: they are kept from now on. */
static int load_since(struct access *access, struct fault *fault)
{
	char path[FILE_PATH_BYTES], text[ACCESS_FILE_BYTES];
	struct fault ignored;
	size_t length;
	int64_t since;
	char *kept;
	bool good;

	snprintf(path, sizeof(path), "%s/" SINCE, access->directory);
	if (!fs_read_file(path, ACCESS_FILE_BYTES, &kept, &length, &ignored)) {
		good = sscanf(kept, "since %18" SCNd64, &since) == 1 && since > 0 &&
		       since <= access->since;
		free(kept);
		if (good) {
			access->since = (time_t)since;
			return 0;
		}
	}
	length =
		(size_t)snprintf(text, sizeof(text), "since %" PRId64 "\n", (int64_t)access->since);
	return fs_write_file(path, text, length, 0644, fault);
}

int access_load(struct access *access, const struct node_index *index, time_t now,
		struct fault *fault)
{
	struct dirent *entry;
	DIR *directory;
	int error = 0;

	if (!access->directory)
		return 0;
	directory = opendir(access->directory);
	if (!directory)
		return fault_set(fault, errno, "read the kept boots", access->directory,
				 "wirerootd's user must be able to read and write --timelines");
	while (!error && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length == MAC_TEXT_BYTES - 1 + strlen(SUFFIX) &&
		    !strcmp(entry->d_name + MAC_TEXT_BYTES - 1, SUFFIX))
			error = load_one(access, index, entry->d_name, now, fault);
	}
	closedir(directory);
	return error ? error : load_since(access, fault);
}
