// SPDX-License-Identifier: GPL-2.0-only
/* Taking over what the initrd or an earlier life of the borrower has attached. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/lib/fs.h"
#include "userspace/memory/borrow/borrower.h"

static int adopt(struct borrower *borrower, const char *id, struct fault *fault)
{
	char path[MEMBER_PATH_BYTES + GRANT_ID_BYTES + 1];
	struct grant grant;
	struct loan *loan;
	size_t length;
	char *text;
	int error;

	snprintf(path, sizeof(path), "%s/%s", borrower->options->directory, id);
	error = fs_read_file(path, GRANT_TEXT_BYTES, &text, &length, fault);
	if (error)
		return error;
	error = grant_parse(text, length, &grant, fault);
	explicit_bzero(text, length);
	free(text);
	loan = error ? NULL : borrower_add(borrower, &grant);
	if (!loan)
		return error;
	loan->state = LOAN_ATTACHED;
	/* What somebody began and did not end is of no use to anybody. */
	loan->wanted_back = !borrower->mode->adopt(borrower->options, &loan->grant);
	log_line(borrower->log, LOG_LEVEL_NOTICE, "%s %llu MiB of %s%s%s",
		 loan->wanted_back ? "clearing away" : "taking over",
		 (unsigned long long)grant.bytes >> 20, grant.lender, grant.swap[0] ? " on " : "",
		 grant.swap);
	return 0;
}

int adopt_all(struct borrower *borrower, struct fault *fault)
{
	DIR *directory = opendir(borrower->options->directory);
	struct dirent *entry;

	if (!directory && errno != ENOENT)
		return fault_set(fault, errno, "look for what is attached",
				 borrower->options->directory, NULL);
	while (directory && (entry = readdir(directory)))
		/* One that cannot be read hides none of the others. */
		if (grant_id_is_valid(entry->d_name) && adopt(borrower, entry->d_name, fault))
			log_fault(borrower->log, fault);
	if (directory)
		closedir(directory);
	return 0;
}
