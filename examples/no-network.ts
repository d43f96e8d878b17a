// A test that fails when a program touches the network: npx tsx --test examples/no-network.ts. PROGRAM names the program.
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from 'tstrace';

/**
 * What a command does with addresses of the internet, a line for each call. Sockets of other families (a local daemon's)
 * are left alone. A filter in the kernel keeps all other calls from being slowed down.
 */
async function networkUse(command: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of trace(command, { calls: ['%network'], useFilter: true, stdio: 'ignore' })) {
    if (event.type !== 'syscall') continue;
    if (event.syscall === 'connect' || event.syscall === 'bind' || event.syscall === 'sendto') {
      const address = event.syscall === 'sendto' ? event.args.dest_addr : event.args.addr;
      const family = address?.struct?.sa_family?.names ?? [];
      if (family.includes('AF_INET') || family.includes('AF_INET6')) lines.push(event.line);
    }
  }
  return lines;
}

test('the program stays off the network', async () => {
  deepEqual(await networkUse(['bash', '-c', process.env.PROGRAM ?? 'ls /']), []);
});
