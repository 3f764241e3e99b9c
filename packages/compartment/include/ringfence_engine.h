/* SPDX-License-Identifier: Apache-2.0 */
/* Made from packages/compartment/src/protocol/types.ts by `npm run generate`: do not edit. See PROTOCOL.md. */
#ifndef RINGFENCE_ENGINE_H
#define RINGFENCE_ENGINE_H

#include <stdint.h>

#define RF_PROTOCOL_VERSION 1
/* The channel to the agent. */
#define RF_CHANNEL 3

/* Frames from the agent. */
#define RF_TO_ENGINE_HELLO 0x01
#define RF_TO_ENGINE_STATE 0x02
#define RF_TO_ENGINE_SNAPSHOT 0x03
#define RF_TO_ENGINE_START 0x04
#define RF_TO_ENGINE_BATCH 0x05
#define RF_TO_ENGINE_PING 0x06
#define RF_TO_ENGINE_HASH_RESULT 0x07
#define RF_TO_ENGINE_STOP 0x08

/* Frames to the agent. */
#define RF_FROM_ENGINE_READY 0x81
#define RF_FROM_ENGINE_ACK 0x82
#define RF_FROM_ENGINE_FINDING 0x83
#define RF_FROM_ENGINE_PONG 0x84
#define RF_FROM_ENGINE_STATE 0x85
#define RF_FROM_ENGINE_HASH_REQUEST 0x86
#define RF_FROM_ENGINE_LOG 0x87

/* Bounds. */
#define RF_BOUND_FRAME_BYTES 1048576
#define RF_BOUND_FINDING_BYTES 65536
#define RF_BOUND_LOG_BYTES 8192
#define RF_BOUND_WINDOW 4
#define RF_BOUND_OPEN_HASHES 32
#define RF_BOUND_OPEN_PINGS 16

/* All numbers are little endian. */
struct rf_frame {
	uint32_t length; /* of the payload, which follows */
	uint8_t type;
	uint8_t flags; /* 0 */
	uint16_t reserved; /* 0 */
};

/* Records follow: see ringfence_events.h. */
struct rf_batch {
	uint64_t id;
	uint32_t count;
	uint32_t reserved;
};

struct rf_ack {
	uint64_t batch;
	uint32_t findings;
	uint32_t reserved;
};

/* JSON follows. */
struct rf_finding {
	uint64_t batch;
	uint32_t index;
	uint32_t reserved;
};

struct rf_hash_request {
	uint32_t request;
	uint32_t file; /* 0 the executable of the process, 1 the file of the record */
	uint64_t batch;
	uint32_t index;
	uint32_t reserved;
};

_Static_assert(sizeof(struct rf_frame) == 8, "rf_frame");
_Static_assert(sizeof(struct rf_batch) == 16, "rf_batch");
_Static_assert(sizeof(struct rf_ack) == 16, "rf_ack");
_Static_assert(sizeof(struct rf_finding) == 16, "rf_finding");
_Static_assert(sizeof(struct rf_hash_request) == 24, "rf_hash_request");

#endif
