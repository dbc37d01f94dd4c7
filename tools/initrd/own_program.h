/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the programs are that Wireroot puts into initrds: init, wireroot-discover. */
#ifndef WIREROOT_OWN_PROGRAM_H
#define WIREROOT_OWN_PROGRAM_H

#include <limits.h>

/* Beside this program when it was not installed, else where `make install` puts it. */
void own_program(const char *name, char path[static PATH_MAX]);

#endif
