/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state directory: generations, and the objects that their files are.
 *
 *   objects/ab/cdef…     contents by their SHA-256; "-0600" behind it when not 0644
 *   generations/N/…      a tree of plain files: hard links to objects
 *   generations/N.manifest.zst   the list of them, with their hashes
 *   current              → generations/N, the one in force: what is switched
 *   switching            → "M N": a switch from M to N whose services were not all told yet
 *   sources              what files outside held when they were last read; see sources.h
 *   lock                 held (flock) by whoever changes any of this; its PID and command
 *
 * A generation is there when both its tree and its manifest have their final names; both get them
 * when everything in them is on disk. While objects are written or taken away there is a tree
 * with a suffix to its number, which tells whoever gets the lock next that something was left
 * unfinished; objects that belong to no tree are then taken away (store_clean()). So every object
 * is whole, and nothing is synced one by one. What somebody wrote to later is told by its times and
 * size, and is not linked again.
 * An object's count of links says whether a generation still uses it.
 *
 * Functions return 0 or -errno, the latter with @fault filled in.
 */
#ifndef WIREROOT_GENERATION_STORE_H
#define WIREROOT_GENERATION_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "tools/generate/file_set.h"
#include "tools/generation/manifest.h"
#include "userspace/lib/log.h"

#define STORE_DEFAULT "/var/lib/wireroot"
/* Generated files name files below it: STATE/current/… */
#define STORE_CURRENT "current"

/* Who owns what only wirerootd may read, if there is such a user. */
#define STORE_OWNER "wireroot"

struct store {
	char *path; /* absolute, owned */
	int fd, generations, objects; /* directories; -1 where there is none */
	int lock; /* -1 while not held */
	uid_t owner; /* of files with mode 0600 */
};

/*
 * Open the state directory at @path. With @create it is made as far as it is missing; else one that
 * is missing is as good as an empty one. store_close() must be called in any case.
 */
int store_open(struct store *store, const char *path, bool create, struct fault *fault);
void store_close(struct store *store);

/*
 * Hold the lock, until store_close(); wait when another process does, and say in @log whom for.
 * @command is what those are told who wait for us.
 */
int store_lock(struct store *store, const char *command, const struct log *log,
	       struct fault *fault);

/* Take away what was left unfinished. Under the lock. */
int store_clean(struct store *store, struct fault *fault);

/* The number of the generation in force; 0: none. */
int store_current(const struct store *store, unsigned int *generation, struct fault *fault);

/* The numbers of all generations, ascending; *@numbers for the caller to free. */
int store_list(const struct store *store, unsigned int **numbers, size_t *count,
	       struct fault *fault);

/* -ENOENT when there is no such generation. manifest_free() must be called in any case. */
int store_read_manifest(const struct store *store, unsigned int generation,
			struct manifest *manifest, struct fault *fault);

/* Does @error of store_read_manifest() say that the manifest is there and no good? */
bool store_is_damaged(int error);

/* Open the tree of a generation: its root, a directory. The fd, or -errno with @fault. */
int store_open_tree(const struct store *store, unsigned int generation, struct fault *fault);

/*
 * Make the tree of generation @new->generation, unfinished, from the files of @set, which @new
 * lists in their order. Files that the generation @old has alike are linked from there. When
 * anything fails, such as space on the disk, nothing of it stays. Under the lock.
 */
int store_build(struct store *store, const struct file_set *set, const struct manifest *new,
		const struct manifest *old, struct fault *fault);

/* The path of a tree, finished or not, for people and checkers; for the caller to free. */
char *store_tree_path(const struct store *store, unsigned int generation);
char *store_unfinished_path(const struct store *store, unsigned int generation);

/* All that was built is on disk and has its final name. Under the lock. */
int store_finish(struct store *store, const struct manifest *manifest, struct fault *fault);

/*
 * Take a generation, finished or not, out of the list, and keep its tree for people to look at
 * until the next change. @path, for the caller to free, is where; NULL when memory ran out.
 */
int store_refuse(struct store *store, unsigned int generation, char **path, struct fault *fault);

/* Remove a generation that is not in force, and the objects that it alone used. */
int store_remove(struct store *store, unsigned int generation, struct fault *fault);

/* Put @generation in force; 0: none. On disk when it returns. Under the lock. */
int store_switch(struct store *store, unsigned int generation, struct fault *fault);

/* Remember, across a crash, that services are told of a switch; or that all were. */
int store_begin_switch(struct store *store, unsigned int from, unsigned int to,
		       struct fault *fault);
int store_end_switch(struct store *store, struct fault *fault);

/* Is there a switch whose services were not all told? */
bool store_switching(const struct store *store, unsigned int *from, unsigned int *to);

#endif
