/*
 * An engine in C for a Ringfence compartment: reports programs started from a folder that anyone may write to,
 * with the program's SHA-256, for which it asks the agent.
 *
 *   cc -O2 -Wall -I../include -o engine engine.c
 *   ringfence engine test engine
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ringfence_engine.h"
#include "ringfence_events.h"

static const char ready[] =
	"{\"protocol\":1,\"engine\":\"example-c\",\"version\":\"1.0.0\","
	"\"subscriptions\":[{\"class\":\"process_start\",\"fields\":[\"process.pid\",\"process.path\"]}],"
	"\"rules\":{\"loaded\":1,\"skipped\":[],\"unfed\":[]}}";

static struct { struct rf_frame head; unsigned char payload[RF_BOUND_FRAME_BYTES]; } frame;
/* Batches wait here: the agent sends at most RF_BOUND_WINDOW before it gets an acknowledgement. */
static unsigned char kept[RF_BOUND_WINDOW][RF_BOUND_FRAME_BYTES] __attribute__((aligned(8)));
static uint32_t kept_length[RF_BOUND_WINDOW];
static unsigned kept_first, kept_count;

/* Reads exactly this much; the end of the channel is the end of the engine. */
static void get(void *to, size_t length)
{
	for (unsigned char *at = to; length > 0;) {
		ssize_t got = read(RF_CHANNEL, at, length);
		if (got <= 0)
			exit(0);
		at += got;
		length -= got;
	}
}

static void put(int type, const void *payload, uint32_t length)
{
	struct rf_frame head = { .length = length, .type = type };
	struct iovec parts[] = { { &head, sizeof head }, { (void *)payload, length } };
	if (writev(RF_CHANNEL, parts, 2) != (ssize_t)(sizeof head + length))
		exit(0);
}

/* Reads the next frame; a broken one ends the engine. Answers pings and puts batches aside. */
static int next(void)
{
	get(&frame.head, sizeof frame.head);
	if (frame.head.length > sizeof frame.payload || frame.head.flags || frame.head.reserved)
		exit(65);
	get(frame.payload, frame.head.length);
	if (frame.head.type == RF_TO_ENGINE_PING)
		put(RF_FROM_ENGINE_PONG, frame.payload, frame.head.length);
	if (frame.head.type == RF_TO_ENGINE_BATCH) {
		unsigned at = (kept_first + kept_count++) % RF_BOUND_WINDOW;
		if (kept_count > RF_BOUND_WINDOW || frame.head.length < sizeof(struct rf_batch))
			exit(65);
		memcpy(kept[at], frame.payload, kept_length[at] = frame.head.length);
	}
	return frame.head.type;
}

/* Asks for the hash of the record's executable, and waits for it. */
static void ask_hash(uint64_t batch, uint32_t index, char hash[65])
{
	static uint32_t request;
	struct rf_hash_request ask = { .request = ++request, .batch = batch, .index = index };
	put(RF_FROM_ENGINE_HASH_REQUEST, &ask, sizeof ask);
	for (int type; (type = next()) != RF_TO_ENGINE_HASH_RESULT;)
		if (type == RF_TO_ENGINE_STOP)
			exit(0);
	unsigned char *end = frame.payload + frame.head.length;
	unsigned char *at = memmem(frame.payload, frame.head.length, "\"sha256\":\"", 10);
	snprintf(hash, 65, "%.64s", at && end - at >= 74 ? (char *)at + 10 : "unknown");
}

/* A string as JSON, everything but plain ASCII as \u00xx. */
static char *json_string(char *to, const unsigned char *text, unsigned length)
{
	*to++ = '"';
	for (unsigned i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
			to += sprintf(to, "\\u%04x", text[i]);
		else
			*to++ = text[i];
	*to++ = '"';
	return to;
}

static void run_batch(const unsigned char *payload, uint32_t length)
{
	static struct { struct rf_finding head; char json[RF_BOUND_FINDING_BYTES]; } finding;
	const struct rf_batch *batch = (const void *)payload;
	struct rf_ack ack = { .batch = batch->id };
	uint32_t at = sizeof *batch;
	for (uint32_t index = 0; index < batch->count; index++) {
		/* The agent's records are well formed; an engine that checks them all the same cannot be surprised. */
		const struct rf_event_process_start *event = (const void *)(payload + at);
		if (length - at < sizeof event->header || event->header.size > length - at ||
		    event->header.size < sizeof event->header || event->header.size % 8)
			exit(65);
		at += event->header.size;
		if (event->header.class_id != RF_CLASS_PROCESS_START || event->header.size < sizeof *event)
			continue;
		const unsigned char *path = (const unsigned char *)event + event->process_path.offset;
		unsigned path_length = event->process_path.length;
		if (event->process_path.offset + path_length > event->header.size || path_length > 4096)
			exit(65);
		if (path_length < 9 || (memcmp(path, "/tmp/", 5) && memcmp(path, "/dev/shm/", 9)))
			continue;
		char hash[65], *end = finding.json;
		ask_hash(batch->id, index, hash);
		end += sprintf(end,
			       "{\"rule\":{\"id\":\"example-1\",\"title\":\"Program in a shared folder\",\"level\":\"medium\","
			       "\"tags\":[\"attack.t1036.005\"]},\"matched\":{\"process.pid\":%u,\"sha256\":\"%s\",\"process.path\":",
			       event->process_pid, hash);
		end = json_string(end, path, path_length);
		end += sprintf(end, "}}");
		finding.head = (struct rf_finding){ .batch = batch->id, .index = index };
		put(RF_FROM_ENGINE_FINDING, &finding, sizeof finding.head + (end - finding.json));
		ack.findings++;
	}
	put(RF_FROM_ENGINE_ACK, &ack, sizeof ack);
}

int main(void)
{
	for (;;) {
		if (kept_count > 0) {
			run_batch(kept[kept_first], kept_length[kept_first]);
			kept_first = (kept_first + 1) % RF_BOUND_WINDOW;
			kept_count--;
			continue;
		}
		int type = next();
		if (type == RF_TO_ENGINE_STOP)
			return 0;
		if (type > RF_TO_ENGINE_STOP || (type == RF_TO_ENGINE_HELLO && memcmp(frame.payload, "{\"protocol\":1,", 14)))
			return 65;
		if (type == RF_TO_ENGINE_HELLO)
			put(RF_FROM_ENGINE_READY, ready, sizeof ready - 1);
		/* STATE, SNAPSHOT and START need nothing of this engine. */
	}
}
