/**
 * How long the drain thread waits after a round. While events come it polls, so that none of them costs the process
 * that caused it a wake-up, and each round costs this thread 50 to 200 µs, so it waits as long as what comes leaves
 * room. When nothing comes it sleeps until something does.
 */
import { COPY_BYTES } from './ring-copy.ts';

export const SHORTEST_PAUSE_MS = 10;
/** fanotify's queue of 16,384 events bounds it: two processors fill that in about 60 ms. */
export const LONGEST_PAUSE_MS = 50;
/** What a round is to find at most, of ring records or of file events: what one copy takes is small beside their queues. */
export const ROUND_BYTES: number = COPY_BYTES;

export class Pace {
  #pause = SHORTEST_PAUSE_MS;
  #woken = false;

  /** Milliseconds; Infinity: sleep. */
  get pause(): number {
    return this.#pause;
  }

  /** After a sleep. @param byNews there is something to read, it is not only the time that has passed */
  slept(byNews: boolean): void {
    this.#woken = byNews;
  }

  /** After a round. @param bytes what it found, by whomever. @param others whether others than the agent did something */
  update(bytes: number, others: boolean): void {
    const slept = this.#pause === Number.POSITIVE_INFINITY;
    if (slept && (others || bytes > ROUND_BYTES)) this.#pause = SHORTEST_PAUSE_MS;
    else if (bytes > ROUND_BYTES)
      this.#pause = Math.max(SHORTEST_PAUSE_MS, (this.#pause * ROUND_BYTES) / bytes);
    else if (others) this.#pause = Math.min(this.#pause + 1, LONGEST_PAUSE_MS);
    // The agent wrote to its own files. It may not keep this thread awake by that, nor wake it for each write.
    else if (slept && this.#woken) this.#pause = LONGEST_PAUSE_MS;
    else if (this.#pause * 2 <= LONGEST_PAUSE_MS) this.#pause *= 2;
    else this.#pause = Number.POSITIVE_INFINITY;
  }
}
