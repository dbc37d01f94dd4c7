/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of LVM, run by its library in a process of its own.
 *
 * Most of what a snapshot takes is to start LVM; so one process loads it once and runs all commands
 * that follow. It is not ours, since LVM locks memory, keeps state and may end by its own faults.
 * It finishes what it was told even if we are killed meanwhile, and holds our claims as long; then
 * it ends.
 */
#ifndef WIREROOT_STORAGE_LVM_RUN_H
#define WIREROOT_STORAGE_LVM_RUN_H

#include "initramfs/fault.h"
#include "userspace/lib/text.h"

/*
 * Run the command @argv, as lvs(8) in a shell, to its end. What it prints is added to @output, also
 * when it fails, unless that is NULL. 0, or -errno with @fault, whose hint is the last line of
 * LVM's errors: -EIO when it failed, -EINVAL for words that LVM cannot be told.
 */
int lvm_run(const char *const argv[], struct text *output, struct fault *fault);

/*
 * The same in two parts, with nothing read of what the command prints: begin it, and learn later
 * what became of it. Another command that is run meanwhile waits until it is over. What is begun is
 * to be ended before something else is begun.
 */
int lvm_begin(const char *const argv[], struct fault *fault);
int lvm_end(struct fault *fault);

#endif
