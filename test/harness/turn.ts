// Programs are waited for in place (spawnSync). Between tests the runner has its turn: it gives a worker up that does not
// answer for a minute.
import { afterEach } from 'vitest';

afterEach(() => new Promise((resolve) => setImmediate(resolve)));
