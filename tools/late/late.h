/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Libraries that are loaded when one of their functions is called for the first time.
 *
 * libcurl, libarchive, libkmod and LVM's bring forty other libraries with them. To start with all
 * of these takes eight times as long as to start without, and most commands need none: a command
 * for a node among hundreds must not begin with that. For each function that is called there is one
 * of the same name here, which hands its arguments on; who calls it knows nothing of this.
 *
 * Where the library is missing, the command ends as if the loader had missed it.
 */
#ifndef WIREROOT_LATE_H
#define WIREROOT_LATE_H

#define LATE_CURL    "libcurl.so.4"
#define LATE_ARCHIVE "libarchive.so.13"
#define LATE_KMOD    "libkmod.so.2"
#define LATE_LVM     "liblvm2cmd.so.2.03"

/* The function @name of @library; never NULL. */
void *late_find(const char *library, const char *name);

/* The header's prototype of @name is what makes this safe: another one does not compile. */
#define LATE(library, result, name, parameters, arguments)                                         \
	result name parameters                                                                     \
	{                                                                                          \
		static __typeof__(name) *found;                                                    \
                                                                                                   \
		if (!found)                                                                        \
			found = (__typeof__(name) *)late_find(library, #name);                     \
		return found arguments;                                                            \
	}

#endif
