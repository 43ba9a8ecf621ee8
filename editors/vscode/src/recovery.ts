/** Whether a server that ended by itself is started again: not if it does nothing but end. */

/** How many ends within {@link PERIOD} are forgiven. */
const LIMIT = 4;
/** Milliseconds. */
const PERIOD = 180_000;

/** Keeps count of the ends of a server. */
export class Recovery {
  /** When it ended, in milliseconds. */
  private ends: readonly number[] = [];

  /**
   * Takes note that the server ended.
   *
   * @returns what there is to say if it is not to be started again
   */
  ended(now: number): string | undefined {
    this.ends = [...this.ends.filter((time) => now - time < PERIOD), now];
    return this.ends.length <= LIMIT
      ? undefined
      : `the server ended ${this.ends.length} times within ${PERIOD / 1000} s and is not started again.`;
  }
}
