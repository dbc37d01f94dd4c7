/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an unknown machine reports of itself: the JSON that wireroot-discover sends to wirerootd and
 * that wirerootd hands on to `wireroot discover`.
 *
 *	{ "mac": "52:54:00:12:34:56",        of the interface that it reports by
 *	  "macs": [ … ],                     of all its Ethernet interfaces, this one among them
 *	  "cpu": "…", "cpus": 8, "memory_kib": 16318464,
 *	  "vendor": "…", "product": "…", "serial": "…", "uuid": "…",   by DMI; "" where unknown
 *	  "modaliases": [ … ],               of its devices
 *	  "shown": "waiting" }               what its screen says, as the last answer had it
 *
 * Pure. Anyone can send such a report: what passes has printable ASCII of limited length only.
 */
#ifndef WIREROOT_MACHINE_H
#define WIREROOT_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initramfs/fault.h"

#define MACHINE_REPORT_BYTES   65536
#define MACHINE_MACS_MAX       32
#define MACHINE_TEXT_BYTES     96
#define MACHINE_MODALIASES_MAX 2048
#define MACHINE_MODALIAS_BYTES 256
/* "adopting NAME" */
#define MACHINE_SHOWN_BYTES 96

struct machine {
	uint8_t macs[MACHINE_MACS_MAX][6]; /* the first is the one that it reports by */
	unsigned int mac_count;
	char cpu[MACHINE_TEXT_BYTES];
	unsigned int cpus;
	uint64_t memory_kib;
	char vendor[MACHINE_TEXT_BYTES], product[MACHINE_TEXT_BYTES];
	char serial[MACHINE_TEXT_BYTES], uuid[MACHINE_TEXT_BYTES];
	char *modaliases; /* owned: one a line */
	char shown[MACHINE_SHOWN_BYTES];
};

/* Read a report. 0, or -EINVAL or -ENOMEM with @fault. machine_free() after success. */
int machine_parse(const char *text, size_t length, struct machine *machine, struct fault *fault);
int machine_from_json(const json_t *json, struct machine *machine, struct fault *fault);

/* A new reference, or NULL when memory ran out. */
json_t *machine_to_json(const struct machine *machine);

bool machine_has_mac(const struct machine *machine, const uint8_t mac[static 6]);

/* "2 × Intel … 2.4 GHz, 1.9 GiB, Dell R740, serial 123", for people; without a line break. */
#define MACHINE_SUMMARY_BYTES 512
char *machine_summary(const struct machine *machine, char text[static MACHINE_SUMMARY_BYTES]);

void machine_free(struct machine *machine);

#endif
