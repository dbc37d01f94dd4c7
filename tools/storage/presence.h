/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a machine is on the network at all: the session of one that is off may outlive it. */
#ifndef WIREROOT_STORAGE_PRESENCE_H
#define WIREROOT_STORAGE_PRESENCE_H

#include <stdbool.h>

/*
 * Does the network itself say that nobody has the IPv4 address @address? It takes some seconds to
 * find out. False for whoever answers, and when that cannot be told, as behind a firewall.
 */
bool presence_is_gone(const char *address);

#endif
