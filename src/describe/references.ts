// References of a description, resolved to places.
import type { Style } from '../decode/style.js';
import { DescriptionError } from '../errors.js';
import type { FieldPlace } from './layout.js';
import type { Condition, Ref } from './node.js';
import type { ArgumentPlace, NamedRegister, Place, Test } from './resolved.js';

/** Gives numbers to sites, and finds what references of one call refer to. */
export class References {
  /** The next site. */
  site = 0;
  /** Arguments by name. */
  readonly registers = new Map<string, NamedRegister>();
  /** The structures around a field, from the outermost on. */
  protected readonly scopes: (readonly FieldPlace[])[] = [];

  constructor(
    private readonly name: string,
    protected readonly style: Style,
  ) {}

  /** Throws a DescriptionError about the call. */
  fail(message: string): never {
    throw new DescriptionError(this.name, message);
  }

  /** Numbers a site; a record has room for 255. */
  newSite(): number {
    if (this.site > 254) this.fail('too many capturing nodes');
    return this.site++;
  }

  /** The place of what a reference refers to. */
  place(ref: Ref): Place {
    switch (ref.kind) {
      case 'arg': {
        const found = this.registers.get(ref.name) ?? this.fail(`no argument '${ref.name}'`);
        return { kind: 'arg', register: found.register, bytes: found.bytes, high: found.high };
      }
      case 'ret':
      case 'const':
      case 'room':
      case 'index':
        return ref;
      case 'field': {
        const scope = this.scopes[this.scopes.length - 1 - ref.up] ?? this.fail(`no structure ${ref.up} levels out`);
        const found = scope.find((f) => f.name === ref.name) ?? this.fail(`no field '${ref.name}'`);
        return { kind: 'field', up: ref.up, offset: found.offset, bytes: found.bytes };
      }
      case 'scale':
        return { kind: 'scale', of: this.place(ref.of), by: ref.by, per: ref.per, down: ref.down ?? false };
      case 'min':
        return { kind: 'min', of: this.place(ref.of), max: ref.max };
      case 'less':
        return { kind: 'less', of: this.place(ref.of), by: ref.by };
      case 'moved':
        return { kind: 'moved', of: this.place(ref.of), left: this.place(ref.left) };
      case 'least':
      case 'product':
        return { kind: ref.kind, a: this.place(ref.a), b: this.place(ref.b) };
      case 'before': {
        const place = this.place({ kind: 'field', name: ref.name, up: 0 });
        return place.kind === 'field'
          ? { kind: 'before', offset: place.offset, bytes: place.bytes }
          : this.fail(`no field '${ref.name}'`);
      }
      case 'link':
        return { kind: 'link', of: this.place(ref.of), site: this.newSite() };
      case 'terminal':
      case 'netlink':
        return { kind: ref.kind, of: this.place(ref.of), site: this.newSite() };
      case 'deref': {
        const found = this.registers.get(ref.name) ?? this.fail(`no argument '${ref.name}'`);
        return {
          kind: 'deref',
          target: found,
          at: ref.at ?? 0,
          absent: ref.absent ?? (ref.entry ? Infinity : 0),
          entry: ref.entry,
          signed: ref.signed,
        };
      }
      case 'bits':
        return { kind: 'bits', of: this.place(ref.of), mask: ref.mask };
      case 'holds':
        return { kind: 'holds', test: this.test(ref.test) };
    }
  }

  /** The same where nothing but an argument is allowed. */
  argumentPlace(ref: Ref): ArgumentPlace {
    const place = this.place(ref);
    return place.kind === 'arg' ? place : this.fail('variants depend on arguments');
  }

  /** A condition whose references are places. */
  test(condition: Condition): Test {
    return {
      on: this.place(condition.on),
      op: condition.op,
      value: condition.value,
      than: condition.than && this.place(condition.than),
      values: condition.values,
      and: condition.and && this.test(condition.and),
      or: condition.or && this.test(condition.or),
    };
  }
}
