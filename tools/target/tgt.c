// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets of a running tgtd, by its control program tgtadm.
 *
 * An offer is made in the order target, disk, accounts, and who may log in last of all: tgt lets
 * nobody in to a target without that, so that what is cut off before is no more than a name. tgtd
 * itself refuses to delete a target that somebody is logged in to.
 *
 * Of a node's address and the name of its initiator, tgt is content with one. A name is what
 * anybody may claim; so it is the address where the node has one, and the name only where not.
 *
 * tgtadm takes secrets as arguments, as tgt-admin gives them, too: for the moment in which it runs,
 * users of this host can see them unless /proc is mounted with hidepid.
 */
#include "tools/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "initramfs/value.h"
#include "tools/target/tgt_text.h"
#include "userspace/lib/spawn.h"
#include "userspace/lib/text.h"

/* Beside tgtd's own socket, so that it is there while tgtd is. */
#define LOCK_FORMAT "/run/tgtd/wireroot.%u.lock"

#define WORDS_MAX 24

/* One run of tgtadm. */
struct call {
	const char *words[WORDS_MAX + 1];
	size_t count;
	char port[16], id[16];
};

static struct call call_begin(const struct target_server *server)
{
	struct call call = { .count = 0 };

	call.words[call.count++] = "tgtadm";
	snprintf(call.port, sizeof(call.port), "%u", server->control_port);
	return call;
}

/* Add @words, NULL-terminated. */
static void call_add(struct call *call, const char *const *words)
{
	while (*words && call->count < WORDS_MAX)
		call->words[call->count++] = *words++;
}

/* Run tgtadm with @words; @id: for the target of that number, unless 0. */
static int run(const struct target_server *server, unsigned int id, const char *const *words,
	       struct text *output, struct fault *fault)
{
	struct call call = call_begin(server);
	struct text ignored = { 0 };
	int error;

	call_add(&call, (const char *const[]){ "-C", call.port, "--lld", "iscsi", NULL });
	call_add(&call, words);
	snprintf(call.id, sizeof(call.id), "%u", id);
	if (id)
		call_add(&call, (const char *const[]){ "--tid", call.id, NULL });
	error = spawn_capture(call.words, output ? output : &ignored, fault);
	text_free(&ignored);
	return error;
}

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static int show(const struct target_server *server, const char *mode, struct text *text,
		struct fault *fault)
{
	int error = run(server, 0, WORDS("--op", "show", "--mode", mode), text, fault);

	if (error == -EIO && strstr(fault->hint, "tgt daemon"))
		snprintf(fault->hint, sizeof(fault->hint),
			 "tgtd does not answer; `systemctl start tgt`");
	return error;
}

static int list_targets(const struct target_server *server, struct target_list *list,
			struct fault *fault)
{
	struct text text = { 0 };
	int error = show(server, "target", &text, fault);

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
	struct fault ignored;

	if (user)
		run(server, 0, WORDS("--op", "delete", "--mode", "account", "--user", user), NULL,
		    &ignored);
}

/* An account of this name may be left from an offer that was cut off, or with an old secret. */
static int add_account(const struct target_server *server, unsigned int id,
		       const struct target_account *account, bool out, struct fault *fault)
{
	int error;

	delete_account(server, account->user);
	error = run(server, 0,
		    WORDS("--op", "new", "--mode", "account", "--user", account->user, "--password",
			  account->secret),
		    NULL, fault);
	if (error)
		return error;
	return run(server, id,
		   WORDS("--op", "bind", "--mode", "account", "--user", account->user,
			 out ? "--outgoing" : NULL),
		   NULL, fault);
}

static int add_disk(const struct target_server *server, unsigned int id,
		    const struct target_offer *offer, struct fault *fault)
{
	char parameters[128], serial[TARGET_TGT_SERIAL_BYTES];
	int error = run(server, id,
			WORDS("--op", "new", "--mode", "logicalunit", "--lun", "1",
			      "--backing-store", offer->disk),
			NULL, fault);

	if (error)
		return error;
	target_tgt_serial(offer->serial, serial);
	/* Swap discards only on what says that it does not rotate: rate 1, SBC-3 section 6.6.2. */
	snprintf(parameters, sizeof(parameters), "scsi_id=%s,scsi_sn=%s%s%s", serial, serial,
		 offer->read_write ? "" : ",readonly=1",
		 offer->memory ? ",thin_provisioning=1,rotation_rate=1" : "");
	return run(server, id,
		   WORDS("--op", "update", "--mode", "logicalunit", "--lun", "1", "--params",
			 parameters),
		   NULL, fault);
}

static int open_portal(const struct target_server *server, const struct iscsi_portal *portal,
		       struct fault *fault)
{
	char word[sizeof("portal=") + ISCSI_PORTAL_TEXT_BYTES] = "portal=";
	const char *text = iscsi_portal_text(portal, word + strlen("portal="));
	struct fault story;
	int error = run(server, 0, WORDS("--op", "new", "--mode", "portal", "--param", word), NULL,
			&story);

	if (!error)
		return 0;
	/* tgtadm says no more than that it did not work. */
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
	int error = count ? show(server, "portal", &there, fault) : 0, first = error;

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

/* Whom @offer lets in, as tgt lists it; *@option says to tgtadm what it is. */
static const char *whom(const struct target_offer *offer, char address[static IPV4_TEXT_BYTES],
			const char **option)
{
	*option = offer->address ? "--initiator-address" : "--initiator-name";
	return offer->address ? value_ipv4_text(offer->address, address) : offer->initiator;
}

static int let_in(const struct target_server *server, unsigned int id,
		  const struct target_offer *offer, struct fault *fault)
{
	char address[IPV4_TEXT_BYTES];
	const char *option, *node = whom(offer, address, &option);

	return run(server, id, WORDS("--op", "bind", "--mode", "target", option, node), NULL,
		   fault);
}

static int shut_out(const struct target_server *server, unsigned int id, const char *node,
		    struct fault *fault)
{
	/* RFC 7143 section 4.2.7.2: a name begins with one of these. */
	bool name =
		!strncmp(node, "iqn.", 4) || !strncmp(node, "eui.", 4) || !strncmp(node, "naa.", 4);

	return run(server, id,
		   WORDS("--op", "unbind", "--mode", "target",
			 name ? "--initiator-name" : "--initiator-address", node),
		   NULL, fault);
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
	const char *option, *node = whom(offer, address, &option);
	const char *rest = target->admitted ? target->admitted : "";
	int error = is_admitted(target, node) ? 0 : let_in(server, target->id, offer, fault);

	while (!error && next_word(&rest, word))
		if (strcmp(word, node) != 0)
			error = shut_out(server, target->id, word, fault);
	return error;
}

/*
 * With its accounts, each NULL when there is none. tgtd refuses while somebody is logged in, unless
 * it is told to throw them out.
 */
static int delete_target(const struct target_server *server, unsigned int id, bool force,
			 const char *in, const char *out, struct fault *fault)
{
	struct fault ignored;
	int error;

	/* tgtd deletes no disk with commands under way: let there be no new ones. */
	if (force)
		run(server, id,
		    WORDS("--op", "update", "--mode", "target", "--name", "state", "-v", "offline"),
		    NULL, &ignored);
	error = run(server, id,
		    WORDS("--op", "delete", "--mode", "target", force ? "--force" : NULL), NULL,
		    fault);

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
	struct fault ignored;
	int error = run(server, id,
			WORDS("--op", "new", "--mode", "target", "--targetname", offer->name), NULL,
			fault);

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
