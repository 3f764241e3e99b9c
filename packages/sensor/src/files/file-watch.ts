/** File events by fanotify: what both sources of process events, kernel probes and procfs, put beside them. */
import type { State } from '../drain/state.ts';
import type { Waker } from '../drain/waiter.ts';
import { canWatchFiles } from '../facts/host.ts';
import { high32, low32 } from '../ingest/actors.ts';
import { CLOCK_BOOTTIME } from '../native.ts';
import type { Missing, ProbeState } from '../protocol.ts';
import { Fan, FileEvent, forEachFileEvent, Init, Mark } from './fanotify.ts';
import { FanotifyGroup } from './fanotify-group.ts';
import { FileEvents, fileClassIds } from './file-events.ts';
import { Folders } from './folders.ts';
import { FILE_MASK, MountMarks } from './mount-marks.ts';
import { SecretMarks } from './secret-marks.ts';

export const fileClasses: readonly string[] = [
  'file_create',
  'file_write',
  'file_rename',
  'file_delete',
  'file_change',
  'file_link',
];
/** Less than the last pause before a sleep, so that no mount is missed between them. */
const FOLLOW_MS = 35;

export class FileWatch implements Disposable {
  readonly #state: State;
  readonly #stack: DisposableStack = new DisposableStack();
  readonly #event: FileEvent = new FileEvent();
  #group: FanotifyGroup | undefined;
  #marks: MountMarks | undefined;
  #events: FileEvents | undefined;
  #secrets: SecretMarks | undefined;
  #length = 0;
  #secretLength = 0;
  #followed = 0;
  #overflows = 0;
  #othersDid = false;
  readonly #reasons = new Map<string, string>();

  constructor(state: State) {
    this.#state = state;
    const own = [process.pid, ...state.options.own.pids];
    if (!canWatchFiles()) {
      // Without it the kernel lets a user watch own files, but does not say who touched them.
      for (const probe of ['files', 'secrets']) this.#reasons.set(probe, 'not enough rights (CAP_SYS_ADMIN)');
      return;
    }
    if (this.#isOn('secrets'))
      this.#try('secrets', () => {
        const { native, encoder, actors, users, options } = state;
        this.#secrets = this.#stack.use(
          new SecretMarks(native, encoder, actors, users, options.secrets, own),
        );
      });
    if (this.#isOn('files'))
      this.#try('files', () => {
        this.#watchFiles(own);
      });
  }

  #isOn(probe: string): boolean {
    return this.#state.options.probes[probe] ?? true;
  }

  #try(probe: string, start: () => void): void {
    try {
      start();
    } catch (error) {
      this.#reasons.set(probe, error instanceof Error ? error.message : String(error));
    }
  }

  #watchFiles(ownPids: readonly number[]): void {
    const { native, encoder, actors, wanted, options } = this.#state;
    const { group, renames } = openGroup(this.#state);
    this.#stack.use(group);
    const folders = new Folders(native);
    const marks = this.#stack.use(new MountMarks(native, group, folders, FILE_MASK | renames));
    if (marks.marked === 0) throw new Error(marks.missing.map(({ what }) => what).join('; '));
    const own = { pids: ownPids, folders: options.own.folders };
    this.#events = new FileEvents(encoder, actors, folders, wanted, own, (path) =>
      this.#secrets?.renewed(path),
    );
    this.#events.upperFolders = marks.upperFolders;
    this.#marks = marks;
    this.#group = group;
  }

  get probes(): ProbeState[] {
    const state = (name: string, active: boolean, classes: readonly string[]): ProbeState => {
      if (active) return { name, state: 'active', classes };
      const reason = this.#reasons.get(name);
      return reason === undefined
        ? { name, state: 'off', classes }
        : { name, state: 'unavailable', reason, classes };
    };
    return [
      state('files', this.#group !== undefined, fileClasses),
      state('secrets', this.#secrets !== undefined, ['secret_read']),
    ];
  }

  get missing(): Missing[] {
    return [...(this.#marks?.missing ?? []), ...(this.#secrets?.missing ?? [])];
  }
  get overflows(): number {
    return this.#overflows + (this.#secrets?.overflows ?? 0);
  }

  /** Is anything watched? */
  get active(): boolean {
    return this.#group !== undefined || this.#secrets !== undefined;
  }
  /** What has news when `read` has something to read, and when there are new mounts. */
  get wakers(): Waker[] {
    return [this.#group, this.#secrets, this.#marks].flatMap((watch) => watch?.waker ?? []);
  }
  /** Did the last `report` have what others than the agent did? */
  get othersDid(): boolean {
    return this.#othersDid;
  }
  /** How much the last `read` got. */
  get bytesRead(): number {
    return this.#length + this.#secretLength;
  }

  /** Reads what the kernel has queued. Records of processes must be taken in before `report`. True: there is more. */
  read(): boolean {
    this.#length = this.#group?.read() ?? 0;
    this.#secretLength = this.#secrets?.read() ?? 0;
    return this.#length > (this.#group?.buffer.length ?? 0) / 2;
  }

  /** Turns what `read` got into events. */
  report(now: number): void {
    this.#othersDid = this.#secretLength > 0;
    if (this.#length > 0 || this.#secretLength > 0) {
      const time = this.#state.native.clock(CLOCK_BOOTTIME);
      const [low, high] = [low32(time), high32(time)];
      const { wanted, counts } = this.#state;
      if (this.#secretLength > 0) this.#secrets?.take(this.#secretLength, wanted, now, low, high);
      if (this.#length > 0 && this.#group && this.#events) {
        const events = this.#events;
        const { buffer } = this.#group;
        events.setTime(low, high);
        const overflow = (): void => {
          this.#overflows++;
          // How many were lost the kernel does not say: at least one, of any of these classes.
          for (const id of fileClassIds)
            if (wanted[id]) counts.overflowed[id] = (counts.overflowed[id] ?? 0) + 1;
        };
        const whole = forEachFileEvent(buffer, this.#length, this.#event, (event) => {
          if (event.mask & Fan.OVERFLOW) overflow();
          else if (events.take(buffer, event)) this.#othersDid = true;
        });
        // What comes after a record of another format was not read: as lost as what the kernel had no room for.
        if (!whole) overflow();
      }
    }
    if (now - this.#followed < FOLLOW_MS) return;
    this.#followed = now;
    if (this.#marks?.follow() && this.#events) this.#events.upperFolders = this.#marks.upperFolders;
    this.#secrets?.refresh(now);
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** A group with as much as this kernel has: 5.17 brought the file's own handle and whole renames. */
function openGroup(state: State): { group: FanotifyGroup; renames: number } {
  const flags = Init.CLOEXEC | Init.NONBLOCK | Init.REPORT_DIR_FID | Init.REPORT_NAME;
  let group: FanotifyGroup;
  try {
    group = new FanotifyGroup(state.native, flags | Init.REPORT_FID | Init.REPORT_TARGET_FID);
  } catch {
    group = new FanotifyGroup(state.native, flags);
  }
  // An inode mark on a folder tries the mask without watching anything yet.
  const result = group.mark(Mark.ADD, Fan.RENAME | Fan.ONDIR, '/');
  if (result === 0) group.mark(Mark.REMOVE, Fan.RENAME | Fan.ONDIR, '/');
  return { group, renames: result === 0 ? Fan.RENAME : Fan.MOVED_FROM | Fan.MOVED_TO };
}
