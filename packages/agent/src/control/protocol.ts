/**
 * The control socket: JSON lines. A request is `{id, op, …}`; the answer `{id, ok: true, result}` or `{id, ok: false,
 * code, error, cure}`. A streaming op then sends `{id, item}` lines until the connection closes.
 */
import * as v from 'valibot';

export const CONTROL_SOCKET = 'control.sock';
/** Most bytes of a request line. */
export const MAX_REQUEST: number = 64 * 1024;
/** Most bytes of a line of the agent's. */
export const MAX_REPLY: number = 16 * 1024 * 1024;

const id = v.number();
const publisher = v.pipe(v.string(), v.maxLength(64));

export const requestSchema: v.GenericSchema<RequestInput, Request> = v.variant('op', [
  v.strictObject({ id, op: v.picklist(['status', 'reload', 'stop', 'publisher.list']) }),
  v.strictObject({
    id,
    op: v.literal('findings'),
    /** The newest so many. */
    limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 100),
    /** Only those after this sequence number. */
    after: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
    /** Then send new ones as they come. */
    follow: v.optional(v.boolean(), false),
  }),
  v.strictObject({
    id,
    op: v.literal('events'),
    /** Class names; all that the sensor can deliver unless given. */
    classes: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(64))),
  }),
  v.strictObject({
    id,
    op: v.picklist(['publisher.disable', 'publisher.enable', 'publisher.revert']),
    publisher,
  }),
  v.strictObject({
    id,
    op: v.literal('publisher.unquarantine'),
    publisher,
    /** Hash, or its first characters; all of the publisher's releases unless given. */
    release: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{4,64}$/))),
  }),
  /** A release for as long as this connection lasts, under a publisher of the name `drill-…`. */
  v.strictObject({ id, op: v.literal('drill.offer'), dir: v.pipe(v.string(), v.maxLength(4096)) }),
]);

/** A request as the agent serves it. */
export type Request = { readonly id: number } & (
  | { readonly op: 'status' | 'reload' | 'stop' | 'publisher.list' }
  | { readonly op: 'findings'; readonly limit: number; readonly after: number; readonly follow: boolean }
  | { readonly op: 'events'; readonly classes?: readonly string[] | undefined }
  | { readonly op: 'publisher.disable' | 'publisher.enable' | 'publisher.revert'; readonly publisher: string }
  | {
      readonly op: 'publisher.unquarantine';
      readonly publisher: string;
      readonly release?: string | undefined;
    }
  | { readonly op: 'drill.offer'; readonly dir: string }
);

/** A request without its id, as a command writes it. */
export type Command =
  | { op: 'status' | 'reload' | 'stop' | 'publisher.list' }
  | { op: 'findings'; limit?: number | undefined; after?: number | undefined; follow?: boolean | undefined }
  | { op: 'events'; classes?: string[] | undefined }
  | { op: 'publisher.disable' | 'publisher.enable' | 'publisher.revert'; publisher: string }
  | { op: 'publisher.unquarantine'; publisher: string; release?: string | undefined }
  | { op: 'drill.offer'; dir: string };

type RequestInput = { id: number } & Command;
