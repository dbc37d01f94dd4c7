/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known about drivers of wired network interfaces that modules do not tell themselves.
 */
#ifndef WIREROOT_WIRED_H
#define WIREROOT_WIRED_H

#include <stdbool.h>

enum companion_kind {
	COMPANION_DEPENDENCY, /* has to be there before the module */
	COMPANION_BESIDE, /* wanted with the module; either may come first */
	COMPANION_BEHIND, /* wanted with the module, depends on it */
};

/* A module that another one needs without saying so. The table ends with an empty name. */
struct companion {
	const char *name; /* may end with '*' */
	const char *needs;
	enum companion_kind kind;
	const char *architecture; /* a word of vermagic, or NULL for all */
};

extern const struct companion wired_companions[];

/* Names besides those in kernel/drivers/net/ethernet/; what a kernel lacks is passed over. */
extern const char *const wired_names[];

/* Is the module at @path, relative to the modules' directory, a wired interface's driver? */
bool wired_is_driver(const char *path);

/*
 * Drivers that bring no interface up without their firmware, and the modules that ask for it. In an
 * image for any machine they are dead weight when there is none. The table ends with an empty name.
 */
struct firmware_need {
	const char *name, *firmware_of;
};

extern const struct firmware_need wired_firmware_needs[];

/* Does @alias name a device on a bus that the init plugs from? */
bool wired_is_device_alias(const char *alias);

#endif
