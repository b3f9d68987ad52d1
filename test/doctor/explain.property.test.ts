import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { explain } from '../../src/doctor/explain';
import { type Fault, faults, type Scene, scenes } from './faults';

const seed = 20260101;

function explainScene({ request, key, otherKeys, knownUrls }: Scene) {
  return explain(request, key, { otherKeys, knownUrls });
}

function spoilWith(chosen: readonly Fault[], genuine: Scene): Scene | null {
  return chosen.reduce<Scene | null>((scene, fault) => scene && fault.spoil(scene), genuine);
}

test('scenes verify before they are spoiled', () => {
  for (const scene of fc.sample(scenes, { numRuns: 200, seed }))
    expect(explainScene(scene).reason).toBeNull();
});

test('names a single fault first, 98 times in 100', () => {
  const missed: string[] = [];
  let tried = 0;
  for (const scene of fc.sample(scenes, { numRuns: 120, seed })) {
    for (const fault of faults) {
      const spoiled = fault.spoil(scene);
      if (!spoiled) continue;
      tried++;
      const { causes } = explainScene(spoiled);
      if (causes[0]?.code !== fault.code)
        missed.push(`${scene.kind} ${fault.code}: ${causes.map(({ code }) => code)}`);
    }
  }
  expect(tried).toBeGreaterThan(1500);
  expect({
    share: missed.length / tried <= 0.02,
    missed: missed.length / tried <= 0.02 ? [] : missed,
  }).toEqual({
    share: true,
    missed: [],
  });
});

test('names both of two faults first, 85 times in 100', () => {
  const pairs = faults.flatMap((one, at) =>
    faults
      .slice(at + 1)
      .flatMap((other): [Fault, Fault][] => (one.place === other.place ? [] : [[one, other]])),
  );
  const drawn = fc.sample(fc.tuple(scenes, fc.constantFrom(...pairs)), { numRuns: 1000, seed });
  const missed: string[] = [];
  let tried = 0;
  for (const [scene, pair] of drawn) {
    const spoiled = spoilWith(pair, scene);
    if (!spoiled) continue;
    tried++;
    const found = explainScene(spoiled)
      .causes.slice(0, 2)
      .map(({ code }) => code);
    if (!pair.every(({ code }) => found.includes(code)))
      missed.push(`${scene.kind} ${pair.map(({ code }) => code)}: ${found}`);
  }
  expect(tried).toBeGreaterThan(400);
  expect(missed.length / tried <= 0.15 ? [] : missed).toEqual([]);
});

// A hundred thousand and more: bench/fuzz-explain.ts.
test('names no cause for a random signature, and no pair of them', () => {
  for (const { request, key, otherKeys } of fc.sample(scenes, { numRuns: 100, seed })) {
    const signature = randomBytes(20).toString('base64');
    expect(explain({ ...request, signature }, key, { otherKeys }).causes).toEqual([]);
  }
});
