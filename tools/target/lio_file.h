/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file lio.json of a generation: LIO's targets of one server, as offers.
 *
 * It is what targetctl(8) of rtslib-fb restores, too, but that would first throw everybody out:
 * here, what stays the same stays, and nodes keep their disks.
 */
#ifndef WIREROOT_LIO_FILE_H
#define WIREROOT_LIO_FILE_H

#include <jansson.h>

#include "tools/target/target.h"
#include "userspace/lib/log.h"

/* Begin with { 0 }; lio_file_free() in any case. */
struct lio_file {
	struct target_offer *offers;
	struct iscsi_portal *portals; /* ISCSI_PORTALS_MAX for each offer */
	size_t count;
	const char
		*prefix; /* of the names of all targets that were ever in such a file: "iqn.…:" */
	json_t *json; /* has the texts */
};

/*
 * Read such a file, as Wireroot writes it and nobody else: what means nothing to it is refused.
 * Pure. @name is for faults, which show no secrets. 0, -EINVAL or -ENOMEM with @fault.
 */
int lio_file_parse(const char *text, size_t length, const char *name, struct lio_file *file,
		   struct fault *fault);

/*
 * Offer all targets of @file, and withdraw those with its prefix that are not in it. Targets that
 * cannot be had (their disk is missing, a node is logged in to them) are told to @log, and the
 * first of them is the result.
 */
int lio_file_restore(const struct lio_file *file, const struct target_server *server,
		     const struct log *log, struct fault *fault);

/* Withdraw all targets with its prefix; those that are in use stay, and are told to @log. */
int lio_file_withdraw(const struct lio_file *file, const struct target_server *server,
		      const struct log *log, struct fault *fault);

void lio_file_free(struct lio_file *file);

#endif
