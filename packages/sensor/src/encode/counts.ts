/** What became of events, by class id. Nothing is dropped without being counted here. */
import { eventClasses } from '@ringfence/events';

export const MAX_CLASSES = 32;

export class Counts {
  /** Taken from the kernel, enriched and encoded, or shed afterwards. */
  readonly decoded: Float64Array = new Float64Array(MAX_CLASSES);
  /** Lost before the sensor saw them. */
  readonly lost: Float64Array = new Float64Array(MAX_CLASSES);
  /** As `lost`, by overflows of fanotify's queue: at least this many. */
  readonly overflowed: Float64Array = new Float64Array(MAX_CLASSES);
  /** Decoded, then dropped because the agent reads too slowly. */
  readonly shed: Float64Array = new Float64Array(MAX_CLASSES);
  /** Encoded with a field that was cut. */
  readonly truncated: Float64Array = new Float64Array(MAX_CLASSES);
  /** Encoded with a path as the host sees it. */
  readonly hostView: Float64Array = new Float64Array(MAX_CLASSES);

  toJSON(): Record<string, ClassStats> {
    const result: Record<string, ClassStats> = {};
    for (const { id, name } of eventClasses) {
      const at = (counts: Float64Array): number => counts[id] ?? 0;
      result[name] = {
        decoded: at(this.decoded),
        lost: at(this.lost) + at(this.overflowed),
        shed: at(this.shed),
        truncated: at(this.truncated),
        hostView: at(this.hostView),
      };
    }
    return result;
  }
}

export interface ClassStats {
  readonly decoded: number;
  readonly lost: number;
  readonly shed: number;
  readonly truncated: number;
  readonly hostView: number;
}
