/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order of names in which people count: n2 before n10, 6.1.0-9 before 6.1.0-10.
 */
#ifndef WIREROOT_CLUSTER_NAMES_H
#define WIREROOT_CLUSTER_NAMES_H

/* As strcmp(), but runs of digits are compared as numbers. A total order: n1 is not n01. */
int compare_names(const char *a, const char *b);

/* The same for versions of kernels, where 6.12-rc3 comes before 6.12. */
int compare_versions(const char *a, const char *b);

#endif
