// What a family of ioctl commands is: declarations by the commands' names, loaded when a command of its types occurs.
import { argument } from '../../describe/combinators.js';
import type { VariantSpec } from '../../describe/combinators.js';
import type { Result } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';

/**
 * What a command's argument is: a node; null, when the command takes none; with a result that is not a number, or printed at
 * the exit (`late`); or with a name of its own for the command.
 */
export type Declaration =
  | Node
  | null
  | { readonly argument: Node | null; readonly result?: Result; readonly late?: boolean }
  | { readonly op: Node; readonly argument: Node };

/** What a module of this folder exports as `family`; its types are in families.ts. */
export interface IoctlFamily {
  /** Declarations by name; commands whose number holds a parameter by the name of their macro. Called once. */
  readonly commands: () => Readonly<Record<string, Declaration>>;
  /** The key among them of a command that no family knows by name (an event that is part of it; all of a type). */
  readonly keyOf?: (op: number) => string | undefined;
  /** Other commands of its types have a number as argument, whose bytes are not shown with -v. */
  readonly numbers?: boolean;
}

/** The form of a declaration; null has no third argument. */
export function specOf(declared: Declaration): VariantSpec {
  if (declared === null) return [{}];
  if ('kind' in declared) return [{ argp: argument(declared, {}) }];
  if ('op' in declared) return [{ op: argument(declared.op, { register: 1 }), argp: argument(declared.argument, {}) }];
  const { argument: node, result, late = false } = declared;
  return [node === null ? {} : { argp: argument(node, { atExit: late }) }, result];
}
