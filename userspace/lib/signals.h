/* SPDX-License-Identifier: GPL-2.0-only */
/* The signals of a program that goes on until it is told to end. */
#ifndef WIREROOT_SIGNALS_H
#define WIREROOT_SIGNALS_H

#include <stdbool.h>

#include "initramfs/fault.h"

/*
 * Block SIGTERM, SIGINT and, with @reload, SIGHUP, and return a descriptor that tells of them
 * (signalfd(2), nonblocking), which is the caller's; or -errno with @fault. SIGPIPE is ignored from
 * then on: a peer that closes while we send is told by EPIPE.
 */
int signals_open(bool reload, struct fault *fault);

#endif
