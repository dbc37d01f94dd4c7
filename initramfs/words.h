/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Splitting a kernel command line or a node file into words.
 *
 * Quotes are those of the kernel (lib/cmdline.c next_arg()): a double quote anywhere protects
 * blanks, and quotes around the whole word or around the value alone are taken off. Words behind a
 * bare `--` on the kernel command line belong to the second stage's init and end the list.
 */
#ifndef WIREROOT_WORDS_H
#define WIREROOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

#define WORDS_MAX      256
#define NODE_FILE_PATH "/etc/wireroot/node.conf"

struct words {
	unsigned int count;
	char *word[WORDS_MAX]; /* point into the text that was split */
};

/*
 * Take the next word of @text, NUL-terminated and without its quotes; *@word is NULL when there is
 * none. *@unclosed tells of a quote without its partner. Returns where the rest begins.
 */
char *words_next(char *text, char **word, bool *unclosed);

/* Append @word to *@words. Returns 0, or -E2BIG with @fault filled in. */
int words_add(struct words *words, char *word, struct fault *fault);

/*
 * Split @text in place; words are appended to *@words. Returns 0, -E2BIG for too many words, or
 * -EINVAL for a quote that is never closed (the rest is then one word, as in the kernel).
 */
int words_split(char *text, struct words *words, struct fault *fault);

/*
 * Split the node file in place: the same words, one to a line, with '#' comments, also behind a
 * word, and empty lines. @text holds @length bytes and room for a NUL behind them. @name is used in
 * messages. Control characters, a line with two words, an unclosed quote, `--`: -EINVAL with the
 * line's number in @fault, and nothing of the file counts.
 */
int node_file_split(char *text, size_t length, const char *name, struct words *words,
		    struct fault *fault);

#endif
