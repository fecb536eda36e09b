import { afterAll } from 'vitest';
import type { Gpu } from '../../src/worker/data.ts';
import { describeCalls } from '../support/remote-calls.ts';
import { overPort } from '../support/remote.ts';

let opened: Promise<Gpu> | undefined;

// A port has the worker's side in the page itself, so that the coverage counts it.
describeCalls('a port', () => (opened ??= overPort()));

afterAll(async () => (await opened)?.close());
