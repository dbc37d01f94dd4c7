/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lvs(8) and vgs(8) report with --reportformat json --units b --nosuffix. Pure.
 */
#ifndef WIREROOT_LVM_REPORT_H
#define WIREROOT_LVM_REPORT_H

#include "tools/storage/storage.h"

/* The columns that lvm_read_volumes() wants, for lvs -o. */
#define LVM_VOLUME_COLUMNS                                                                         \
	"lv_name,lv_size,lv_attr,pool_lv,origin,data_percent,metadata_percent,lv_metadata_size,"   \
	"lv_tags"
/* The same of lvm_read_group(), for vgs -o. */
#define LVM_GROUP_COLUMNS "vg_name,vg_size,vg_free"

/* Before a volume's name in its group, as CLUSTER_VOLUME_DEVICE has it. */
#define LVM_PREFIX "wr-"

/* Of a volume that we made: whole or not, and of a golden one, its file system. */
#define LVM_TAG_READY	    "wireroot.ready"
#define LVM_TAG_UNFINISHED  "wireroot.unfinished"
#define LVM_TAG_FILE_SYSTEM "wireroot.fs."
/* Behind it stands a UUID: of a golden volume's file system, and the same of a clone that is
 * unfinished while its own file system has that one. */
#define LVM_TAG_UUID  "wireroot.uuid."
#define LVM_TAG_CLONE "wireroot.unfinished-with."

/*
 * A clone with LVM_TAG_CLONE is VOLUME_READY here: its file system is not looked at.
 *
 * The volumes whose names begin with LVM_PREFIX, without that, and with @pool, unless it is NULL,
 * how full that is: -ENOENT when there is no such thin pool. 0, -EBADMSG or -ENOMEM with @fault.
 */
int lvm_read_volumes(const char *text, size_t length, const char *pool,
		     struct storage_status *status, struct fault *fault);

/* How full a group is. */
int lvm_read_group(const char *text, size_t length, struct storage_space *space,
		   struct fault *fault);

/*
 * Does the group's metadata @backup, as vgcfgbackup(8) writes it, say that the pool has yet to be
 * told to make the thin volume @name? Then there is nothing in it, and LVM cannot activate it. A
 * message of the pool's, lib/metadata/thin_manip.c of LVM.
 */
bool lvm_is_yet_to_be_made(const char *backup, const char *name);

#endif
