// What a system call is: its arguments and result, the forms that its arguments can take, what of it is dumped.
import type { AbiName } from '../abi/abi.js';
import type { Renderer, ScalarFormat } from '../decode/printer.js';
import type { Condition, Node, PidKind, Ref } from './node.js';

/** One argument as it is printed. */
export interface Argument {
  readonly name: string;
  readonly node: Node;
  /** Printed only when this holds (openat's mode). */
  readonly when?: Condition;
  /** Its name is always printed (clone), or never; else with `-N`. */
  readonly named?: boolean;
  /** Not printed by strace, but named by references. */
  readonly hidden?: boolean;
  /** Takes two registers on i386 (64-bit offsets). */
  readonly wide?: boolean;
  /** With `wide`: the register of the high half comes first (_llseek). */
  readonly highFirst?: boolean;
  /** What `-N` calls it, where strace's name is not the argument's. */
  readonly shownAs?: string;
  /** Position among the registers when it is not the position in the list. */
  readonly register?: number;
  /** Waits for the exit, though it could be printed at the entry. */
  readonly atExit?: boolean;
  /** A pointer that is left out, separator and all, when its object cannot be read. */
  readonly orNothing?: boolean;
}

/** How the result is printed. */
export interface Result {
  readonly base: 'd' | 'u' | 'x' | 'o' | 'fd' | 'pid' | 'format' | 'addr';
  readonly format?: ScalarFormat;
  /** Prints what the call returned where that is not the number in the register. */
  readonly value?: Renderer;
  /** Captured at the exit of a successful call for the text in parentheses. */
  readonly extra?: readonly Argument[];
  /** The text in parentheses behind the result. */
  readonly comment?: Renderer;
  /** The parentheses stand there without text, too. */
  readonly evenEmpty?: boolean;
  /** A descriptor only where what this pointer argument leads to could be read, else a number. */
  readonly ifRead?: string;
  /** Of a process id: whose it is. */
  readonly of?: PidKind;
  /** The call runs a virtual processor (`-e kvm=`): the argument with its descriptor. */
  readonly vcpu?: string;
  /** The call enters namespaces (`-e namespace=new`): the argument with the flags, and whether a child does. */
  readonly namespaces?: { readonly flags: string; readonly child: boolean };
}

/** One system call. */
export interface Call {
  readonly args: readonly Argument[];
  readonly result: Result;
  /** The rest of the arguments by the value of one or two of them (prctl, ioctl, setsockopt). */
  readonly variants?: Variants;
  readonly dump?: Dump;
}

/** What `-e read=` and `-e write=` dump of a call on a descriptor: a buffer, buffers of a vector, of one or many messages. */
export interface Dump {
  readonly set: 'read' | 'write';
  /** Name of the descriptor's argument. */
  readonly fd: string;
  readonly kind: 'buffer' | 'vector' | 'message' | 'messages';
  /** Name of the argument that leads to it. */
  readonly data: string;
  /** Bytes of the buffer, buffers of the vector, or number of messages. */
  readonly count: Ref;
  /** Bytes that all buffers together hold; of messages each tells its own. */
  readonly within?: Ref;
}

/** One form that the rest of the arguments can take. */
export interface Variant {
  /** One that the call has, too, takes the place of the call's. */
  readonly args: readonly Argument[];
  /** When it is not the call's own. */
  readonly result?: Result;
}

/** Forms of a call's further arguments, chosen by value; only those that occur are resolved and compiled. */
export interface Variants {
  /** The argument whose low 32 bits, under `mask`, are the key. */
  readonly on: Ref;
  readonly mask?: number;
  /** A second argument that is part of the key (optname beside level). */
  readonly second?: Ref;
  /** In place of a second argument, the high half of a first one of 64 bits: the kernel compares all of it. */
  readonly whole?: boolean;
  /** The form for a key (unsigned 32-bit words); the same object for the same form. Undefined: `otherwise`. */
  find(first: number, second: number, abi: AbiName): Variant | undefined;
  /** All forms, for checks of the descriptions. */
  all(): Iterable<Variant>;
  /** The keys that have a form, where they can be listed and there is one argument that chooses. */
  keys?(): Iterable<readonly [key: number, form: Variant]>;
  readonly otherwise: Variant;
}
