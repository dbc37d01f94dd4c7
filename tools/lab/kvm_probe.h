/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether hardware virtualisation works here, found out by trying. Outside the lab. */
#ifndef WIREROOT_LAB_KVM_PROBE_H
#define WIREROOT_LAB_KVM_PROBE_H

#include <stdbool.h>

#define ACCELERATOR_KVM "kvm"
#define ACCELERATOR_TCG "tcg,thread=multi"

/*
 * Does KVM boot @kernel? /dev/kvm may be there and a guest still hang at its start, as happens in
 * nested virtualisation, so a kernel is booted once and given a few seconds. The answer is kept
 * until the machine's next boot, unless QEMU ended with an error. @kernel may be NULL: then the
 * newest one in /boot is tried, and without any the answer is no, and not kept.
 */
bool kvm_works(const char *kernel);

#endif
