/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few things that one does in configfs, each one system call or little more.
 *
 * Functions return 0 or -errno. Those that change something are in configfs.c, those that look in
 * configfs_look.c, so that tests can put a tree of their own in the place of the kernel's.
 */
#ifndef WIREROOT_CONFIGFS_H
#define WIREROOT_CONFIGFS_H

#include <stdbool.h>
#include <stddef.h>

/* 0 also when it is there already: the kernel makes some by itself. */
int configfs_make_dir(const char *path);
/* -ENOENT when it is not there. */
int configfs_remove_dir(const char *path);
/* Write an attribute. */
int configfs_write(const char *path, const char *value);
/* A symbolic link at @path. */
int configfs_link(const char *target, const char *path);
int configfs_unlink(const char *path);

/* An attribute, without the line's end, cut at @bytes - 1. */
int configfs_read(const char *path, char *buffer, size_t bytes);
bool configfs_is_link(const char *path);
bool configfs_is_dir(const char *path);

/* Names in a directory, sorted; configfs_names_free() after success. */
struct configfs_names {
	char **names;
	size_t count;
};

int configfs_names(const char *path, struct configfs_names *names);
void configfs_names_free(struct configfs_names *names);

#endif
