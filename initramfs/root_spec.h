/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the root file system is: one struct for every spelling in use.
 *
 * Sources of the spellings: the kernel's Documentation/admin-guide/nfs/nfsroot.rst,
 * dracut.cmdline(7), RFC 2132 section 3.19 (root-path) and what DHCP servers send in practice.
 */
#ifndef WIREROOT_ROOT_SPEC_H
#define WIREROOT_ROOT_SPEC_H

#include <stdbool.h>

#include "fault.h"
#include "lease.h"

enum nfs_version { /* 0: try 4.2, 4.1, 4.0 and 3 in turn */
		   NFS_ANY = 0,
		   NFS_3 = 30,
		   NFS_4_ANY = 4, /* 4.2, 4.1, 4.0 in turn */
		   NFS_4_0 = 40,
		   NFS_4_1 = 41,
		   NFS_4_2 = 42,
};

struct root_spec {
	bool given; /* false: nothing known yet; the rest but ->version is zero */
	bool iscsi; /* on iSCSI disks: wireroot-iscsi knows where, the rest means nothing */
	bool from_dhcp; /* root=dhcp, or root=/dev/nfs without path: the lease's root-path decides
			 */
	enum nfs_version version;
	char server[254]; /* IPv4 address in text, or DNS name; empty: from the lease */
	char path[256]; /* export, begins with '/'; may hold %s (host name or address, nfsroot.rst)
			 */
	char options[256]; /* NFS mount options with commas, without vers=; later ones win */
};

/*
 * Parse the value of root=, nfsroot= or netroot= (@value, without the name and "=").
 * Forms: `/dev/nfs`, `dhcp`, `nfs`, `nfs4`, `nfs:[SERVER:]/PATH[:OPTIONS|,OPTIONS]`, `nfs4:…`,
 * `SERVER:/PATH[,OPTIONS]`, and, for nfsroot= only (@is_nfsroot), `/PATH` without a server and
 * initramfs-tools' `auto`, which means dhcp.
 * Merges into *@spec: `root=/dev/nfs nfsroot=…` and `root=nfs4: nfsroot=…` combine. A value with a
 * path replaces path and options, the server where it names one, the version where it states one.
 * vers=, nfsvers=, v3, v4, v4.1, v4.2, minorversion= in the options become ->version.
 * Returns 0; -EINVAL with @fault filled in; -ENOENT when @value is not an NFS root at all
 * (root=/dev/sda1). *@spec is untouched when it fails.
 */
int root_spec_parse(const char *value, bool is_nfsroot, struct root_spec *spec,
		    struct fault *fault);

/*
 * Add NFS mount options (rootflags=) behind those that *@spec has; a version among them wins.
 * Returns 0, or -EINVAL with @fault filled in and *@spec untouched.
 */
int root_spec_add_options(struct root_spec *spec, const char *options, struct fault *fault);

/*
 * Fill in what the command line left open from a lease: the server in the order explicit, in the
 * root-path, siaddr (never option 54); the path and options from the root-path in any form in use
 * (`/path`, `IP:/path`, `/path,opts`, `nfs:IP:/path[:opts]`, `nfs4:…`); %s in the path becomes
 * @host_name, else the lease's host name, else the address. A @spec that was never given is taken
 * for root=dhcp. A root-path is not looked at when server and path are explicit. One that begins
 * with `iscsi:` makes the root an iSCSI one, which needs nothing more here.
 * Returns 0 and a complete *@result, -ENODATA with @fault (says which piece is missing and where it
 * can come from), or -EINVAL.
 */
int root_spec_complete(const struct root_spec *spec, const struct lease *lease,
		       const char *host_name, struct root_spec *result, struct fault *fault);

/* "4.2" … "3"; "4" for any of 4. */
const char *nfs_version_name(enum nfs_version version);

#endif
