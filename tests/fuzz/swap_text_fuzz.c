/* SPDX-License-Identifier: GPL-2.0-only */
/* links: initramfs/swap/swap_spec.c initramfs/swap/grant.c initramfs/swap/broker_text.c */
/* links: initramfs/words.c initramfs/value.c initramfs/fault.c */
/* Answers of a broker, grants and words from anyone: what is taken is whole, and comes back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs/swap/broker_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_grant(const char *text, size_t size)
{
	char formatted[GRANT_TEXT_BYTES];
	struct grant grant, again;
	struct fault fault;

	if (grant_parse(text, size, &grant, &fault) < 0)
		return;
	if (!grant_id_is_valid(grant.id) || !grant.port || !grant.address || !grant.secret[0])
		abort();
	if (grant_parse(formatted, grant_format(&grant, formatted), &again, &fault) < 0 ||
	    strcmp(grant.iqn, again.iqn) != 0 || grant.bytes != again.bytes)
		abort();
}

static void look_at_member(const char *text, size_t size)
{
	struct swap_spec spec;
	struct fault fault;

	if (swap_spec_read_member(&spec, text, size, &fault) == 0 &&
	    (!spec.broker || !spec.port || !spec.member[0] || !spec.token[0]))
		abort();
}

static void look_at_words(const char *text, size_t size)
{
	char *copy = malloc(size + 1);
	struct swap_spec spec = { 0 };
	struct words words = { 0 };
	struct fault fault;

	memcpy(copy, text, size);
	copy[size] = '\0';
	(void)words_split(copy, &words, &fault);
	(void)swap_spec_apply(&spec, &words, &fault);
	if (strpbrk(spec.token, "\r\n \"") || strpbrk(spec.member, "/\"\\\r\n"))
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct broker_answer answer;

	look_at_grant(text, size);
	look_at_words(text, size);
	look_at_member(text, size);
	if (broker_answer_parse(text, size, &answer)) {
		(void)broker_largest(&answer);
		look_at_grant(answer.body, answer.length);
	}
	return 0;
}
