/* SPDX-License-Identifier: GPL-2.0-only */
/* The digests of CHAP, computed by the kernel (AF_ALG, modules af_alg and algif_hash). */
#ifndef WIREROOT_CHAP_H
#define WIREROOT_CHAP_H

#include "iscsi_login.h"

/* The algorithms that this kernel has: a bit 1 << enum chap_algorithm for each. */
unsigned int chap_algorithms(void);

/* A chap_digest; @context is not used. */
int chap_kernel_digest(void *context, enum chap_algorithm algorithm, const uint8_t *data,
		       size_t length, uint8_t digest[static ISCSI_DIGEST_BYTES]);

#endif
