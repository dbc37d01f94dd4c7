/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Acting on a lab's servers from outside of the lab, as apply does when their files have changed.
 *
 * @directory is the lab's. Functions return 0, or -errno with @fault filled in: -ESRCH when no lab
 * runs there, and what server_start() and its like return.
 */
#ifndef WIREROOT_LAB_SERVER_CONTROL_H
#define WIREROOT_LAB_SERVER_CONTROL_H

#include "initramfs/fault.h"

/* Let the server called @name read its configuration again; it goes on serving. */
int lab_reload_server(const char *directory, const char *name, struct fault *fault);

/* End it if it runs, and start it; returns once it has answered a question. */
int lab_restart_server(const char *directory, const char *name, struct fault *fault);

#endif
