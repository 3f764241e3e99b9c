import { ProtocolError } from './error.ts';

/** Most members of `matched`, tags of a rule, and so on. */
const MANY = 256;

/**
 * Parses a frame's JSON object.
 * @throws ProtocolError bad-json, or bad-length past `most` bytes
 */
export function parseObject(payload: Uint8Array, what: string, most: number): Members {
  if (payload.length > most) {
    throw new ProtocolError('bad-length', `${what}: ${payload.length} bytes of JSON, at most ${most}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw new ProtocolError('bad-json', `${what}: not JSON in UTF-8`, error);
  }
  return new Members(value, what);
}

/** Reads the members of a JSON object that the other side wrote, each by type and bound. */
export class Members {
  readonly #object: Record<string, unknown>;
  readonly #what: string;

  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ProtocolError('bad-member', `${what}: not an object`);
    }
    this.#object = value as Record<string, unknown>;
    this.#what = what;
  }

  /** The raw value; own members only, so that `__proto__` and the like are never inherited ones. */
  any(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  has(name: string): boolean {
    return this.any(name) !== undefined;
  }

  string(name: string, most: number, least = 0): string {
    const value = this.any(name);
    if (typeof value !== 'string' || value.length > most || value.length < least) {
      this.#refuse(name, `a string of ${least} to ${most} characters`);
    }
    return value;
  }

  /** A whole number from 0 to `most`. */
  number(name: string, most: number): number {
    const value = this.any(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
      this.#refuse(name, `a whole number from 0 to ${most}`);
    }
    return value;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.any(name);
    const found = values.find((one) => one === value);
    if (found === undefined) this.#refuse(name, `one of ${values.join(', ')}`);
    return found;
  }

  object(name: string): Members {
    return new Members(this.any(name), `${this.#what}.${name}`);
  }

  array<T>(name: string, most: number, read: (item: unknown, what: string) => T): T[] {
    const value = this.any(name);
    if (!Array.isArray(value) || value.length > most) this.#refuse(name, `an array of at most ${most}`);
    return value.map((item, index) => read(item, `${this.#what}.${name}[${index}]`));
  }

  strings(name: string, mostItems: number, mostCharacters: number): string[] {
    return this.array(name, mostItems, (item, what) => {
      if (typeof item !== 'string' || item.length === 0 || item.length > mostCharacters) {
        throw new ProtocolError(
          'bad-member',
          `${what}: must be a string of 1 to ${mostCharacters} characters`,
        );
      }
      return item;
    });
  }

  /** A flat object of strings, finite numbers and booleans. */
  scalars(name: string, mostCharacters: number): Record<string, string | number | boolean> {
    const value = this.any(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#refuse(name, 'an object');
    const entries = Object.entries(value);
    if (entries.length > MANY) this.#refuse(name, `an object of at most ${MANY} members`);
    for (const [key, item] of entries) {
      const ok =
        (typeof item === 'string' && item.length <= mostCharacters) ||
        typeof item === 'boolean' ||
        (typeof item === 'number' && Number.isFinite(item));
      if (!ok || key.length > MANY) {
        this.#refuse(
          name,
          `made of names up to ${MANY} and strings up to ${mostCharacters} characters, numbers, booleans`,
        );
      }
    }
    // fromEntries defines own members, so that a name such as __proto__ is a member like any other.
    return Object.fromEntries(entries) as Record<string, string | number | boolean>;
  }

  #refuse(name: string, expected: string): never {
    throw new ProtocolError('bad-member', `${this.#what}: ${name} must be ${expected}`);
  }
}
