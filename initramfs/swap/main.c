// SPDX-License-Identifier: GPL-2.0-only
/*
 * wireroot-swap: attaches a neighbour's memory as swap, and detaches it.
 *
 *	boot	the swap that the node's words ask for; the init runs this, and reads a struct
 *		fault, all zero for success, from its output
 *	attach	a grant, given as lines on standard input; writes it, completed
 *	detach	what is noted in /run/wireroot/memory, or a grant that is given as lines
 *	mend	the connection to such a grant's lender, which broke
 *
 * The last three are for wireroot-borrow, and for whoever has to lend it a hand. Static and small:
 *it runs in the initrd, and where there is no memory left for more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../sys.h"
#include "../value.h"
#include "attach.h"
#include "boot.h"
#include "give_back.h"
#include "mapper_text.h"
#include "mend.h"
#include "status.h"

#define WITHIN_MAX_S 86400

static int fail(const struct fault *fault)
{
	char line[FAULT_LINE_BYTES];

	fprintf(stderr, "wireroot-swap: %s\n", fault_line(fault, line));
	return fault->error == ENOMEM ? SWAP_NO_MEMORY : SWAP_FAILED;
}

static int run_boot(void)
{
	struct fault fault = { 0 };

	if (swap_boot(&fault) == 0)
		memset(&fault, 0, sizeof(fault));
	return write_all(STDOUT_FILENO, &fault, sizeof(fault)) < 0;
}

static int read_grant(struct grant *grant, struct fault *fault)
{
	char text[GRANT_TEXT_BYTES];
	size_t length = 0;
	ssize_t got;
	int error;

	while (length < sizeof(text) &&
	       (got = read(STDIN_FILENO, text + length, sizeof(text) - length)) > 0)
		length += (size_t)got;
	error = grant_parse(text, length, grant, fault);
	wipe(text, sizeof(text));
	return error;
}

static int run_attach(const struct attach_options *options)
{
	char text[GRANT_TEXT_BYTES];
	struct grant grant;
	struct fault fault = { 0 };
	int error = read_grant(&grant, &fault);

	if (!error)
		error = attach(&grant, options, &fault);
	if (error)
		return fail(&fault);
	return write_all(STDOUT_FILENO, text, grant_format(&grant, text)) < 0;
}

/* Who hands in the lines tells the broker himself. */
static int detach_given(struct fault *fault)
{
	struct grant grant;
	int error = read_grant(&grant, fault);

	return error ? error : detach(&grant, fault);
}

static int run_detach_all(uint32_t within_s)
{
	struct fault fault = { 0 };

	return give_back_all(within_s, &fault) ? fail(&fault) : SWAP_DONE;
}

static int run_detach(const char *which)
{
	struct fault fault = { 0 };
	int error;

	if (!strcmp(which, "-"))
		error = detach_given(&fault);
	else
		error = give_back(which, &fault);
	return error ? fail(&fault) : SWAP_DONE;
}

static int run_mend(const char *which)
{
	struct grant grant;
	struct fault fault = { 0 };
	int error = !strcmp(which, "-") ? read_grant(&grant, &fault)
					: memory_grant_read(which, &grant, &fault);

	if (!error)
		error = mend(&grant, &fault);
	return error ? fail(&fault) : SWAP_DONE;
}

static int misused(void)
{
	fprintf(stderr, "usage: wireroot-swap boot\n"
			"       wireroot-swap attach [--priority N] [--mapping-only] < GRANT\n"
			"       wireroot-swap detach ID|- [< GRANT]\n"
			"       wireroot-swap detach --all [--within SECONDS]\n"
			"       wireroot-swap mend ID|- [< GRANT]\n"
			"see wireroot-swap(8)\n");
	return SWAP_MISUSED;
}

static int parse_attach(int count, char *words[], struct attach_options *options)
{
	uint32_t priority;

	for (int i = 0; i < count; i++) {
		if (!strcmp(words[i], "--mapping-only")) {
			options->mapping_only = true;
		} else if (!strcmp(words[i], "--priority") && i + 1 < count &&
			   value_number(words[i + 1], 32767, &priority)) {
			options->priority = (int)priority;
			i++;
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_within(int count, char *words[], uint32_t *within_s)
{
	*within_s = 0;
	if (!count)
		return 0;
	return count == 2 && !strcmp(words[0], "--within") &&
			       value_number(words[1], WITHIN_MAX_S, within_s)
		       ? 0
		       : -EINVAL;
}

int main(int argc, char *argv[])
{
	struct attach_options options = { .priority = -1 };
	uint32_t within_s;

	/* Memory is short where this is wanted: nothing of it is to wait for the swap that it
	 * moves. */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	if (argc == 2 && !strcmp(argv[1], "boot"))
		return run_boot();
	if (argc >= 2 && !strcmp(argv[1], "attach") && !parse_attach(argc - 2, argv + 2, &options))
		return run_attach(&options);
	if (argc >= 3 && !strcmp(argv[1], "detach") && !strcmp(argv[2], "--all"))
		return parse_within(argc - 3, argv + 3, &within_s) ? misused()
								   : run_detach_all(within_s);
	if (argc == 3 && !strcmp(argv[1], "detach"))
		return run_detach(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "mend"))
		return run_mend(argv[2]);
	return misused();
}
