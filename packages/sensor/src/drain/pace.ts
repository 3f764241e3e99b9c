/**
 * How long the drain thread waits after a round. While events come it polls, so that none of them costs the process
 * that caused it a wake-up, and each round costs this thread 50 to 200 µs, so it waits longer while little happens.
 * When nothing comes it sleeps until something does.
 */
export const SHORTEST_PAUSE_MS = 10;
/** fanotify's queue of 16,384 events bounds it: two processors fill that in about 60 ms. */
export const LONGEST_PAUSE_MS = 50;

export type Got = 'much' | 'some' | 'nothing';

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

  /** After a round. @param got what others than the agent did */
  update(got: Got): void {
    const slept = this.#pause === Number.POSITIVE_INFINITY;
    if (got === 'much' || (got === 'some' && slept)) this.#pause = SHORTEST_PAUSE_MS;
    else if (got === 'some') this.#pause = Math.min(this.#pause + 1, LONGEST_PAUSE_MS);
    // The agent wrote to its own files. It may not keep this thread awake by that, nor wake it for each write.
    else if (slept && this.#woken) this.#pause = LONGEST_PAUSE_MS;
    else if (this.#pause * 2 <= LONGEST_PAUSE_MS) this.#pause *= 2;
    else this.#pause = Number.POSITIVE_INFINITY;
  }
}
