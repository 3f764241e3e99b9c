import { Bound, FromEngine, PROTOCOL_VERSION, ToEngine } from '../protocol/types.ts';

/** The C header of the engine protocol: numbers and the fixed parts of payloads. */
export function engineHeader(): string {
  const defines = (prefix: string, values: Readonly<Record<string, number>>, hex: boolean): string[] =>
    Object.entries(values).map(([name, value]) => {
      const shown = hex ? `0x${value.toString(16).padStart(2, '0')}` : String(value);
      return `#define ${prefix}_${name} ${shown}`;
    });
  return `/* SPDX-License-Identifier: Apache-2.0 */
/* Made from packages/compartment/src/protocol/types.ts by \`npm run generate\`: do not edit. See PROTOCOL.md. */
#ifndef RINGFENCE_ENGINE_H
#define RINGFENCE_ENGINE_H

#include <stdint.h>

#define RF_PROTOCOL_VERSION ${PROTOCOL_VERSION}
/* The channel to the agent. */
#define RF_CHANNEL 3

/* Frames from the agent. */
${defines('RF_TO_ENGINE', ToEngine, true).join('\n')}

/* Frames to the agent. */
${defines('RF_FROM_ENGINE', FromEngine, true).join('\n')}

/* Bounds. */
${defines('RF_BOUND', Bound, false).join('\n')}

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
`;
}
