/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One attempt to mount the root, in a process of its own, so that the init stays awake meanwhile.
 */
#ifndef WIREROOT_ROOT_H
#define WIREROOT_ROOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fault.h"
#include "lease.h"
#include "params.h"
#include "root_spec.h"

#define ROOT_DIRECTORY "/root"
/* With wireroot.discover= an attempt is this program, which ends with the machine's restart. */
#define ROOT_DISCOVER "/sbin/wireroot-discover"
/* An attempt at an iSCSI root is this program. */
#define ROOT_ISCSI "/sbin/wireroot-iscsi"
/* With this argument it writes the words of the firmware's network interfaces instead. */
#define ROOT_ISCSI_WORDS "firmware-words"

/* What an attempt came to; sent whole through a pipe. */
struct root_result {
	struct fault fault; /* ->error is 0 when the root is mounted */
	enum nfs_version version;
	uint32_t server; /* host byte order */
	uint32_t source; /* our address on the way there, host byte order; 0: unknown */
	char init[256]; /* the second stage's program, seen from the root */
	char what[200]; /* is mounted: "10.0.0.1:/srv/root by NFS 4.2" */
	char lacks[256]; /* what it will miss in the second stage; may be empty */
};

/*
 * What wireroot-iscsi has to know beside the words. It reads this from its standard input and
 * writes a struct root_result to its standard output; its argument is the number of a descriptor
 * that becomes readable when its modules are loaded, or -1.
 */
struct root_request {
	struct lease lease;
	bool read_write;
	char init[256]; /* init= */
	char flags[256]; /* rootflags= */
};

/* Descriptors as in struct nfs_target. */
struct root_modules {
	int ready;
	int version_3_ready;
};

struct root_attempt {
	pid_t pid; /* 0: none under way */
	bool endless; /* it has no deadline, and nothing to tell */
	int pipe; /* the result is read from here; -1: closed */
	uint64_t began_us;
	uint64_t deadline_us;
};

/*
 * Begin: resolve the server's name, mount, find the second stage's init. @spec is complete;
 * @modules says when it may be mounted: it waits for that itself, and counts as under way.
 * Returns 0 or a negative errno with @fault.
 */
int root_attempt_start(struct root_attempt *attempt, const struct params *params,
		       const struct root_spec *spec, const struct lease *lease,
		       const struct root_modules *modules, struct fault *fault);

/* What the attempt has been waiting for is loaded: its time begins now. */
void root_attempt_restart_time(struct root_attempt *attempt);

/* The pipe is readable. Takes the result and reaps the process; unmounts what a failure left. */
void root_attempt_result(struct root_attempt *attempt, struct root_result *result);

/* The deadline has passed: end the attempt; @result says so. */
void root_attempt_cancel(struct root_attempt *attempt, const char *peer,
			 struct root_result *result);

#endif
