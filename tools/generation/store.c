// SPDX-License-Identifier: GPL-2.0-only
/* The state directory: opening, locking, listing, switching; see store.h. */
#include "tools/generation/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/generation/manifest_file.h"
#include "tools/generation/store_private.h"
#include "userspace/lib/fs.h"

#define GENERATIONS "generations"
#define OBJECTS	    "objects"
#define SWITCHING   "switching"
#define LOCK	    "lock"

/* Of a link of ours: two numbers and a little more. */
#define LINK_BYTES 64

/* Ours, or, for files that only wirerootd may read, its user's. */
static uid_t find_owner(void)
{
	const struct passwd *user = geteuid() ? NULL : getpwnam(STORE_OWNER);

	return user ? user->pw_uid : geteuid();
}

/* The directory @name below the store; -1 in *@fd where it is missing and need not be made. */
static int open_directory(const struct store *store, const char *name, bool create, int *fd,
			  struct fault *fault)
{
	if (create && mkdirat(store->fd, name, 0755) < 0 && errno != EEXIST)
		return fault_set(fault, errno, "make directory of the state", name, NULL);
	*fd = openat(store->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 && (create || errno != ENOENT))
		return fault_set(fault, errno, "open directory of the state", name, NULL);
	return 0;
}

/* Of what is not there, as generated files would name it. */
static char *make_absolute(const char *path)
{
	char *here = *path == '/' ? strdup("/") : getcwd(NULL, 0);
	char *absolute = here ? fs_join(here, *path == '/' ? path + 1 : path) : NULL;

	free(here);
	return absolute;
}

int store_open(struct store *store, const char *path, bool create, struct fault *fault)
{
	int error = create ? fs_make_dirs(path, 0755, fault) : 0;

	*store = (struct store){
		.fd = -1, .generations = -1, .objects = -1, .lock = -1, .owner = find_owner()
	};
	if (error)
		return error;
	store->path = realpath(path, NULL);
	if (!store->path && errno == ENOENT && !create) {
		store->path = make_absolute(path);
		return store->path ? 0 : fault_set(fault, ENOMEM, "open state", path, NULL);
	}
	store->fd = store->path ? open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (store->fd < 0)
		return fault_set(fault, errno, "open state", path, NULL);
	error = open_directory(store, GENERATIONS, create, &store->generations, fault);
	return error ? error : open_directory(store, OBJECTS, create, &store->objects, fault);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void store_close(struct store *store)
{
	close_one(&store->lock);
	close_one(&store->objects);
	close_one(&store->generations);
	close_one(&store->fd);
	free(store->path);
	store->path = NULL;
}

/* Say who holds the lock, as it wrote itself. */
static void tell_holder(const struct store *store, int lock, const struct log *log)
{
	char holder[256];
	ssize_t length = pread(lock, holder, sizeof(holder) - 1, 0);

	holder[length > 0 ? length : 0] = '\0';
	holder[strcspn(holder, "\n")] = '\0';
	log_line(log, LOG_LEVEL_NOTICE, "waiting for %s, which is changing %s",
		 *holder ? holder : "another process", store->path);
}

static int wait_for(int lock)
{
	while (flock(lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int store_lock(struct store *store, const char *command, const struct log *log, struct fault *fault)
{
	char line[256];
	int error = 0;

	store->lock = openat(store->fd, LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (store->lock < 0)
		return fault_set(fault, errno, "open lock of the state", store->path,
				 errno == EACCES ? "this takes root's rights" : NULL);
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
		error = -errno;
		if (error == -EWOULDBLOCK) {
			tell_holder(store, store->lock, log);
			error = wait_for(store->lock);
		}
	}
	if (error)
		return fault_set(fault, error, "lock state", store->path, NULL);
	snprintf(line, sizeof(line), "process %d (%.200s)\n", (int)getpid(), command);
	/* For people who wait; that it does not fit on a full disk is no reason to stop. */
	if (ftruncate(store->lock, 0) == 0)
		(void)!pwrite(store->lock, line, strlen(line), 0);
	return 0;
}

/* A decimal number from 1 on, without zeros before it; 0 for anything else. */
unsigned int store_number(const char *name, size_t length)
{
	unsigned int number = 0;

	if (length == 0 || length > 9 || name[0] == '0')
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = number * 10 + (unsigned int)(name[i] - '0');
	}
	return number;
}

void store_name(unsigned int generation, const char *suffix, char name[static STORE_NAME_BYTES])
{
	snprintf(name, STORE_NAME_BYTES, "%u%s", generation, suffix);
}

int store_current(const struct store *store, unsigned int *generation, struct fault *fault)
{
	static const char before[] = GENERATIONS "/";
	static const char foreign[] = "`" STORE_CURRENT "` there is not Wireroot's link to a "
				      "generation: move it away, then `wireroot rollback N`, or "
				      "`wireroot apply`";
	char target[LINK_BYTES];
	ssize_t length;

	*generation = 0;
	if (store->fd < 0)
		return 0;
	length = readlinkat(store->fd, STORE_CURRENT, target, sizeof(target) - 1);
	if (length < 0 && errno == ENOENT)
		return 0;
	if (length < 0)
		return fault_set(fault, errno, "read link " STORE_CURRENT " in", store->path,
				 foreign);
	target[length] = '\0';
	if (!strncmp(target, before, sizeof(before) - 1))
		*generation = store_number(target + sizeof(before) - 1,
					   (size_t)length - (sizeof(before) - 1));
	if (!*generation)
		return fault_set(fault, EINVAL, "read link " STORE_CURRENT ", which leads to",
				 target, foreign);
	return 0;
}

static int compare_numbers(const void *a, const void *b)
{
	const unsigned int *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static bool has_tree(const struct store *store, unsigned int generation)
{
	char name[STORE_NAME_BYTES];

	store_name(generation, "", name);
	return faccessat(store->generations, name, F_OK, 0) == 0;
}

/* Add the number of "N.manifest" to @numbers when there is a tree, too. */
static int add_number(const struct store *store, const char *name, unsigned int **numbers,
		      size_t *count)
{
	const char *dot = strchr(name, '.');
	unsigned int number =
		dot && !strcmp(dot, STORE_MANIFEST) ? store_number(name, (size_t)(dot - name)) : 0;
	unsigned int *more;

	if (!number || !has_tree(store, number))
		return 0;
	more = reallocarray(*numbers, *count + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*numbers = more;
	more[(*count)++] = number;
	return 0;
}

DIR *store_read_directory(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	int error = errno;

	if (!directory && fd >= 0)
		close(fd);
	errno = error;
	return directory;
}

int store_list(const struct store *store, unsigned int **numbers, size_t *count,
	       struct fault *fault)
{
	const struct dirent *entry;
	DIR *directory;
	int error = 0;

	*numbers = NULL;
	*count = 0;
	if (store->generations < 0)
		return 0;
	directory = store_read_directory(store->generations, ".");
	if (!directory)
		return fault_set(fault, errno, "list generations in", store->path, NULL);
	while (!error && (entry = readdir(directory)))
		error = add_number(store, entry->d_name, numbers, count);
	closedir(directory);
	if (error) {
		free(*numbers);
		*numbers = NULL;
		return fault_set(fault, error, "list generations in", store->path, NULL);
	}
	if (*count)
		qsort(*numbers, *count, sizeof(**numbers), compare_numbers);
	return 0;
}

static char *path_below(const struct store *store, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s/%s", store->path, GENERATIONS, name) < 0)
		return NULL;
	return path;
}

char *store_tree_path(const struct store *store, unsigned int generation)
{
	char name[STORE_NAME_BYTES];

	store_name(generation, "", name);
	return path_below(store, name);
}

char *store_unfinished_path(const struct store *store, unsigned int generation)
{
	char name[STORE_NAME_BYTES];

	store_name(generation, STORE_NEW, name);
	return path_below(store, name);
}

char *store_refused_path(const struct store *store)
{
	return path_below(store, STORE_REFUSED);
}

static int no_generation(unsigned int generation, struct fault *fault)
{
	char name[STORE_NAME_BYTES];

	store_name(generation, "", name);
	return fault_set(fault, ENOENT, "find generation", name,
			 "`wireroot history` lists those that there are");
}

int store_read_manifest(const struct store *store, unsigned int generation,
			struct manifest *manifest, struct fault *fault)
{
	char name[STORE_NAME_BYTES];
	char *path;
	int error;

	*manifest = (struct manifest){ 0 };
	if (store->generations < 0 || !has_tree(store, generation))
		return no_generation(generation, fault);
	store_name(generation, STORE_MANIFEST, name);
	path = path_below(store, name);
	if (!path)
		return fault_set(fault, ENOMEM, "read manifest", name, NULL);
	error = manifest_file_read(manifest, path, fault);
	if (!error && manifest->generation != generation) {
		manifest_free(manifest);
		error = fault_set(fault, EINVAL, "read manifest", path,
				  "it is another generation's");
	}
	free(path);
	return error;
}

bool store_is_damaged(int error)
{
	return error == -EBADMSG || error == -EINVAL;
}

int store_open_tree(const struct store *store, unsigned int generation, struct fault *fault)
{
	char name[STORE_NAME_BYTES];
	int fd;

	store_name(generation, "", name);
	fd = openat(store->generations, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fault_set(fault, errno, "open generation", name, NULL) : fd;
}

/* Make the link @name point to @target, in one step. */
static int replace_link(const struct store *store, const char *name, const char *target)
{
	char temporary[LINK_BYTES];

	snprintf(temporary, sizeof(temporary), "%s" STORE_NEW, name);
	unlinkat(store->fd, temporary, 0);
	if (symlinkat(target, store->fd, temporary) < 0)
		return -errno;
	if (renameat(store->fd, temporary, store->fd, name) < 0) {
		int error = errno;

		unlinkat(store->fd, temporary, 0);
		return -error;
	}
	return 0;
}

void store_clean_links(const struct store *store)
{
	unlinkat(store->fd, STORE_CURRENT STORE_NEW, 0);
	unlinkat(store->fd, SWITCHING STORE_NEW, 0);
}

int store_switch(struct store *store, unsigned int generation, struct fault *fault)
{
	char target[LINK_BYTES];
	int error = 0;

	snprintf(target, sizeof(target), GENERATIONS "/%u", generation);
	if (generation)
		error = replace_link(store, STORE_CURRENT, target);
	else if (unlinkat(store->fd, STORE_CURRENT, 0) < 0 && errno != ENOENT)
		error = -errno;
	if (error)
		return fault_set(fault, error, "switch to", target, NULL);
	if (fsync(store->fd) < 0)
		return fault_set(fault, errno, "write to disk that this is in force", target, NULL);
	return 0;
}

int store_begin_switch(struct store *store, unsigned int from, unsigned int to, struct fault *fault)
{
	char target[LINK_BYTES];
	int error;

	snprintf(target, sizeof(target), "%u %u", from, to);
	error = replace_link(store, SWITCHING, target);
	return error ? fault_set(fault, error, "note the switch of generations", target, NULL) : 0;
}

int store_end_switch(struct store *store, struct fault *fault)
{
	if (unlinkat(store->fd, SWITCHING, 0) < 0 && errno != ENOENT)
		return fault_set(fault, errno, "remove link", SWITCHING, NULL);
	return 0;
}

bool store_switching(const struct store *store, unsigned int *from, unsigned int *to)
{
	char target[LINK_BYTES];
	ssize_t length = readlinkat(store->fd, SWITCHING, target, sizeof(target) - 1);
	char *blank;

	if (length < 0)
		return false;
	target[length] = '\0';
	blank = strchr(target, ' ');
	*from = blank ? store_number(target, (size_t)(blank - target)) : 0;
	*to = blank ? store_number(blank + 1, strlen(blank + 1)) : 0;
	return true;
}
