// ioctl(2): the argument by the command, from the families of declarations.
import type { AbiName } from '../../abi/abi.js';
import type { VariantSpec } from '../../describe/combinators.js';
import { arg, callFound, fd, format } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import { commandNames, typeOf } from './commands.js';
import { allFamilies, familiesOf } from './families.js';
import type { Declaration, IoctlFamily } from './family.js';
import { specOf } from './family.js';
import { functionName } from './functions.js';
import { command } from './name.js';
import { number, unknownSpec } from './unknown.js';

class Declarations {
  private readonly loaded = new Map<IoctlFamily, Readonly<Record<string, Declaration>>>();
  private readonly specs = new Map<Declaration, VariantSpec>();

  private commandsOf(family: IoctlFamily): Readonly<Record<string, Declaration>> {
    let commands = this.loaded.get(family);
    if (!commands) this.loaded.set(family, (commands = family.commands()));
    return commands;
  }

  private spec(declared: Declaration): VariantSpec {
    let made = this.specs.get(declared);
    if (!made) this.specs.set(declared, (made = specOf(declared)));
    return made;
  }

  find(op: number, abi: AbiName): VariantSpec {
    const called = functionName(op, abi, false);
    const names = called ? [...commandNames(op, abi), called.macro] : commandNames(op, abi);
    const candidates = familiesOf(typeOf(op));
    if (names.length > 0)
      for (const family of candidates) {
        const commands = this.commandsOf(family);
        for (const name of names) if (Object.hasOwn(commands, name)) return this.spec(commands[name]);
      }
    for (const family of candidates) {
      const key = family.keyOf?.(op);
      if (key !== undefined) return this.spec(this.commandsOf(family)[key]);
    }
    return candidates.some((family) => family.numbers) ? number : unknownSpec(op, candidates.length === 0);
  }

  all(): VariantSpec[] {
    return allFamilies().flatMap((family) => Object.values(this.commandsOf(family)).map((d) => this.spec(d)));
  }
}

/** Describes ioctl. */
export const ioctl = (): Call => {
  const declarations = new Declarations();
  return callFound(
    { fd, op: format(command) },
    arg('op'),
    undefined,
    (op, _second, abi) => declarations.find(op, abi),
    () => declarations.all(),
    {},
  );
};
