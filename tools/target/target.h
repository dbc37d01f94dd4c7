/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iSCSI targets of a server that runs: one for each disk that a node logs in to, made and taken
 * away while others are in use. tgt by its control program, LIO by configfs; both behind one table
 * of operations.
 *
 * Offering is atomic in effect: what an interrupted offer leaves behind lets nobody in, and the
 * next offer or withdrawal of the same name clears it away. A target that somebody is logged in to
 * stays. For the next login, tgt changes who is let in to it; LIO gives it new accounts, and
 * further portals, but takes none away, since it does not tell which one a node uses. Functions
 * return 0 or -errno with @fault filled in.
 */
#ifndef WIREROOT_TARGET_H
#define WIREROOT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"
#include "userspace/lib/iscsi_portal.h"
#include "userspace/lib/log.h"

#define TARGET_LUN 1 /* of the disk; tgt has a controller of its own at 0 */

/* RFC 7143 section 4.2.7.2: a name has 223 bytes at most. */
#define TARGET_NAME_BYTES 224

/* Who proves to be whom: the user's name and its secret. */
struct target_account {
	const char *user; /* NULL: nobody has to prove anything */
	const char *secret;
};

/* A disk for one node. */
struct target_offer {
	const char *name; /* of the target: "iqn.2026-11.example.demo:n01" */
	const char *initiator; /* the name of the only one that may log in */
	uint32_t address; /* that it comes from, host byte order; 0: not known */
	const char *disk; /* block device, or a file */
	bool read_write;
	const char *serial; /* a UUID, by which nodes find the disk below /dev/disk/by-id/ */
	bool memory; /* the disk is memory: it does not rotate, and what is discarded is freed */
	struct target_account in; /* the node's, by which it proves itself (CHAP) */
	struct target_account out; /* the target's; only beside @in (mutual CHAP) */
	const struct iscsi_portal *portals; /* where it is offered; none: where others are */
	size_t portal_count;
};

struct target {
	char name[TARGET_NAME_BYTES];
	char *disk; /* NULL: none; an offer that was interrupted */
	char *in, *out; /* users of its accounts; NULL: none */
	char *admitted; /* tgt: addresses and names that may log in, blanks between; NULL: none */
	char *portals; /* LIO: "10.0.0.1:3260 10.1.0.1:3260"; NULL: where tgtd listens */
	bool open; /* somebody may log in: the offer was completed */
	bool read_write;
	unsigned int sessions;
	unsigned int id; /* tgt's number; 0 with LIO */
};

struct target_session {
	char target[TARGET_NAME_BYTES];
	char initiator[TARGET_NAME_BYTES];
	char address[48]; /* as the target writes it; may be empty */
};

/* Begin with { 0 }; target_list_free() in any case. */
struct target_list {
	struct target *targets;
	size_t count, capacity;
	struct target_session *sessions;
	size_t session_count, session_capacity;
};

struct target_server;

struct target_operations {
	const char *name; /* "tgt" */
	/*
	 * Let @offer's node log in. A target of this name that is another one is made anew when
	 * nobody is logged in to it; with sessions, it is 0 when it has the same disk, else -EBUSY.
	 * Another node's name is refused so by LIO, too, where the session hangs on it.
	 * -ENOENT: the disk is missing. A portal that cannot be opened is told of, too, but only
	 * when there is no other one does it keep the node from its disk.
	 */
	int (*offer)(const struct target_server *server, const struct target_offer *offer,
		     struct fault *fault);
	/* Take the target @name away. -EBUSY while a node is logged in; 0 when there is none. */
	int (*withdraw)(const struct target_server *server, const char *name, struct fault *fault);
	/*
	 * Take the target @name away though somebody is logged in, who is known to be off and has
	 * not said goodbye, or to have moved elsewhere; a running node would lose its disk. It may
	 * fail while commands are under way, and is to be repeated then.
	 */
	int (*drop)(const struct target_server *server, const char *name, struct fault *fault);
	/* All targets, whoever made them, and their sessions; unfinished ones among them. */
	int (*list)(const struct target_server *server, struct target_list *list,
		    struct fault *fault);
};

/* Which server; everything but @operations may be 0. */
struct target_server {
	const struct target_operations *operations;
	unsigned int control_port; /* tgt: which tgtd of this host, as tgtd -C has it */
	const char *configfs; /* LIO: where its tree is; NULL: /sys/kernel/config/target */
	const struct log *log; /* of what stays otherwise than asked for; NULL: not told */
};

extern const struct target_operations target_tgt, target_lio;

/*
 * Let the tgtd of @server listen at the @count portals of @portals, too; its portals are those of
 * all of its targets. All are tried, and the first that it cannot have is the fault.
 */
int target_tgt_listen(const struct target_server *server, const struct iscsi_portal *portals,
		      size_t count, struct fault *fault);

/* tgt has room for 16 characters: the first of @uuid, without its dashes. */
#define TARGET_TGT_SERIAL_BYTES 17
char *target_tgt_serial(const char *uuid, char serial[static TARGET_TGT_SERIAL_BYTES]);

/*
 * What LIO calls a disk: the last part of its path, for people, and digits that make it unique. The
 * prefix says whose it is from the moment in which it is made, which nothing else in LIO does.
 */
#define TARGET_OBJECT_PREFIX "wireroot-"
#define TARGET_OBJECT_BYTES  288
char *target_object_name(const char *disk, const char *uuid, char name[static TARGET_OBJECT_BYTES]);

/* Shorthands. */
int target_offer(const struct target_server *server, const struct target_offer *offer,
		 struct fault *fault);
int target_withdraw(const struct target_server *server, const char *name, struct fault *fault);
int target_list(const struct target_server *server, struct target_list *list, struct fault *fault);

/* How many are logged in to the target @name; 0 when there is no such target. */
int target_sessions(const struct target_server *server, const char *name, unsigned int *count,
		    struct fault *fault);

/* -EBUSY with @fault when one of the server's targets, in use or not, has the disk @disk. */
int target_refuse_offered(const struct target_server *server, const char *disk,
			  struct fault *fault);

/* NULL when there is none. */
const struct target *target_find(const struct target_list *list, const char *name);

/* Is @target complete and what @offer asks for, as far as lists tell? */
bool target_fits(const struct target *target, const struct target_offer *offer);

/* Room for one more, filled with 0; NULL when memory ran out. For those who fill lists. */
struct target *target_list_add(struct target_list *list);
struct target_session *target_list_add_session(struct target_list *list);
void target_list_free(struct target_list *list);

/* -EBUSY with a @fault that names who is logged in to @name. */
int target_refuse_busy(const struct target_list *list, const char *name, struct fault *fault);

#endif
