/* SPDX-License-Identifier: GPL-2.0-only */
/* A node of the lab: a QEMU machine with its NICs on the lab's bridges. Inside the lab. */
#ifndef WIREROOT_LAB_NODE_H
#define WIREROOT_LAB_NODE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "initramfs/fault.h"
#include "tools/lab/layout.h"

#define NODE_INITRDS_MAX 8

enum node_firmware {
	NODE_BIOS, /* SeaBIOS and the NIC's PXE ROM */
	NODE_UEFI, /* OVMF */
	NODE_DIRECT, /* no firmware's boot: QEMU loads the kernel */
};

struct node_nic {
	const char *model; /* "virtio", or a QEMU device: "e1000e", "rtl8139", "vmxnet3" … */
	char mac[LAB_MAC_BYTES];
	char bridge[IFNAMSIZ];
	bool off; /* the cable is not plugged in when the node starts */
};

/*
 * What a node's kernel is told in any case: the console that the lab keeps; and not to try out its
 * timer. On a busy machine the timer of an emulated processor may come too late for that, and the
 * kernel panics.
 */
#define NODE_KERNEL_WORDS "console=ttyS0 no_timer_check"

/* Paths are absolute. */
struct node_options {
	const char *name;
	enum node_firmware firmware;
	const char *accelerator; /* as for qemu -accel */
	unsigned int memory_mib;
	unsigned int cpus;
	struct node_nic nics[LAB_NICS_MAX];
	unsigned int nic_count;
	const char *kernel; /* NULL: the HTTP tree has a script for the node already */
	const char *initrds[NODE_INITRDS_MAX];
	size_t initrd_count;
	const char *append; /* the kernel's command line, or NULL */
	bool no_reboot; /* a reboot of the guest ends QEMU */
	char *const *extra; /* more words for QEMU, up to NULL; NULL: none */
};

/*
 * Power the node on; its serial console is written to NODE.console from the beginning.
 * Returns when it runs.
 */
int node_boot(const struct node_options *options, struct fault *fault);

/* Wait until a line of the console matches @pattern; see follow_until(). */
int node_wait(const char *name, const char *pattern, off_t from, int timeout_ms,
	      struct fault *fault);

/* Wait until the node has powered off. */
int node_wait_off(const char *name, int timeout_ms, struct fault *fault);

/* Pull the plug. */
int node_power_off(const char *name, struct fault *fault);

/* The name under which a node's QEMU is a service. */
void node_service_name(const char *name, char service[static LAB_NAME_BYTES]);

#endif
