// Decoded arguments by kind, for the types of arguments (generated/calls.ts): which members of a value can be there. None
// of them must be: memory that cannot be read leaves an address, a constant without a name its number.
import type { Decoded, Value } from '../decode/value.js';

export type { Decoded, Value };

/** A number: a count, an address, a constant that has no name. */
export type IntegerValue = Pick<Value, 'num' | 'big' | 'hex' | 'date' | 'note' | 'text'>;

/** A number that is made of constants: their `names`, beside `num`. */
export type ConstantValue = IntegerValue & Pick<Value, 'names'>;

/** A descriptor: `num`, and what the option `describe` asks for. */
export type DescriptorValue = ConstantValue & Pick<Value, 'path' | 'deleted'>;

/** A number with a notation of its own: a process id, the flags of open(2), a device. */
export type ScalarValue = DescriptorValue & Pick<Value, 'str' | 'items' | 'inverted'>;

/** Bytes: `str` when they are text, else `b64`; `len` of them in all. */
export type BytesValue = IntegerValue & Pick<Value, 'str' | 'b64' | 'len' | 'cut'>;

/** A structure; members that are not shown are absent. */
export type StructValue<Members> = IntegerValue &
  Pick<Value, 'cut'> & { readonly struct?: { readonly [Name in keyof Members]?: Members[Name] | null } };

/** An array or a set. What a pointer to a single number leads to is an array of one. */
export type ArrayValue<Element> = ConstantValue &
  Pick<Value, 'cut' | 'inverted'> & { readonly items?: readonly (Element | null)[] };

/** Something that the kernel changed: in place of its own members `before` and `after`. */
export type ChangedValue<Of> = Of & { readonly before?: Of | null; readonly after?: Of | null };
