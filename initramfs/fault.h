/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What went wrong, in the terms of the person who has to mend it.
 *
 * The first function that knows the story fills a struct fault in and returns a negative errno;
 * everything above passes both on, and one place prints it. Nobody prints and also returns.
 */
#ifndef WIREROOT_FAULT_H
#define WIREROOT_FAULT_H

struct fault {
	int error; /* positive errno; 0 while there is no fault */
	char doing[96]; /* what was being done: "mount NFS 4.2 root" */
	char peer[96]; /* with whom or on what: "10.0.0.1:/srv/root", "eth0"; may be empty */
	char hint[160]; /* what usually mends it; may be empty */
};

/* The longest line that fault_line() writes, with its NUL. */
#define FAULT_LINE_BYTES 448

/*
 * Fill @fault in. @error is a negative or positive errno. @hint may be NULL.
 * Returns -|@error|, so that a caller can say `return fault_set(...)`.
 */
int fault_set(struct fault *fault, int error, const char *doing, const char *peer,
	      const char *hint);

/*
 * Write "DOING: PEER: ERROR TEXT (errno N); HINT" to @line, without a newline; control characters
 * from peers become '?'. Returns @line.
 */
char *fault_line(const struct fault *fault, char line[static FAULT_LINE_BYTES]);

#endif
