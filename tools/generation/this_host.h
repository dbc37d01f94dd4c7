/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of a cluster's servers this host is. */
#ifndef WIREROOT_GENERATION_THIS_HOST_H
#define WIREROOT_GENERATION_THIS_HOST_H

#include "tools/cluster/cluster.h"

/*
 * The server called @name; with NULL the one whose address one of this host's interfaces has, or
 * the only one that there is. When that leaves none, *@server is NULL if @any, else -EINVAL with
 * @fault.
 */
int this_host_find(const struct cluster *cluster, const char *name, bool any,
		   const struct cluster_server **server, struct fault *fault);

/* "http://ADDRESS:PORT" of its wirerootd, "" when it has none; NULL: out of memory. */
char *this_host_url(const struct cluster_server *server);

#endif
