/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot in one line, for the log. Pure. */
#ifndef WIREROOT_SUMMARY_H
#define WIREROOT_SUMMARY_H

#include "initramfs/timeline.h"

#define SUMMARY_BYTES 768

/*
 * Write "params 0.01 s, modules 0.85 s, lease 0.40 s, root FAILED: TEXT": how long each stage took
 * that is over, and the last fault. @timeline has passed timeline_parse(). Returns @line.
 */
char *summary_line(const struct timeline *timeline, char line[static SUMMARY_BYTES]);

#endif
