// An object that no call's argument leads to (the information of a delivered signal), compiled on its own.
import { X86_64 } from '../abi/abi.js';
import type { Node } from '../describe/node.js';
import { resolveObject } from '../describe/resolve.js';
import type { MemoryPrinter } from './printer.js';
import { Printers } from './print.js';
import type { Style } from './style.js';

const noArguments = (name: string): never => {
  throw new Error(`no argument '${name}'`);
};

/** The same style, with the layout that 64-bit programs have: for structures that are the kernel's own. */
export const withKernelLayout = (style: Style): Style => ({ ...style, abi: X86_64 });

/** Compiles the printer of a described object. `name` is for error messages. */
export function compileObject(name: string, node: Node, style: Style): MemoryPrinter {
  const printers = new Printers(style, { arg: noArguments, argIndex: noArguments });
  return printers.memory(resolveObject(name, node, style), 0);
}
