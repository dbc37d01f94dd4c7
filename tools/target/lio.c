// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets of LIO, the kernel's own, by its tree in configfs.
 *
 *	core/iblock_0/OBJECT/                   a disk: udev_path, enable, wwn/vpd_unit_serial
 *	iscsi/TARGET/tpgt_1/                    enable
 *	    attrib/                             authentication, generate_node_acls …
 *	    lun/lun_1/disk                      -> core/iblock_0/OBJECT
 *	    np/ADDRESS:PORT/                    a portal
 *	    acls/INITIATOR/                     auth/userid …
 *	        lun_1/disk                      -> iscsi/TARGET/tpgt_1/lun/lun_1
 *
 * The group is enabled last of all: LIO lets nobody in to one that is not, so that an offer that
 * was cut off is an orphan that cannot be logged in to, and the next offer or withdrawal of its
 * name clears it away, however much of it there is. To take a target away, it is disabled first.
 * Between the look for sessions and that, a node may log in; it is thrown out and finds no target.
 *
 * The disks' objects are shared by targets with the same disk, and go with the last of them.
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
#include <sys/stat.h>
#include <unistd.h>

#include "tools/target/configfs.h"
#include "tools/target/lio_text.h"
#include "userspace/lib/text.h"

#define ROOT "/sys/kernel/config/target"
#define LUN  "lun_1" /* TARGET_LUN */
#define LINK "disk"

/* A page, as attributes have. */
#define ATTRIBUTE_BYTES 4097

/* What is being done, for faults. */
struct work {
	const char *root;
	const char *doing, *name;
	const struct log *log; /* may be NULL */
	struct fault *fault;
};

struct place {
	char path[PATH_MAX];
};

static struct work begin(const struct target_server *server, const char *doing, const char *name,
			 struct fault *fault)
{
	return (struct work){ server->configfs ? server->configfs : ROOT, doing, name, server->log,
			      fault };
}

/* A path below the root; one that is too long leads nowhere, which whoever uses it is told. */
static struct place at(const struct work *work, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static struct place at(const struct work *work, const char *format, ...)
{
	struct place place;
	va_list values;
	int head = snprintf(place.path, sizeof(place.path), "%s/", work->root), tail = -1;

	va_start(values, format);
	if (head < (int)sizeof(place.path))
		tail = vsnprintf(place.path + head, sizeof(place.path) - (size_t)head, format,
				 values);
	va_end(values);
	if (tail < 0 || head + tail >= (int)sizeof(place.path))
		*place.path = '\0';
	return place;
}

/* @error, if it is one, with its story: which file or directory of LIO's. */
static int tell(const struct work *work, int error, const struct place *place)
{
	const char *below = place->path + strlen(work->root);
	char hint[sizeof(work->fault->hint)];

	if (!error)
		return 0;
	snprintf(hint, sizeof(hint), "LIO refuses %.140s", *place->path ? below : "a long name");
	return fault_set(work->fault, error, work->doing, work->name, hint);
}

static int make_dir(const struct work *work, struct place place)
{
	return tell(work, configfs_make_dir(place.path), &place);
}

static int write_value(const struct work *work, struct place place, const char *value)
{
	return tell(work, configfs_write(place.path, value), &place);
}

static int link_to(const struct work *work, struct place target, struct place place)
{
	return tell(work, configfs_link(target.path, place.path), &place);
}

/* --- disks ------------------------------------------------------------------------------------ */

static bool is_file(const char *disk)
{
	struct stat status;

	return stat(disk, &status) == 0 && S_ISREG(status.st_mode);
}

/* Where the object of the disk is. */
static struct place object_at(const struct work *work, const struct target_offer *offer)
{
	char name[TARGET_OBJECT_BYTES];

	target_object_name(offer->disk, offer->serial, name);
	return at(work, "core/%s/%s", is_file(offer->disk) ? "fileio_0" : "iblock_0", name);
}

/* The attribute @name of what is at @place. */
static struct place attribute(const struct place *place, const char *name)
{
	struct place attribute;

	if (snprintf(attribute.path, sizeof(attribute.path), "%s/%s", place->path, name) >=
	    (int)sizeof(attribute.path))
		*attribute.path = '\0';
	return attribute;
}

static bool has_value(const struct place *place, const char *name, const char *value)
{
	char text[ATTRIBUTE_BYTES];
	struct place path = attribute(place, name);

	return configfs_read(path.path, text, sizeof(text)) == 0 && !strcmp(text, value);
}

/* How LIO is to open the disk; files have to be told with their size. */
static int describe_disk(const struct work *work, const char *disk, char *control, size_t bytes)
{
	struct stat status;
	int length;

	if (stat(disk, &status) < 0)
		return fault_set(work->fault, errno, work->doing, disk, NULL);
	if (S_ISREG(status.st_mode))
		length = snprintf(control, bytes, "fd_dev_name=%s,fd_dev_size=%lld", disk,
				  (long long)status.st_size);
	else
		length = snprintf(control, bytes, "udev_path=%s", disk);
	return length < (int)bytes ? 0
				   : fault_set(work->fault, ENAMETOOLONG, work->doing, disk, NULL);
}

/*
 * The object of the disk, made unless it is there and in order. One that was cut off is in nobody's
 * use.
 */
static int add_object(const struct work *work, const struct target_offer *offer)
{
	struct place object = object_at(work, offer);
	char control[PATH_MAX + 64];
	int error;

	if (has_value(&object, "udev_path", offer->disk) && has_value(&object, "enable", "1"))
		return 0;
	configfs_remove_dir(object.path);
	error = describe_disk(work, offer->disk, control, sizeof(control));
	if (!error)
		error = make_dir(
			work, at(work, "core/%s", is_file(offer->disk) ? "fileio_0" : "iblock_0"));
	if (!error)
		error = make_dir(work, object);
	if (!error)
		error = write_value(work, attribute(&object, "control"), control);
	if (!error)
		error = write_value(work, attribute(&object, "udev_path"), offer->disk);
	if (!error)
		error = write_value(work, attribute(&object, "wwn/vpd_unit_serial"), offer->serial);
	if (!error)
		error = write_value(work, attribute(&object, "enable"), "1");
	/* So that nodes can give space back; not every disk can. */
	if (!error)
		configfs_write(attribute(&object, "attrib/emulate_tpu").path, "1");
	/* Swap discards only on what says that it does not rotate. */
	if (!error && offer->memory)
		error = write_value(work, attribute(&object, "attrib/is_nonrot"), "1");
	return error;
}

/* --- taking away ------------------------------------------------------------------------------ */

typedef int (*visit)(const struct work *work, const struct place *place);

/* Do @visit for whatever is in the directory @place; that it is not there is no mistake. */
static int for_each(const struct work *work, const struct place *place, visit visit)
{
	struct configfs_names names;
	int error = configfs_names(place->path, &names);

	if (error)
		return error == -ENOENT ? 0 : tell(work, error, place);
	for (size_t i = 0; !error && i < names.count; i++) {
		struct place inside = attribute(place, names.names[i]);

		error = visit(work, &inside);
	}
	configfs_names_free(&names);
	return error;
}

static int remove_dir(const struct work *work, const struct place *place)
{
	return tell(work, configfs_remove_dir(place->path), place);
}

static int remove_link(const struct work *work, const struct place *place)
{
	if (!configfs_is_link(place->path))
		return 0;
	return tell(work, configfs_unlink(place->path), place);
}

/* A LUN, of the group or of an initiator. */
static int remove_lun(const struct work *work, const struct place *place)
{
	const char *name = strrchr(place->path, '/') + 1;
	int error;

	if (strncmp(name, "lun_", 4) != 0)
		return 0;
	error = for_each(work, place, remove_link);
	return error ? error : remove_dir(work, place);
}

static int remove_initiator(const struct work *work, const struct place *place)
{
	int error;

	if (!configfs_is_dir(place->path))
		return 0;
	error = for_each(work, place, remove_lun);
	return error ? error : remove_dir(work, place);
}

static int remove_portal(const struct work *work, const struct place *place)
{
	return configfs_is_dir(place->path) ? remove_dir(work, place) : 0;
}

/* From the outside to the inside, so that LIO has no reason to refuse. */
static int remove_group(const struct work *work, const struct place *group)
{
	struct place acls = attribute(group, "acls"), luns = attribute(group, "lun");
	struct place portals = attribute(group, "np"), enable = attribute(group, "enable");
	int error;

	if (!configfs_is_dir(group->path) || strncmp(strrchr(group->path, '/'), "/tpgt_", 6) != 0)
		return 0;
	error = has_value(group, "enable", "0") ? 0 : write_value(work, enable, "0");
	if (!error)
		error = for_each(work, &acls, remove_initiator);
	if (!error)
		error = for_each(work, &portals, remove_portal);
	if (!error)
		error = for_each(work, &luns, remove_lun);
	return error ? error : remove_dir(work, group);
}

static int remove_target(const struct work *work, const char *name)
{
	struct place target = at(work, "iscsi/%s", name);
	int error;

	if (!configfs_is_dir(target.path))
		return 0;
	error = for_each(work, &target, remove_group);
	return error ? error : remove_dir(work, &target);
}

/* As target_object_name() calls them: others use the same server, and their disks are their own. */
static bool is_our_object(const char *name)
{
	const char *dash = strrchr(name, '-');

	return !strncmp(name, TARGET_OBJECT_PREFIX, strlen(TARGET_OBJECT_PREFIX)) &&
	       strlen(dash + 1) == 8 && strspn(dash + 1, "0123456789abcdef") == 8;
}

/* LIO refuses while a target has it. */
static int sweep_object(const struct work *work, const struct place *place)
{
	int error = 0;

	if (configfs_is_dir(place->path) && is_our_object(strrchr(place->path, '/') + 1))
		error = configfs_remove_dir(place->path);
	return error == -EBUSY ? 0 : tell(work, error, place);
}

/*
 * Disks that no target has any more, be it that whoever took the target away was cut off. As long
 * as there is an object, the disk is in use.
 */
static int sweep_objects(const struct work *work)
{
	struct place files = at(work, "core/fileio_0"), devices = at(work, "core/iblock_0");
	int error = for_each(work, &files, sweep_object);

	return error ? error : for_each(work, &devices, sweep_object);
}

/* --- making ----------------------------------------------------------------------------------- */

/* Nobody but those whom we name; by what they can prove, where there are accounts. */
static int set_attributes(const struct work *work, const struct target_offer *offer)
{
	static const char *const values[][2] = {
		{ "generate_node_acls", "0" },
		{ "demo_mode_write_protect", "1" },
	};
	int error =
		write_value(work, at(work, "iscsi/%s/tpgt_1/attrib/authentication", offer->name),
			    offer->in.user ? "1" : "0");

	for (size_t i = 0; !error && i < sizeof(values) / sizeof(values[0]); i++)
		error = write_value(
			work, at(work, "iscsi/%s/tpgt_1/attrib/%s", offer->name, values[i][0]),
			values[i][1]);
	return error;
}

static int add_lun(const struct work *work, const struct target_offer *offer)
{
	int error = make_dir(work, at(work, "iscsi/%s/tpgt_1/lun/" LUN, offer->name));

	if (error)
		return error;
	return link_to(work, object_at(work, offer),
		       at(work, "iscsi/%s/tpgt_1/lun/" LUN "/" LINK, offer->name));
}

static int open_portal(const struct work *work, const char *target,
		       const struct iscsi_portal *portal)
{
	char text[ISCSI_PORTAL_TEXT_BYTES], peer[sizeof(work->fault->peer)];
	struct place place =
		at(work, "iscsi/%s/tpgt_1/np/%s", target, iscsi_portal_text(portal, text));
	int error = configfs_make_dir(place.path);

	if (!error)
		return 0;
	snprintf(peer, sizeof(peer), "%s of %.60s", text, target);
	return fault_set(work->fault, error, "open portal", peer,
			 "LIO refuses it; does another program listen there?");
}

/*
 * A portal that cannot be opened must not keep nodes from the others: all are tried. *@open of them
 * are there; the fault is that of the last that is not. One whose address the server does not have
 * is open: LIO waits for the address to come (IP_FREEBIND).
 */
static int add_portals(const struct work *work, const struct target_offer *offer, size_t *open)
{
	const struct iscsi_portal all = { 0, ISCSI_PORTAL_PORT };
	const struct iscsi_portal *portals = offer->portal_count ? offer->portals : &all;
	size_t count = offer->portal_count ? offer->portal_count : 1;
	int error = 0;

	*open = 0;
	for (size_t i = 0; i < count; i++) {
		int outcome = open_portal(work, offer->name, &portals[i]);

		*open += !outcome;
		if (outcome)
			error = outcome;
	}
	return error;
}

static int set_accounts(const struct work *work, const struct target_offer *offer)
{
	const struct {
		const char *attribute, *value;
	} values[] = {
		{ "userid", offer->in.user },
		{ "password", offer->in.secret },
		{ "userid_mutual", offer->out.user },
		{ "password_mutual", offer->out.secret },
	};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(values) / sizeof(values[0]); i++)
		if (offer->in.user && values[i].value)
			error = write_value(work,
					    at(work, "iscsi/%s/tpgt_1/acls/%s/auth/%s", offer->name,
					       offer->initiator, values[i].attribute),
					    values[i].value);
	return error;
}

static int add_initiator(const struct work *work, const struct target_offer *offer)
{
	struct place acl = at(work, "iscsi/%s/tpgt_1/acls/%s", offer->name, offer->initiator);
	struct place lun = attribute(&acl, LUN);
	int error = make_dir(work, acl);

	if (!error)
		error = set_accounts(work, offer);
	if (!error)
		error = make_dir(work, lun);
	if (!error)
		error = link_to(work, at(work, "iscsi/%s/tpgt_1/lun/" LUN, offer->name),
				attribute(&lun, LINK));
	return error ? error
		     : write_value(work, attribute(&lun, "write_protect"),
				   offer->read_write ? "0" : "1");
}

static int make_target(const struct work *work, const struct target_offer *offer)
{
	int error = add_object(work, offer), closed = 0;
	size_t open;

	if (!error)
		error = make_dir(work, at(work, "iscsi/%s", offer->name));
	if (!error)
		error = make_dir(work, at(work, "iscsi/%s/tpgt_1", offer->name));
	if (!error)
		error = set_attributes(work, offer);
	if (!error)
		error = add_lun(work, offer);
	if (!error)
		error = add_initiator(work, offer);
	if (!error)
		closed = add_portals(work, offer, &open);
	if (error || (closed && !open))
		return error ? error : closed;
	error = write_value(work, at(work, "iscsi/%s/tpgt_1/enable", offer->name), "1");
	return error ? error : closed;
}

/* --- looking ---------------------------------------------------------------------------------- */

/* Where the link of the target's LUN leads to, below the root. */
static bool find_object(const struct work *work, const char *name, char *object, size_t bytes)
{
	struct place lun = at(work, "iscsi/%s/tpgt_1/lun/" LUN, name);
	struct configfs_names names;
	bool found = false;

	if (configfs_names(lun.path, &names))
		return false;
	for (size_t i = 0; !found && i < names.count; i++) {
		struct place link = attribute(&lun, names.names[i]);
		char target[PATH_MAX];
		ssize_t length = readlink(link.path, target, sizeof(target) - 1);
		char *core;

		if (length < 0)
			continue;
		target[length] = '\0';
		core = strstr(target, "/core/");
		found = core && snprintf(object, bytes, "%s", core + 1) < (int)bytes;
	}
	configfs_names_free(&names);
	return found;
}

static int read_initiator(const struct work *work, struct target_list *list, const char *name,
			  const char *initiator)
{
	struct target *target = &list->targets[list->count - 1];
	struct place acl = at(work, "iscsi/%s/tpgt_1/acls/%s", name, initiator);
	struct target_session session = { 0 }, *added;
	char info[ATTRIBUTE_BYTES];

	target->read_write |= has_value(&acl, LUN "/write_protect", "0");
	if (configfs_read(attribute(&acl, "info").path, info, sizeof(info)) ||
	    !lio_read_session(info, &session))
		return 0;
	snprintf(session.target, sizeof(session.target), "%s", target->name);
	target->sessions++;
	added = target_list_add_session(list);
	if (!added)
		return fault_set(work->fault, ENOMEM, work->doing, name, NULL);
	*added = session;
	return 0;
}

static int read_initiators(const struct work *work, struct target_list *list, const char *name)
{
	struct place acls = at(work, "iscsi/%s/tpgt_1/acls", name);
	struct configfs_names names;
	int error = configfs_names(acls.path, &names);

	if (error)
		return error == -ENOENT ? 0 : tell(work, error, &acls);
	for (size_t i = 0; !error && i < names.count; i++)
		error = read_initiator(work, list, name, names.names[i]);
	configfs_names_free(&names);
	return error;
}

/* "iqn.…" and whatever other forms of names there are; not "discovery_auth" and its like. */
static bool is_target(const struct work *work, const char *name)
{
	struct place place = at(work, "iscsi/%s", name);

	return strchr(name, '.') && strlen(name) < TARGET_NAME_BYTES && configfs_is_dir(place.path);
}

/* Names of portals, parted by blanks. */
static int read_portals(const struct work *work, struct target *target)
{
	struct place place = at(work, "iscsi/%s/tpgt_1/np", target->name);
	struct configfs_names names;
	struct text text = { 0 };
	int error = configfs_names(place.path, &names);

	if (error)
		return error == -ENOENT ? 0 : tell(work, error, &place);
	for (size_t i = 0; i < names.count; i++)
		text_printf(&text, "%s%s", i ? " " : "", names.names[i]);
	configfs_names_free(&names);
	if (text.error) {
		text_free(&text);
		return fault_set(work->fault, ENOMEM, work->doing, target->name, NULL);
	}
	target->portals = text.data;
	return 0;
}

static int read_target(const struct work *work, struct target_list *list, const char *name)
{
	struct place group = at(work, "iscsi/%s/tpgt_1", name);
	struct target *target;
	char object[PATH_MAX], disk[ATTRIBUTE_BYTES];
	int error;

	if (!is_target(work, name))
		return 0;
	target = target_list_add(list);
	if (!target)
		return fault_set(work->fault, ENOMEM, work->doing, name, NULL);
	snprintf(target->name, sizeof(target->name), "%s", name);
	target->open = has_value(&group, "enable", "1");
	if (find_object(work, name, object, sizeof(object)) &&
	    !configfs_read(at(work, "%s/udev_path", object).path, disk, sizeof(disk))) {
		target->disk = strdup(disk);
		if (!target->disk)
			return fault_set(work->fault, ENOMEM, work->doing, name, NULL);
	}
	error = read_portals(work, target);
	return error ? error : read_initiators(work, list, name);
}

static int read_targets(const struct work *work, struct target_list *list)
{
	struct place place = at(work, "iscsi");
	struct configfs_names names;
	int error = configfs_names(place.path, &names);

	if (error)
		return error == -ENOENT ? 0 : tell(work, error, &place);
	for (size_t i = 0; !error && i < names.count; i++)
		error = read_target(work, list, names.names[i]);
	configfs_names_free(&names);
	return error;
}

/* --- the operations --------------------------------------------------------------------------- */

/* One at a time: between looking and doing nobody else of ours may do. The fd, or -errno. */
static int lock(const struct work *work)
{
	int fd = open(work->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return fault_set(work->fault, errno, "find LIO at", work->root,
				 "`modprobe target_core_mod`, with configfs mounted");
	while (flock(fd, LOCK_EX) < 0) {
		error = errno;
		if (error == EINTR)
			continue;
		close(fd);
		return fault_set(work->fault, error, "lock LIO at", work->root, NULL);
	}
	return fd;
}

/*
 * Take away what there is of the name @name, and what nobody has. -EBUSY: it is in use, unless
 * sessions are to be ended, which LIO does when the group is disabled.
 */
static int clear(const struct work *work, const struct target_list *list, const char *name,
		 bool force)
{
	const struct target *target = target_find(list, name);
	int error;

	if (target && target->sessions && !force)
		return target_refuse_busy(list, name, work->fault);
	error = remove_target(work, name);
	return error ? error : sweep_objects(work);
}

/* Is the offer's initiator let in, and nobody else? */
static bool is_for(const struct work *work, const struct target_offer *offer)
{
	struct configfs_names names;
	bool only;

	if (configfs_names(at(work, "iscsi/%s/tpgt_1/acls", offer->name).path, &names))
		return false;
	only = names.count == 1 && !strcmp(names.names[0], offer->initiator);
	configfs_names_free(&names);
	return only;
}

/* Are its accounts as @offer has them, too? */
static bool has_accounts(const struct work *work, const struct target_offer *offer)
{
	struct place group = at(work, "iscsi/%s/tpgt_1", offer->name);
	struct place auth = at(work, "iscsi/%s/tpgt_1/acls/%s/auth", offer->name, offer->initiator);
	const struct target_account *in = &offer->in, *out = &offer->out;

	if (!has_value(&group, "attrib/authentication", in->user ? "1" : "0"))
		return false;
	return !in->user ||
	       (has_value(&auth, "userid", in->user) && has_value(&auth, "password", in->secret) &&
		has_value(&auth, "userid_mutual", out->user ? out->user : "") &&
		has_value(&auth, "password_mutual", out->user ? out->secret : ""));
}

/* Close the portal called @name, unless it is one of @offer's or may be somebody's way to his disk.
 */
static int close_portal(const struct work *work, const struct target *target,
			const struct target_offer *offer, const char *name)
{
	struct place place = at(work, "iscsi/%s/tpgt_1/np/%s", offer->name, name);
	struct iscsi_portal portal;

	if (!configfs_is_dir(place.path) ||
	    (iscsi_portal_parse(name, &portal) &&
	     iscsi_portal_is_among(&portal, offer->portals, offer->portal_count)))
		return 0;
	if (!target->sessions)
		return remove_dir(work, &place);
	if (work->log)
		log_line(work->log, LOG_LEVEL_NOTICE,
			 "portal %s of %s stays open while a node is logged in; restore once more "
			 "when it is off",
			 name, offer->name);
	return 0;
}

/* New ones first, so that there is always one; old ones stay where a new one cannot be had. */
static int change_portals(const struct work *work, const struct target *target,
			  const struct target_offer *offer)
{
	struct place portals = at(work, "iscsi/%s/tpgt_1/np", offer->name);
	struct configfs_names names;
	size_t open;
	int error;

	if (!offer->portal_count) /* where others are, or were */
		return 0;
	error = add_portals(work, offer, &open);
	if (error)
		return error;
	error = configfs_names(portals.path, &names);
	if (error)
		return tell(work, error, &portals);
	for (size_t i = 0; !error && i < names.count; i++)
		error = close_portal(work, target, offer, names.names[i]);
	configfs_names_free(&names);
	return error;
}

/*
 * What is the same stays but for its portals, and so does what is in use; that gets its new
 * accounts, for next time.
 */
static int renew(const struct work *work, const struct target_list *list,
		 const struct target_offer *offer)
{
	const struct target *target = target_find(list, offer->name);
	int error = 0;

	if (target && target_fits(target, offer) && is_for(work, offer)) {
		bool same = has_accounts(work, offer);

		if (!same && target->sessions)
			error = set_attributes(work, offer);
		if (!error && !same && target->sessions)
			error = set_accounts(work, offer);
		if (error)
			return error;
		if (same || target->sessions)
			return change_portals(work, target, offer);
	}
	error = clear(work, list, offer->name, false);
	return error ? error : make_target(work, offer);
}

static int offer_locked(const struct work *work, const struct target_offer *offer)
{
	struct target_list list = { 0 };
	/* The kernel loads the module for iSCSI when this is made. */
	int error = make_dir(work, at(work, "iscsi"));

	if (!error)
		error = read_targets(work, &list);
	if (!error)
		error = renew(work, &list, offer);
	target_list_free(&list);
	return error;
}

static int offer(const struct target_server *server, const struct target_offer *offer,
		 struct fault *fault)
{
	struct work work = begin(server, "offer iSCSI target", offer->name, fault);
	int fd, error;

	if (access(offer->disk, offer->read_write ? R_OK | W_OK : R_OK) < 0)
		return fault_set(fault, errno, "offer disk", offer->disk, NULL);
	fd = lock(&work);
	error = fd < 0 ? fd : offer_locked(&work, offer);
	if (fd >= 0)
		close(fd);
	return error;
}

static int take_away_locked(const struct work *work, const char *name, bool force)
{
	struct target_list list = { 0 };
	int error = read_targets(work, &list);

	if (!error)
		error = clear(work, &list, name, force);
	target_list_free(&list);
	return error;
}

static int take_away(const struct target_server *server, const char *name, bool force,
		     struct fault *fault)
{
	struct work work = begin(server, "withdraw iSCSI target", name, fault);
	int fd = lock(&work);
	int error = fd < 0 ? fd : take_away_locked(&work, name, force);

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

static int list_targets(const struct target_server *server, struct target_list *list,
			struct fault *fault)
{
	struct work work = begin(server, "list iSCSI targets", "", fault);

	return read_targets(&work, list);
}

const struct target_operations target_lio = {
	.name = "lio",
	.offer = offer,
	.withdraw = withdraw,
	.drop = drop,
	.list = list_targets,
};
