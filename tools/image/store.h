/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory with a host's images, each a directory with the name of the image.
 *
 * An image is made in NAME.partial/root and gets its name when it is whole; NAME.removed is one on
 * its way out. Both are leftovers once nobody holds their lock, however their maker ended, and the
 * next command that makes or removes an image takes them away. Functions return 0 or -errno with
 * @fault filled in.
 */
#ifndef WIREROOT_IMAGE_STORE_H
#define WIREROOT_IMAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"

#define IMAGE_STORE_DEFAULT "/srv/wireroot/images"
#define IMAGE_NAME_LENGTH   64

/* Letters, digits, '-', '_', '.'; what is no leftover's name and no hidden file's. */
bool image_name_is_good(const char *name);
int image_name_check(const char *name, struct fault *fault);

/* An image that is being made. Begin with { .lock = -1 }. */
struct image_partial {
	char *work; /* NAME.partial: for what is needed on the way */
	char *root; /* where the image's files go; it is there, and empty */
	char *final;
	int lock;
};

/* -EEXIST when there is an image @name, -EBUSY when another process is making it. */
int image_partial_begin(struct image_partial *partial, const char *store, const char *name,
			struct fault *fault);
/* Give it its name, when all of it is on the disk. */
int image_partial_finish(struct image_partial *partial, struct fault *fault);
/* In any case: what did not get its name is removed. */
void image_partial_end(struct image_partial *partial);

/* -ENOENT when there is none. */
int image_store_remove(const char *store, const char *name, struct fault *fault);

/* Names of images, sorted as people count; none when the directory is not there. */
struct image_names {
	char **list;
	size_t count;
};
int image_store_list(const char *store, struct image_names *names, struct fault *fault);
void image_names_free(struct image_names *names);

#endif
