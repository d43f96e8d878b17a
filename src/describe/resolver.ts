// The nodes of one call, fixed for one personality: sizes, offsets and registers, and a site for each that captures memory.
import { describesFds } from '../decode/style.js';
import { alignOf, asArgument, layoutOf, measure, sizeOf } from './layout.js';
import type { Argument, Dump, Result } from './call.js';
import type { Node, PidKind, StructNode, Versioned } from './node.js';
import { References } from './references.js';
import type { R, RArgument, RDump, RField, RResult, RStruct } from './resolved.js';

/** Resolves the nodes of one call. */
export class Resolver extends References {
  /** Inside a versioned structure. */
  private padded: boolean | 'clipped' = false;

  /** Size and alignment of a scalar. */
  scalar(bytes: number): { bytes: number; align: number } {
    return { bytes, align: alignOf(bytes, this.style.abi) };
  }

  /** A node for the personality. */
  node(node: Node): R {
    const { abi } = this.style;
    switch (node.kind) {
      case 'int':
        return { kind: 'int', ...this.scalar(sizeOf(node.size, abi)), base: node.base };
      case 'address':
        return { kind: 'address', ...this.scalar(sizeOf(node.size, abi)) };
      case 'xlat':
        return {
          kind: 'xlat',
          ...this.scalar(sizeOf(node.size, abi)),
          table: node.table,
          base: node.base,
          annotated: node.annotated ?? false,
        };
      case 'format':
        return {
          kind: 'format',
          ...this.scalar(sizeOf(node.size, abi)),
          format: node.format,
          pid: node.pid,
          site: this.describesPid(node.pid) ? this.newSite() : -1,
        };
      case 'fd':
        return {
          kind: 'fd',
          ...this.scalar(sizeOf(node.size, abi)),
          at: node.at,
          names: node.names,
          of: node.of && { process: this.place(node.of.process), by: node.of.by },
          site: describesFds(this.style) ? this.newSite() : -1,
        };
      case 'pointer': {
        const site = this.newSite();
        const sizePlace = node.options.size && this.place(node.options.size);
        const { padded } = this;
        this.padded = false;
        const to = this.node(node.to);
        this.padded = padded;
        return {
          kind: 'pointer',
          ...this.scalar(node.options.wide ? 8 : abi.word),
          direction: node.direction,
          options: node.options,
          sizePlace,
          followed: node.options.followed && this.test(node.options.followed),
          to,
          onlyIf: node.options.onlyIf && this.place(node.options.onlyIf),
          failed: node.options.failed && node.options.failed !== 'address' ? this.node(node.options.failed) : undefined,
          after: node.options.after && this.node(node.options.after),
          site,
        };
      }
      case 'match': {
        const on = this.place(node.on);
        const start = this.site;
        let end = start;
        const done = new Map<Node, R>();
        const one = (n: Node): R => {
          let r = done.get(n);
          if (!r) {
            this.site = start;
            r = this.node(n);
            end = Math.max(end, this.site);
            done.set(n, r);
          }
          return r;
        };
        const cases = node.cases.map(([key, n]) => [key >>> 0, one(n)] as const);
        const otherwise = one(node.otherwise);
        this.site = end;
        const bytes = Math.max(otherwise.bytes, ...cases.map(([, r]) => r.bytes));
        const align = Math.max(otherwise.align, ...cases.map(([, r]) => r.align));
        return { kind: 'match', bytes, align, on, mask: node.mask ?? 0xffffffff, cases, otherwise };
      }
      case 'string':
        return {
          kind: 'string',
          bytes: node.size ?? 0,
          align: 1,
          path: node.limit === 'path',
          max: node.max,
          fixed: node.size !== undefined,
        };
      case 'bytes':
        return {
          kind: 'bytes',
          bytes: node.size ?? 0,
          align: 1,
          length: this.place(node.length),
          within: node.within && this.place(node.within),
          hex: node.style === 'hex',
          trimmed: node.trimmed ?? false,
          most: node.most ?? Infinity,
          terminated: node.terminated ?? false,
          limit: node.limit,
          as: node.as && { on: this.place(node.as.on), reader: node.as.reader },
        };
      case 'struct':
        return this.struct(node);
      case 'whole': {
        const start = this.site;
        const inner = this.node(node.node);
        const end = this.site;
        this.site = start;
        const short = node.short && this.node(node.short);
        this.site = Math.max(end, this.site);
        return {
          kind: 'whole',
          bytes: inner.bytes,
          align: inner.align,
          node: inner,
          short,
          least: node.least ?? inner.bytes,
          most: node.most ?? Infinity,
          length: node.length && this.place(node.length),
        };
      }
      case 'chain': {
        const of = this.struct(node.of);
        return {
          kind: 'chain',
          bytes: 0,
          align: of.align,
          of,
          length: this.place(node.length),
          max: node.max,
          unit: of.fields[0].node.bytes,
        };
      }
      case 'array': {
        const of = this.node(node.of);
        return {
          kind: 'array',
          bytes: (node.fixed ?? 0) * of.bytes,
          align: of.align,
          of,
          count: this.place(node.count),
          indices: node.indices,
          limit: node.limit,
          cap: node.cap,
          fixed: node.fixed,
          signed: node.signed ?? false,
          least: node.least ?? 0,
          most: node.most ?? Infinity,
          whole: node.whole ?? false,
          render: node.render,
        };
      }
      case 'zeroTerminated':
        return { kind: 'zeroTerminated', bytes: 0, align: abi.word, of: this.node(node.of), countOnly: node.countOnly };
      case 'blob':
        return {
          kind: 'blob',
          bytes: node.size ?? 0,
          align: 1,
          length: this.place(node.length),
          max: node.max,
          minimum: node.minimum ?? 0,
          least: node.least === undefined ? 0 : sizeOf(node.least, abi),
          partial: node.partial ?? false,
          render: node.render,
        };
      case 'fdSet':
        return {
          kind: 'fdSet',
          bytes: 0,
          align: 1,
          count: this.place(node.count),
          ready: node.ready,
          site: describesFds(this.style) && !node.ready ? this.newSite() : -1,
        };
      case 'abi':
        return this.node(abi.name === 'i386' ? node.i386 : abi.name === 'x32' && node.x32 ? node.x32 : node.x86_64);
      case 'verbose':
        return this.node(this.style.abbrev ? node.short : node.full);
    }
  }

  private struct(node: StructNode): RStruct {
    const length = node.length && this.place(node.length);
    const versioned: Versioned | undefined =
      node.excess && node.length ? { size: node.length, minimum: node.minimum ?? 0, excess: 'hex' } : node.versioned;
    const own = versioned?.size.kind === 'own' ? versioned.size.name : undefined;
    const known = versioned && {
      ...versioned,
      size: versioned.size.kind === 'own' ? undefined : this.place(versioned.size),
      head: own === undefined ? -1 : this.newSite(),
      tail: versioned.excess === 'hex' ? this.newSite() : -1,
    };
    const outer = this.padded;
    if (versioned) this.padded = versioned.clipped ? 'clipped' : true;
    // Offsets first: a field may refer to one that comes later (iov_base to iov_len).
    const { abi } = this.style;
    const { fields: layout, end, align } = layoutOf(node, this.style);
    this.scopes.push(layout);
    const nodes = node.fields.map((f) => this.node(f.node));
    const fields: RField[] = node.fields.map((f, i) => ({
      name: f.name,
      label: f.as ?? f.name,
      node: nodes[i],
      offset: layout[i].offset,
      ifSet: f.ifSet ?? false,
      verboseOnly: f.verboseOnly ?? false,
      hidden: f.hidden ?? false,
      ifThere: f.ifThere === true ? nodes[i].bytes : typeof f.ifThere === 'string' ? 1 : Number(f.ifThere ?? 0),
      cut: f.ifThere === 'cut',
      rest: f.rest ?? false,
      upTo: f.upTo && this.place(f.upTo),
      bare: f.bare ?? f.arrow !== undefined,
      arrow: f.arrow ?? false,
      beyond: f.beyond,
      changed: f.changed ?? false,
      fresh: f.fresh ?? false,
      answer: f.answer ?? false,
      remark: f.remark,
      bits: f.bits,
      when: f.when && this.test(f.when),
      inline: f.inline ?? false,
      behind: f.behind ? this.newSite() : -1,
      lost: f.behind?.lost,
    }));
    this.scopes.pop();
    const { padded } = this;
    this.padded = outer;
    const index = layout.findIndex((f) => f.name === own);
    if (own !== undefined && index < 0) this.fail(`no field '${own}'`);
    const natural = Math.ceil(end / align) * align;
    const bytes = node.size ?? natural;
    if (bytes < end) this.fail(`structure is given ${bytes} bytes, its fields take ${end} on ${abi.name}`);
    const tail = fields.at(-1);
    const last = tail && tail.behind < 0 ? tail.node : undefined;
    return {
      kind: 'struct',
      bytes,
      align,
      linked: node.linked && { next: layout.findIndex((f) => f.name === node.linked?.next) },
      flexible:
        last?.kind === 'array' && last.fixed === undefined ? { count: last.count, stride: last.of.bytes } : undefined,
      fields,
      shortened: node.shortened,
      spread: node.spread ?? false,
      length,
      minimum: node.minimum ?? bytes,
      versioned: known && {
        ...known,
        minimum: node.excess ? (node.minimum ?? bytes) : known.minimum,
        own: index < 0 ? undefined : { index, ...layout[index] },
      },
      padded,
      readable: node.readable,
      order: node.order
        ? node.order.map((name) => node.fields.findIndex((f) => f.name === name))
        : node.fields.map((_, i) => i),
      render: node.render,
    };
  }

  /**
   * Arguments take registers in order; names are known before nodes are resolved, so that they may refer forward. Those
   * that are not `wanted` get their registers only.
   */
  arguments(
    list: readonly Argument[],
    first: number,
    wanted: (a: Argument) => boolean = () => true,
  ): { args: RArgument[]; next: number } {
    const { abi } = this.style;
    let register = first;
    const placed = list.map((given) => {
      const a = { ...given, node: asArgument(given.node, abi) };
      const first = a.register ?? register;
      const split = a.wide === true && abi.name === 'i386';
      const own = split && a.highFirst ? first + 1 : first;
      const high = !split ? -1 : a.highFirst ? first : first + 1;
      if (a.register === undefined) register += high >= 0 ? 2 : 1;
      const bytes = high >= 0 ? 8 : Math.min(measure(a.node, this.style)[0] || abi.word, abi.name === 'i386' ? 4 : 8);
      this.registers.set(a.name, { register: own, bytes, high, site: -1 });
      return { a, own, high };
    });
    const kept = placed.filter(({ a }) => wanted(a));
    const args = kept.map(({ a, own, high }) => {
      const before = this.site;
      const node = this.node(a.node);
      if (node.kind === 'pointer') this.registers.get(a.name)!.site = before;
      return {
        name: a.name,
        register: own,
        high,
        node,
        when: a.when && this.test(a.when),
        hidden: a.hidden ?? false,
        named: a.named,
        shownAs: a.shownAs ?? a.name,
        atExit: a.atExit ?? false,
        orNothing: a.orNothing ?? false,
      };
    });
    return { args, next: register };
  }

  dump({ set, kind, fd, data, count, within }: Dump): RDump {
    const register = (name: string): number =>
      (this.registers.get(name) ?? this.fail(`dump: no argument '${name}'`)).register;
    return {
      set,
      kind,
      fd: register(fd),
      data: register(data),
      count: this.place(count),
      within: within && this.place(within),
      sites: [this.newSite(), this.newSite()],
    };
  }

  /** Whether something is said about an id of this kind: only tasks have names. */
  private describesPid(kind: PidKind | undefined): boolean {
    return (
      kind !== undefined && (this.style.pidns === true || ((kind === 'task' || kind === 'either') && this.style.comm))
    );
  }

  /** What is captured of a virtual processor. */
  private vcpu(fd: string | undefined): RResult['vcpu'] {
    const { kvm = 'none' } = this.style;
    if (fd === undefined || kvm === 'none') return undefined;
    const found = this.registers.get(fd) ?? this.fail(`result: no argument '${fd}'`);
    return { register: found.register, site: this.newSite(), both: kvm === 'vcpu+' };
  }

  result(result: Result): RResult {
    return {
      of: result.of,
      vcpu: this.vcpu(result.vcpu),
      namespaces:
        this.style.namespaces && result.namespaces ? { ...result.namespaces, site: this.newSite() } : undefined,
      base: result.base,
      format: result.format,
      comment: result.comment,
      evenEmpty: result.evenEmpty,
      ifRead: result.ifRead,
      value: result.value,
      extra: result.extra ? this.extra(result.extra) : [],
      site:
        (result.base === 'fd' && describesFds(this.style)) ||
        (result.base === 'pid' && this.describesPid(result.of ?? 'task'))
          ? this.newSite()
          : -1,
    };
  }

  /** Captures for a comment: their register is the argument of the same name. */
  private extra(list: readonly Argument[]): RArgument[] {
    return list.map((a) => {
      const found = this.registers.get(a.name) ?? this.fail(`result comment: no argument '${a.name}'`);
      return {
        name: a.name,
        register: found.register,
        high: -1,
        node: this.node(a.node),
        hidden: false,
        shownAs: a.name,
        atExit: true,
        orNothing: false,
      };
    });
  }
}
