// The files that a call touches, from its two records: descriptors by the paths that /proc told, paths made absolute.
import { fdDescriber, type FdDescriber } from '../../decode/descriptor.js';
import type { NamedFiles, NamedPath } from '../../decode/named-files.js';
import { AT_FDCWD, findDescriptor, findPath } from '../../decode/named-files.js';
import { Sink } from '../../decode/sink.js';
import type { Style } from '../../decode/style.js';
import type { Cursor } from '../../record/cursor.js';
import { kindOf } from './categories.js';
import type { FileKind } from './data.js';
import { readable, visible } from './readable.js';

/** A file by name. */
export interface Touched {
  readonly name: string;
  readonly kind: FileKind;
}

/** Most descriptors that are kept; a program may make up any number of them. */
const KNOWN_MAX = 4096;

/** A working directory, as long as it is known. */
export interface Place {
  cwd: string | undefined;
}

/** `dir` and a relative path as one; names stay as they are, `..` too, since a link may stand before it. */
function join(dir: string, path: string): string {
  const rest = path.replace(/^(?:\.\/+)+/, '');
  return rest === '' || rest === '.' ? dir : `${dir === '/' ? '' : dir}/${rest}`;
}

/** Reads files from records. */
export class TouchedFiles {
  private readonly sink = new Sink(4096);
  /** Descriptors come again and again: what was captured of them, as bytes, and what it says. */
  private readonly known = new Map<string, Touched>();
  private readonly describe: FdDescriber;

  constructor(
    style: Style,
    /** A change of directory would be seen. */
    private readonly follows: boolean,
  ) {
    this.describe = fdDescriber({ ...style, paths: false, sockets: true, comm: false });
  }

  /** What a descriptor is of, from the first of the records that tells. */
  private link(c: Cursor, site: number, fd: number): Touched | undefined {
    if (!findDescriptor(c, site, fd)) return undefined;
    const { bytes, at, length } = c;
    const told = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
    const key = told.toString('latin1');
    let known = this.known.get(key);
    if (!known) {
      if (this.known.size >= KNOWN_MAX) this.known.clear();
      const end = told.indexOf(0);
      const name = readable(end < 0 ? told : told.subarray(0, end));
      const kind = kindOf(name);
      known = { name: kind === 'socket' ? this.socket(c, site, fd, name) : name, kind };
      this.known.set(key, known);
    }
    return known;
  }

  /** Addresses of a socket, as -yy tells them; its link where it has none. */
  private socket(c: Cursor, site: number, fd: number, link: string): string {
    const { sink } = this;
    sink.rewind(0);
    this.describe(c, sink, site, fd);
    const text = Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
    return text.length > 2 ? visible(text.slice(1, -1)) : link;
  }

  /** What a call's descriptor argument is of. */
  descriptor(files: NamedFiles, index: number, entry: Cursor, exit: Cursor | undefined): Touched | undefined {
    const argument = files.descriptors[index];
    if (!argument) return undefined;
    const fd = entry.argLo(argument.register);
    return this.link(entry, argument.site, fd) ?? (exit && this.link(exit, argument.site, fd));
  }

  /** What the descriptor is of that a call returned. */
  returned(files: NamedFiles, exit: Cursor): Touched | undefined {
    return files.result < 0 ? undefined : this.link(exit, files.result, exit.retLo);
  }

  private text(path: NamedPath, entry: Cursor, exit: Cursor | undefined): string | undefined {
    const c = findPath(entry, path) ? entry : exit && findPath(exit, path) ? exit : undefined;
    return c && readable(c.bytes.subarray(c.at, c.at + c.length - 1));
  }

  /** What a path leads to; undefined when it could not be read. An empty one stands for the descriptor itself. */
  path(files: NamedFiles, index: number, entry: Cursor, exit: Cursor | undefined, place: Place): Touched | undefined {
    const path = files.paths[index];
    const text = this.text(path, entry, exit);
    if (text === undefined) return undefined;
    if (text.startsWith('/')) return { name: text, kind: kindOf(text) };
    const argument = files.descriptors[path.base];
    const base = argument && this.descriptor(files, path.base, entry, exit)?.name;
    const isCwd = !argument || entry.argLo(argument.register) === AT_FDCWD;
    if (isCwd && base !== undefined && this.follows) place.cwd = base;
    const dir = base ?? (isCwd ? place.cwd : undefined);
    const name = dir === undefined ? text : join(dir, text);
    return name === '' ? undefined : { name, kind: kindOf(name) };
  }
}
