// SPDX-License-Identifier: GPL-2.0-only
/* Messages of the device mapper; mapper_text.h has the contract. */
#include <stdio.h>
#include <string.h>

#include "mapper_text.h"

void mapper_message_init(union mapper_message *message, const char *name, uint32_t flags)
{
	struct dm_ioctl *header = &message->header;

	memset(message, 0, sizeof(*message));
	/* 4.0.0 is what every kernel of the last 15 years takes: it asks for its own or an older
	 * one.
	 */
	header->version[0] = 4;
	header->data_size = sizeof(*message);
	header->data_start = sizeof(*header);
	/* The kernel wipes its own copy of a message that holds a key. */
	header->flags = flags | DM_SECURE_DATA_FLAG;
	strncpy(header->name, name, sizeof(header->name) - 1);
}

/*
 * The table's line, as in the kernel's Documentation/admin-guide/device-mapper/dm-crypt.rst.
 * allow_discards: pages that are freed go back to their lender, which learns from that which pages
 * are free, and no more. Without the work queues a page is encrypted where it is handed in and
 * decrypted where it arrives: with swap, somebody waits for just that page.
 */
bool mapper_message_crypt(union mapper_message *message, uint64_t sectors,
			  const uint8_t key[static MAPPER_KEY_BYTES], const char *device,
			  bool large)
{
	struct dm_target_spec *target =
		(struct dm_target_spec *)(message->bytes + sizeof(struct dm_ioctl));
	char *line = (char *)(target + 1);
	size_t room = MAPPER_MESSAGE_BYTES - sizeof(struct dm_ioctl) - sizeof(*target);
	char key_text[2 * MAPPER_KEY_BYTES + 1];
	int length;

	for (size_t i = 0; i < MAPPER_KEY_BYTES; i++)
		snprintf(key_text + 2 * i, 3, "%02x", key[i]);
	length = snprintf(line, room,
			  "aes-xts-plain64 %s 0 %s 0 %d allow_discards no_read_workqueue "
			  "no_write_workqueue%s",
			  key_text, device, large ? 5 : 3,
			  large ? " sector_size:4096 iv_large_sectors" : "");
	wipe(key_text, sizeof(key_text));
	if (length < 0 || (size_t)length >= room)
		return false;
	target->sector_start = 0;
	target->length = sectors;
	strcpy(target->target_type, "crypt");
	target->next = (uint32_t)(sizeof(*target) + ((size_t)length + 8) / 8 * 8);
	message->header.target_count = 1;
	return true;
}

/* The kernel's huge_encode_dev(). */
unsigned int mapper_minor(uint64_t device)
{
	return (unsigned int)((device & 0xff) | ((device >> 12) & 0xfff00));
}

void wipe(void *secret, size_t length)
{
	volatile uint8_t *byte = secret;

	while (length--)
		*byte++ = 0;
}
