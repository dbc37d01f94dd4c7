/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory of secrets, STATE/secrets, 0700, and how files of 0600 get into it.
 *
 * Secrets are of 64 characters to which no program's configuration, no shell and no word of the
 * init gives a meaning: six bits each.
 */
#ifndef WIREROOT_SECRET_FILES_H
#define WIREROOT_SECRET_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "initramfs/fault.h"

#define SECRETS_DIRECTORY "secrets" /* below the state directory */

/*
 * Make the directory unless it is there, and lock it, so that of two that would make secrets for
 * somebody the second finds the first's. A descriptor, or -errno with @fault.
 */
int secret_files_open(const char *state, struct fault *fault);

/* Write @text as @name, whole on disk before it gets its name. 0 or -errno. */
int secret_files_write(int directory, const char *name, const char *text, size_t length);

/* @length random characters and a NUL, after sodium_init(). */
void secret_make(char *secret, size_t length);

/* May a secret have this character? '-' is taken besides those that are made. */
bool secret_character(char c);

#endif
