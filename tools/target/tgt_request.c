// SPDX-License-Identifier: GPL-2.0-only
/* The heads of requests to tgtd and of its answers; see tgt_request.h. */
#include "tools/target/tgt_request.h"

#include <errno.h>
#include <string.h>

#define DRIVER_BYTES 64

/* struct tgtadm_req */
struct head {
	uint32_t mode, operation;
	char driver[DRIVER_BYTES];
	uint32_t length;
	int32_t target;
	uint64_t session, lun;
	uint32_t connection, host, device_type, direction, pack, force;
};

/* struct tgtadm_rsp */
struct answer {
	uint32_t error, length;
};

_Static_assert(sizeof(struct head) == TGT_REQUEST_BYTES, "the head is as tgtd has it");
_Static_assert(sizeof(struct answer) == TGT_ANSWER_BYTES, "the answer is as tgtd has it");

size_t tgt_request_write(const struct tgt_request *request, uint8_t head[static TGT_REQUEST_BYTES])
{
	size_t text_bytes = request->text ? strlen(request->text) + 1 : 0;
	struct head fields = {
		.mode = request->mode,
		.operation = request->operation,
		.driver = "iscsi",
		.length = (uint32_t)(sizeof(fields) + text_bytes),
		.target = request->target ? (int32_t)request->target : -1,
		.lun = request->mode == TGT_DISK ? request->lun : UINT64_MAX,
		.direction = request->outgoing,
		.force = request->force,
	};

	if (text_bytes > TGT_TEXT_BYTES_MAX)
		return 0;
	memcpy(head, &fields, sizeof(fields));
	return fields.length;
}

static const char *story_of(uint32_t error)
{
	static const char *const stories[] = {
		[1] = "unknown error; its log says more",
		[2] = "out of memory",
		[3] = "it was built without iSCSI",
		[4] = "there is no such target",
		[5] = "there is no such LUN",
		[8] = "that was not let in",
		[9] = "there is a target of this number or name",
		[10] = "there is such a LUN",
		[12] = "that is let in already",
		[13] = "that was not let in",
		[14] = "there is such an account",
		[15] = "there is no such account",
		[16] = "there are too many accounts",
		[17] = "the request makes no sense to it",
		[18] = "the target has an account of its own already",
		[19] = "somebody is logged in to the target",
		[20] = "the LUN is in use",
		[22] = "it cannot do that",
		[23] = "it does not know one of the parameters",
		[24] = "the disk is held fast by an initiator",
	};

	if (error >= sizeof(stories) / sizeof(stories[0]) || !stories[error])
		return "it refuses; its log says why";
	return stories[error];
}

int tgt_answer_read(const uint8_t head[static TGT_ANSWER_BYTES], size_t *text_bytes,
		    struct fault *fault)
{
	struct answer answer;

	memcpy(&answer, head, sizeof(answer));
	if (answer.error)
		return fault_set(fault, EIO, "tell tgtd what to do", "", story_of(answer.error));
	if (answer.length < sizeof(answer) || answer.length > TGT_ANSWER_BYTES_MAX)
		return fault_set(fault, EBADMSG, "tell tgtd what to do", "",
				 "its answer has a wrong length");
	*text_bytes = answer.length - sizeof(answer);
	return 0;
}
