/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to wait for an answer before asking again: RFC 2131, 4.1, with a quicker start.
 */
#ifndef WIREROOT_BACKOFF_H
#define WIREROOT_BACKOFF_H

#include <stdint.h>

/*
 * Milliseconds to wait behind try number @attempt (from 0): 1, 2, 4 ... 64 s, each a little more or
 * less as @random, a fresh random word, has it: a quarter of the time, but at most 1 s.
 */
uint32_t backoff_delay_ms(unsigned int attempt, uint32_t random);

#endif
