/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Volumes that nodes have as their disks, behind one table of operations: thin and plain volumes of
 * LVM, and sparse files.
 *
 * A volume is called as its node; the golden volume of an image, from which nodes' are cloned, is
 * called CLUSTER_GOLDEN and the image. A volume is unfinished from its first moment on until
 * finish() says that it is whole, or for some clones, until their file system has a UUID of its
 * own. That it is unfinished is written down with the volume itself: whatever ends a command in
 * between, no half volume is taken for a whole one. Who makes or removes a volume has claimed it;
 * see claim.h.
 *
 * Functions return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_STORAGE_H
#define WIREROOT_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "tools/cluster/cluster.h"
#include "userspace/lib/progress.h"

/* CLUSTER_GOLDEN and an image's name, or a node's, with the NUL. */
#define VOLUME_NAME_BYTES 80
/* Of a file system, as text, with the NUL. */
#define VOLUME_UUID_BYTES 37

enum volume_state {
	VOLUME_READY,
	VOLUME_UNFINISHED,
	VOLUME_UNCLEAR, /* looks unfinished, but may be in use: for a person to remove */
	VOLUME_FOREIGN, /* of such a name, and not made by us: not to be touched */
};

struct volume {
	char name[VOLUME_NAME_BYTES];
	char origin[VOLUME_NAME_BYTES]; /* the volume that it is a snapshot of, or "" */
	char file_system[8]; /* of a golden volume: "ext4"; "" when that is not known */
	char uuid[VOLUME_UUID_BYTES]; /* of a golden volume's file system, where clones want it */
	char unfinished_uuid[VOLUME_UUID_BYTES]; /* of a clone: with this one it is unfinished */
	enum volume_state state;
	bool active; /* of LVM: its device is there */
	uint64_t bytes; /* as a node sees it */
	uint64_t used_bytes; /* space that is taken for it */
};

/* Hundredths of a percent, as LVM tells them. */
#define PERCENT 100u

/* How full it is. */
struct storage_space {
	uint64_t bytes; /* of the pool, the group or the file system */
	uint64_t used_bytes;
	bool has_metadata; /* a thin pool's */
	uint64_t metadata_bytes;
	unsigned int metadata_used; /* in hundredths of a percent */
	bool damaged; /* a thin pool that has failed or has become read-only */
};

/* Begin with { 0 }; storage_status_free() in any case. */
struct storage_status {
	struct volume *volumes; /* in the order of their names */
	size_t count, capacity;
	struct storage_space space;
};

struct storage {
	const struct cluster_storage *definition;
	const struct storage_backend *backend;
};

struct storage_backend {
	/* All volumes, finished or not, and how full the storage is. */
	int (*look)(const struct storage *storage, struct storage_status *status,
		    struct fault *fault);
	/* Make an unfinished volume of @bytes. -ENOSPC; -EEXIST. */
	int (*create)(const struct storage *storage, const char *volume, uint64_t bytes,
		      struct fault *fault);
	/* Make an unfinished volume with the contents of the golden one @golden, and @bytes, which
	 * are not less than its. *@by_uuid: that its file system gets another UUID than the golden
	 * one's is what makes it ready. finish() is told. */
	int (*clone)(const struct storage *storage, const char *volume, const struct volume *golden,
		     uint64_t bytes, struct progress *progress, bool *by_uuid, struct fault *fault);
	/* Begin to make such a volume, and do not wait; clone() with the same arguments ends it,
	 * whatever else the back end is asked for meanwhile. NULL: clone() does all of it, and a
	 * clone takes a good part of the room there is. */
	int (*begin_clone)(const struct storage *storage, const char *volume,
			   const struct volume *golden, uint64_t bytes, struct fault *fault);
	/* Where a clone that has just been made, and is unfinished, is written: *@path is for the
	 * caller to free. NULL: by storage_path(). */
	int (*clone_path)(const struct storage *storage, const char *volume, char **path,
			  struct fault *fault);
	/* It is whole, and from now on ready. A golden one, whose @file_system is given then, and
	 * else NULL, is not written any more. */
	int (*finish)(const struct storage *storage, const char *volume, const char *file_system,
		      bool by_uuid, struct fault *fault);
	/* Wait until a clone that is ready is where storage_path() says. NULL: it is so at once. */
	int (*await_path)(const struct storage *storage, const char *volume, struct fault *fault);
	/* Remove a volume, finished or not. -EBUSY: it is open. */
	int (*remove)(const struct storage *storage, const struct volume *volume,
		      struct fault *fault);
	bool blank; /* new volumes read as zeros */
};

extern const struct storage_backend storage_lvm_thin, storage_lvm, storage_file;

/* The storage that @definition describes. Nothing is looked for yet. */
struct storage storage_open(const struct cluster_storage *definition);

/* The device or file of a volume; *@path is for the caller to free. */
int storage_path(const struct storage *storage, const char *volume, bool unfinished, char **path,
		 struct fault *fault);

/* What people call its place: "vg0/pool0", "vg0", "/srv/wireroot/disks". */
#define STORAGE_PLACE_BYTES 256
char *storage_place(const struct storage *storage, char place[static STORAGE_PLACE_BYTES]);

/* The volume of an image. -ENAMETOOLONG with @fault. */
int storage_golden_name(const char *image, char name[static VOLUME_NAME_BYTES],
			struct fault *fault);

/* Is the volume of that name an image's? */
bool storage_is_golden(const char *volume);

/* The next one of that name behind @previous, or the first of all when that is NULL: one may be
 * unfinished beside one that is ready. NULL when there is none. */
const struct volume *storage_next(const struct storage_status *status, const char *volume,
				  const struct volume *previous);

/* The first; NULL when there is none. */
const struct volume *storage_find(const struct storage_status *status, const char *volume);

/* Room for one more, filled with 0; NULL when memory ran out. */
struct volume *storage_status_add(struct storage_status *status);
void storage_status_sort(struct storage_status *status);
void storage_status_free(struct storage_status *status);

#endif
