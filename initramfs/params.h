/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the kernel command line and of the node file, as one struct.
 */
#ifndef WIREROOT_PARAMS_H
#define WIREROOT_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "ip_param.h"
#include "root_spec.h"
#include "timeline.h"
#include "words.h"

#define PARAMS_IP_MAX	     8
#define PARAMS_VLAN_MAX	     8
#define PARAMS_UNKNOWN_MAX   8
#define PARAMS_MALFORMED_MAX 8
#define PARAMS_REPORT_PORT   8017

enum onfail {
	ONFAIL_RETRY, /* the default */
	ONFAIL_REBOOT,
	ONFAIL_SHELL,
	ONFAIL_POWEROFF,
};

struct params {
	struct ip_param ip[PARAMS_IP_MAX];
	unsigned int ip_count; /* 0: DHCP on every NIC */
	struct vlan_param vlan[PARAMS_VLAN_MAX];
	unsigned int vlan_count;
	/* ip=ibft or rd.iscsi.firmware: without any ip= or vlan=, the firmware's table says them.
	 */
	bool firmware_network;
	bool has_bootif;
	uint8_t bootif[6]; /* BOOTIF= */
	struct root_spec root;
	/* root= of a kind that is not ours (root=/dev/sda1), for the message; ->root is empty then.
	 */
	char root_unsupported[64];
	enum nfs_version root_version; /* by the words of ->root alone; ->root has the upshot */
	enum nfs_version root_type_version; /* rootfstype=nfs4: the least of the three */
	enum nfs_version root_flags_version; /* by rootflags=: the last word */
	char root_flags[256]; /* rootflags= without the version, behind ->root's options */
	bool read_write; /* rw; the kernel's default is ro, the last of ro and rw wins */
	char init[256]; /* init=, begins with '/'; empty: /sbin/init and its fall-backs */
	char host_name[65]; /* wireroot.hostname=, else the first host name field of an ip= */
	bool host_name_given; /* by wireroot.hostname= */
	uint32_t dns[LEASE_SERVERS_MAX]; /* nameserver= (dracut), filled from the front */
	bool overlay; /* wireroot.overlay=tmpfs[:SIZE], or a disk, or off */
	bool overlay_on_disk; /* LABEL=…, UUID=…, PARTUUID=…, /dev/…: wireroot-iscsi mounts it */
	char overlay_size[16]; /* as tmpfs's size=: "50%", "512m"; empty: its default */
	char discover[128]; /* wireroot.discover=URL: report there instead of mounting a root */
	bool swap; /* a wireroot.swap word is there: wireroot-swap reads them */
	enum onfail onfail; /* wireroot.onfail= */
	bool has_break;
	enum stage break_stage; /* wireroot.break=STAGE: a shell before it; never params or lease */
	uint32_t report_address; /* wireroot.report=ADDRESS[:PORT], or off; 0: nobody to tell */
	uint16_t report_port;
	unsigned int timeout_s; /* wireroot.timeout=: for link, lease, root each; 0: the init's
				   default */
	bool debug; /* wireroot.debug[=0|1]: say every step on the console */
	/* modprobe.blacklist= and rd.driver.blacklist= of all sources: names with '_' and commas.
	 */
	char blacklist[256];
	/* Words that begin with wireroot. and that nobody knows; reported, never fatal. */
	const char *unknown[PARAMS_UNKNOWN_MAX];
	unsigned int unknown_count;
	unsigned int unknown_more; /* how many were there besides */
	/* What is wrong with each malformed word of the source that was applied last. */
	struct fault malformed[PARAMS_MALFORMED_MAX];
	unsigned int malformed_count;
	unsigned int malformed_more;
};

/* All defaults: DHCP everywhere, read-only root, retry for ever. */
void params_init(struct params *params);

/*
 * Take in @words of one source; ->unknown points into their text. The kernel command line outranks
 * the node file: take the node file in first, then the command line. Within a source the last word
 * of a kind wins, but ip= (one for each interface), vlan= and nameserver= add up within a source
 * and replace those of a lower one as a whole. The words of the root: a root= or netroot= of a
 * higher source replaces all that a lower one said, except that root=/dev/nfs, or an nfsroot=
 * alone, builds on it. netroot= outranks root=, and nfsroot= both, in one source.
 * A malformed word of ours is skipped, with an entry in ->malformed; the others still count.
 * Returns 0, or -EINVAL and the first such entry as @fault.
 */
int params_apply(struct params *params, const struct words *words, struct fault *fault);

/*
 * Lay over @lease what the parameters state for its interface: @ip (NULL for none), its server,
 * gateway, netmask, DNS and NTP servers and MTU; nameserver= where @ip names no DNS server. A
 * netmask that nobody gave becomes that of the address's class. server_id stays that of DHCP.
 */
void params_override_lease(const struct params *params, const struct ip_param *ip,
			   struct lease *lease);

/*
 * The module options that "NAME.option=value" words give to module @name ('-' equals '_'), with
 * blanks between and values with blanks in quotes, as finit_module(2) wants them. Returns 0, or
 * -E2BIG when they don't fit; then @options holds those that do.
 */
int params_module_options(const struct words *words, const char *name, char *options,
			  unsigned int options_bytes);

#endif
