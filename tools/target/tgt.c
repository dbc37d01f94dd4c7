// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets of a running tgtd, by its control socket.
 *
 * An offer is made in the order target, disk, accounts, and who may log in last of all: tgt lets
 * nobody in to a target without that, so that what is cut off before is no more than a name. tgtd
 * itself refuses to delete a target that somebody is logged in to.
 *
 * Of a node's address and the name of its initiator, tgt is content with one. A name is what
 * anybody may claim; so it is the address where the node has one, and the name only where not.
 */
#include "tools/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "tools/target/tgt_socket.h"
#include "tools/target/tgt_text.h"
#include "userspace/lib/text.h"

/* Beside tgtd's own socket, so that it is there while tgtd is. */
#define LOCK_FORMAT "/run/tgtd/wireroot.%u.lock"

static int tell(const struct target_server *server, const struct tgt_request *request,
		struct fault *fault)
{
	return tgt_tell(server->control_port, request, NULL, fault);
}

/* The same with a text that is put together; it may have a secret in it. */
static int tell_text(const struct target_server *server, struct tgt_request request,
		     struct fault *fault, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int tell_text(const struct target_server *server, struct tgt_request request,
		     struct fault *fault, const char *format, ...)
{
	char text[PATH_MAX + 128];
	va_list values;
	int length, error;

	va_start(values, format);
	length = vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	request.text = text;
	error = length < (int)sizeof(text) ? tell(server, &request, fault)
					   : fault_set(fault, ENAMETOOLONG, "tell tgtd what to do",
						       "", "a name or a path is too long");
	explicit_bzero(text, sizeof(text));
	return error;
}

static int show(const struct target_server *server, enum tgt_mode mode, struct text *text,
		struct fault *fault)
{
	const struct tgt_request request = { .mode = mode, .operation = TGT_SHOW };

	return tgt_tell(server->control_port, &request, text, fault);
}

static int list_targets(const struct target_server *server, struct target_list *list,
			struct fault *fault)
{
	struct text text = { 0 };
	int error = show(server, TGT_TARGET, &text, fault);

	if (!error)
		error = tgt_read_targets(text_string(&text), text.length, list, fault);
	text_free(&text);
	return error;
}

/* One at a time: between looking and doing nobody else of ours may do. The fd, or -errno. */
static int lock(const struct target_server *server, struct fault *fault)
{
	char path[sizeof(LOCK_FORMAT) + 16];
	int fd, error;

	snprintf(path, sizeof(path), LOCK_FORMAT, server->control_port);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(fault, errno, "lock tgt", path,
				 errno == ENOENT   ? "tgtd does not run; `systemctl start tgt`"
				 : errno == EACCES ? "only root may change targets"
						   : NULL);
	while (flock(fd, LOCK_EX) < 0) {
		error = errno;
		if (error == EINTR)
			continue;
		close(fd);
		return fault_set(fault, error, "lock tgt", path, NULL);
	}
	return fd;
}

/* The first number that no target has. */
static unsigned int free_id(const struct target_list *list)
{
	for (unsigned int id = 1;; id++) {
		bool taken = false;

		for (size_t i = 0; !taken && i < list->count; i++)
			taken = list->targets[i].id == id;
		if (!taken)
			return id;
	}
}

/* tgt keeps accounts that no target has any more. */
static void delete_account(const struct target_server *server, const char *user)
{
	const struct tgt_request request = { .mode = TGT_ACCOUNT, .operation = TGT_DELETE };
	struct fault ignored;

	if (user)
		tell_text(server, request, &ignored, "user=%s", user);
}

/* An account of this name may be left from an offer that was cut off, or with an old secret. */
static int add_account(const struct target_server *server, unsigned int id,
		       const struct target_account *account, bool out, struct fault *fault)
{
	const struct tgt_request make = { .mode = TGT_ACCOUNT, .operation = TGT_NEW };
	const struct tgt_request give = {
		.mode = TGT_ACCOUNT, .operation = TGT_BIND, .target = id, .outgoing = out
	};
	int error;

	delete_account(server, account->user);
	error = tell_text(server, make, fault, "user=%s,password=%s", account->user,
			  account->secret);
	return error ? error : tell_text(server, give, fault, "user=%s", account->user);
}

static int add_disk(const struct target_server *server, unsigned int id,
		    const struct target_offer *offer, struct fault *fault)
{
	struct tgt_request request = {
		.mode = TGT_DISK, .operation = TGT_NEW, .target = id, .lun = TARGET_LUN
	};
	char serial[TARGET_TGT_SERIAL_BYTES];
	int error = tell_text(server, request, fault, "path=%s", offer->disk);

	if (error)
		return error;
	target_tgt_serial(offer->serial, serial);
	request.operation = TGT_UPDATE;
	/* Swap discards only on what says that it does not rotate: rate 1, SBC-3 section 6.6.2. */
	return tell_text(server, request, fault, "targetOps scsi_id=%s,scsi_sn=%s%s%s,", serial,
			 serial, offer->read_write ? "" : ",readonly=1",
			 offer->memory ? ",thin_provisioning=1,rotation_rate=1" : "");
}

static int open_portal(const struct target_server *server, const struct iscsi_portal *portal,
		       struct fault *fault)
{
	const struct tgt_request request = { .mode = TGT_PORTAL, .operation = TGT_NEW };
	char place[ISCSI_PORTAL_TEXT_BYTES];
	const char *text = iscsi_portal_text(portal, place);
	struct fault story;
	int error = tell_text(server, request, &story, "portalOps portal=%s,", text);

	if (!error)
		return 0;
	/* It says no more than that it did not work. */
	return fault_set(fault, error, "let tgtd listen at portal", text,
			 "is it an address of this server, and does nobody else listen there? "
			 "tgtd's log says more");
}

/*
 * One whose interface is down must not keep nodes from the others: all are tried. *@open of them
 * are there; the fault is that of the first that is not.
 */
static int add_portals(const struct target_server *server, const struct iscsi_portal *portals,
		       size_t count, size_t *open, struct fault *fault)
{
	struct text there = { 0 };
	struct fault story;
	int error = count ? show(server, TGT_PORTAL, &there, fault) : 0, first = error;

	*open = 0;
	for (size_t i = 0; !error && i < count; i++) {
		int outcome = 0;

		if (!tgt_has_portal(text_string(&there), there.length, &portals[i]))
			outcome = open_portal(server, &portals[i], &story);
		*open += !outcome;
		if (outcome && !first) {
			first = outcome;
			*fault = story;
		}
	}
	text_free(&there);
	return first;
}

int target_tgt_listen(const struct target_server *server, const struct iscsi_portal *portals,
		      size_t count, struct fault *fault)
{
	size_t open;
	int fd = lock(server, fault);
	int error = fd < 0 ? fd : add_portals(server, portals, count, &open, fault);

	if (fd >= 0)
		close(fd);
	return error;
}

/* Whom @offer lets in, as tgt lists it. */
static const char *whom(const struct target_offer *offer, char address[static IPV4_TEXT_BYTES])
{
	return offer->address ? value_ipv4_text(offer->address, address) : offer->initiator;
}

/* @node: its address, or its initiator's name. */
static int admit(const struct target_server *server, unsigned int id, enum tgt_operation operation,
		 const char *node, struct fault *fault)
{
	const struct tgt_request request = { .mode = TGT_TARGET,
					     .operation = operation,
					     .target = id };
	/* RFC 7143 section 4.2.7.2: a name begins with one of these. */
	bool name =
		!strncmp(node, "iqn.", 4) || !strncmp(node, "eui.", 4) || !strncmp(node, "naa.", 4);

	return tell_text(server, request, fault, "initiator-%s=%s", name ? "name" : "address",
			 node);
}

static int let_in(const struct target_server *server, unsigned int id,
		  const struct target_offer *offer, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES];

	return admit(server, id, TGT_BIND, whom(offer, address), fault);
}

/* The next of the words in *@list, which blanks part; false at their end. */
static bool next_word(const char **list, char word[static TARGET_NAME_BYTES])
{
	size_t length;

	*list += strspn(*list, " ");
	length = strcspn(*list, " ");
	snprintf(word, TARGET_NAME_BYTES, "%.*s", (int)length, *list);
	*list += length;
	return length > 0;
}

static bool is_admitted(const struct target *target, const char *node)
{
	const char *rest = target->admitted ? target->admitted : "";
	char word[TARGET_NAME_BYTES];

	while (next_word(&rest, word))
		if (!strcmp(word, node))
			return true;
	return false;
}

/*
 * Let @offer's node log in to @target from now on, and nobody else; who is logged in stays. The new
 * one comes first: cut off in between, there is still somebody who may, and the next offer goes on.
 */
static int change_admitted(const struct target_server *server, const struct target *target,
			   const struct target_offer *offer, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES], word[TARGET_NAME_BYTES];
	const char *node = whom(offer, address);
	const char *rest = target->admitted ? target->admitted : "";
	int error = is_admitted(target, node) ? 0 : let_in(server, target->id, offer, fault);

	while (!error && next_word(&rest, word))
		if (strcmp(word, node) != 0)
			error = admit(server, target->id, TGT_UNBIND, word, fault);
	return error;
}

/*
 * With its accounts, each NULL when there is none. tgtd refuses while somebody is logged in, unless
 * it is told to throw them out.
 */
static int delete_target(const struct target_server *server, unsigned int id, bool force,
			 const char *in, const char *out, struct fault *fault)
{
	const struct tgt_request stop = {
		.mode = TGT_TARGET, .operation = TGT_UPDATE, .target = id, .text = "state=offline"
	};
	const struct tgt_request delete = {
		.mode = TGT_TARGET, .operation = TGT_DELETE, .target = id, .force = force
	};
	struct fault ignored;
	int error;

	/* tgtd deletes no disk with commands under way: let there be no new ones. */
	if (force)
		tell(server, &stop, &ignored);
	error = tell(server, &delete, fault);
	if (!error) {
		delete_account(server, in);
		delete_account(server, out);
	}
	return error;
}

static int fill_target(const struct target_server *server, unsigned int id,
		       const struct target_offer *offer, struct fault *fault)
{
	int error = add_disk(server, id, offer, fault);

	if (!error && offer->in.user)
		error = add_account(server, id, &offer->in, false, fault);
	if (!error && offer->in.user && offer->out.user)
		error = add_account(server, id, &offer->out, true, fault);
	return error ? error : let_in(server, id, offer, fault);
}

/* A number that tgt-admin, which knows of no lock, has just taken is the target of somebody else.
 */
static int make_target(const struct target_server *server, unsigned int id,
		       const struct target_offer *offer, struct fault *fault)
{
	const struct tgt_request request = { .mode = TGT_TARGET,
					     .operation = TGT_NEW,
					     .target = id };
	struct fault ignored;
	int error = tell_text(server, request, fault, "targetname=%s", offer->name);

	if (error)
		return error;
	error = fill_target(server, id, offer, fault);
	if (error)
		delete_target(server, id, false, offer->in.user, offer->out.user, &ignored);
	return error;
}

/* What is of this name already makes room, unless it is in use. 1: it stays. */
static int make_room(const struct target_server *server, const struct target_list *list,
		     const struct target_offer *offer, struct fault *fault)
{
	const struct target *target = target_find(list, offer->name);
	int error;

	if (!target)
		return 0;
	if (!target->sessions)
		return delete_target(server, target->id, false, target->in, target->out, fault);
	if (!target_fits(target, offer))
		return target_refuse_busy(list, offer->name, fault);
	error = change_admitted(server, target, offer, fault);
	return error ? error : 1;
}

/* Portals come first; only where none of them can be had is nothing offered. */
static int offer_locked(const struct target_server *server, const struct target_offer *offer,
			struct fault *fault)
{
	struct target_list list = { 0 };
	unsigned int id;
	struct fault story = { 0 };
	int error = list_targets(server, &list, fault), closed = 0;
	size_t open = 0;

	if (!error)
		closed = add_portals(server, offer->portals, offer->portal_count, &open, &story);
	if (!error && closed && !open) {
		*fault = story;
		error = closed;
	}
	if (!error)
		error = make_room(server, &list, offer, fault);
	id = free_id(&list);
	target_list_free(&list);
	if (!error)
		error = make_target(server, id, offer, fault);
	if (error >= 0 && closed)
		*fault = story;
	return error < 0 ? error : closed;
}

static int offer(const struct target_server *server, const struct target_offer *offer,
		 struct fault *fault)
{
	int fd, error;

	/* tgtd would say no more than that something was wrong. */
	if (access(offer->disk, offer->read_write ? R_OK | W_OK : R_OK) < 0)
		return fault_set(fault, errno, "offer disk", offer->disk, NULL);
	fd = lock(server, fault);
	if (fd < 0)
		return fd;
	error = offer_locked(server, offer, fault);
	close(fd);
	return error;
}

static int delete_locked(const struct target_server *server, const char *name, bool force,
			 struct fault *fault)
{
	struct target_list list = { 0 };
	int error = list_targets(server, &list, fault);
	const struct target *target = error ? NULL : target_find(&list, name);

	if (target && target->sessions && !force)
		error = target_refuse_busy(&list, name, fault);
	else if (target)
		error = delete_target(server, target->id, force, target->in, target->out, fault);
	target_list_free(&list);
	return error;
}

static int take_away(const struct target_server *server, const char *name, bool force,
		     struct fault *fault)
{
	int fd = lock(server, fault);
	int error = fd < 0 ? fd : delete_locked(server, name, force, fault);

	if (fd >= 0)
		close(fd);
	return error;
}

static int withdraw(const struct target_server *server, const char *name, struct fault *fault)
{
	return take_away(server, name, false, fault);
}

static int drop(const struct target_server *server, const char *name, struct fault *fault)
{
	return take_away(server, name, true, fault);
}

const struct target_operations target_tgt = {
	.name = "tgt",
	.offer = offer,
	.withdraw = withdraw,
	.drop = drop,
	.list = list_targets,
};
