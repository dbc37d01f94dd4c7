/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the kernel command line and of the node file, as one struct.
 */
#ifndef WIREROOT_PARAMS_H
#define WIREROOT_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "lease.h"
#include "root_spec.h"
#include "timeline.h"
#include "words.h"

#define PARAMS_IP_MAX	   8
#define PARAMS_VLAN_MAX	   8
#define PARAMS_UNKNOWN_MAX 8
#define INTERFACE_NAME_BYTES 16 /* IFNAMSIZ */

enum ip_method {
	IP_DHCP,   /* dhcp, on, any; `bootp`, `rarp`, `both` are refused: they are other protocols */
	IP_STATIC, /* address given, method none, off, static or empty */
	IP_OFF,	   /* no address and method none or off: leave the interface alone */
};

/* One ip= word (nfsroot.rst; dracut.cmdline(7)). */
struct ip_param {
	enum ip_method method;
	char interface[INTERFACE_NAME_BYTES]; /* empty: every NIC */
	uint8_t mac[6];			      /* dracut's trailing :MAC, or all zero */
	struct lease fixed; /* address, netmask (derived from the class or prefix when empty), routes[0] gateway,
			     * server_id and next_server (the server field), host_name, dns, ntp, mtu */
};

/* vlan=NAME:PARENT, or one implied by an interface named PARENT.ID in ip=. */
struct vlan_param {
	char name[INTERFACE_NAME_BYTES];
	char parent[INTERFACE_NAME_BYTES];
	uint16_t id; /* 1 to 4094, from the name: vlan5, vlan0005, eth0.5, eth0.0005 */
};

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
	bool has_bootif;
	uint8_t bootif[6];	/* BOOTIF=01-52-54-… or 52:54:… */
	struct root_spec root;
	char root_unsupported[64]; /* root= of a kind that is not ours (root=/dev/sda1), for the message */
	char root_flags[256];	/* rootflags= */
	bool read_write;	/* rw; the kernel's default is ro, the last of ro and rw wins */
	char init[256];		/* init=; empty: /sbin/init and its usual fall-backs */
	char host_name[65];	/* wireroot.hostname=, else the ip= host name field */
	uint32_t dns[LEASE_SERVERS_MAX];   /* nameserver= (dracut) */
	bool overlay;		/* wireroot.overlay=tmpfs[:SIZE] */
	char overlay_size[16];	/* as tmpfs's size=: "50%", "512m"; empty: tmpfs's default */
	enum onfail onfail;	/* wireroot.onfail= */
	bool has_break;
	enum stage break_stage;	/* wireroot.break=STAGE: a shell before that stage */
	uint32_t report_address; /* wireroot.report=ADDRESS[:PORT]; 0: nobody to tell */
	uint16_t report_port;	/* default 8017 */
	unsigned int timeout_s;	/* wireroot.timeout=SECONDS for link, lease and root each; 0: for ever */
	bool debug;		/* wireroot.debug: say every step on the console */
	char blacklist[256];	/* modprobe.blacklist= and rd.driver.blacklist=, names with commas */
	/* Words that begin with wireroot. and that nobody knows; reported, never fatal. */
	const char *unknown[PARAMS_UNKNOWN_MAX];
	unsigned int unknown_count;
};

/* All defaults: DHCP everywhere, read-only root, retry for ever. */
void params_init(struct params *params);

/*
 * Take in @words of one source. The kernel command line outranks the node file: take the node file in first,
 * then the command line. Within a source the last word of a kind wins, but ip=, vlan= and nameserver= of a
 * higher source replace those of the lower one as a whole and add up within their own.
 * A malformed word of ours fills in the first @fault and is skipped; the others still count.
 * Returns 0, or -EINVAL when at least one word was malformed.
 */
int params_apply(struct params *params, const struct words *words, struct fault *fault);

/* The module options that "NAME.option=value" words give to module @name ('-' equals '_'), with blanks between. */
int params_module_options(const struct words *words, const char *name, char *options,
			  unsigned int options_bytes);

#endif
