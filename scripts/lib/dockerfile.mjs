// Reads the few instructions that deploy/Dockerfile uses; any other one throws, so that a check never overlooks a line.

import { readFileSync } from 'node:fs';

/** What each instruction does to the stage that it stands in. */
const inStage = {
  ENV: (stage, value) => Object.assign(stage.env, pairs(value)),
  RUN: (stage, value) => stage.run.push(value),
  COPY: (stage, value) => stage.copy.push(copyOf(value)),
  WORKDIR: (stage, value) => Object.assign(stage, { workdir: value }),
  USER: (stage, value) => Object.assign(stage, { user: value }),
  EXPOSE: (stage, value) => stage.expose.push(Number(value)),
  VOLUME: (stage, value) => stage.volumes.push(value),
  CMD: (stage, value) => Object.assign(stage, { cmd: JSON.parse(value) }),
  HEALTHCHECK: (stage, value) => Object.assign(stage, { healthcheck: JSON.parse(value.slice(value.indexOf('CMD') + 3)) }),
};

/** The stages of a Dockerfile in order. */
export function readDockerfile(file) {
  const args = {};
  const stages = [];
  for (const { instruction, rest } of instructionsOf(readFileSync(file, 'utf8'))) {
    const stage = stages.at(-1);
    const value = rest.replace(/\$\{(\w+)\}/g, (_, name) => stage?.env[name] ?? args[name] ?? '');
    if (instruction === 'ARG') Object.assign(args, pairs(value));
    else if (instruction === 'FROM') stages.push(newStage(value));
    else if (!inStage[instruction]) throw new Error(`${instruction} is not understood`);
    else inStage[instruction](stage, value);
  }
  return stages;
}

function newStage(value) {
  const [, base, name] = /^(\S+)(?: AS (\S+))?$/.exec(value);
  return { base, name, env: {}, run: [], copy: [], user: 'root', expose: [], volumes: [] };
}

function instructionsOf(text) {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
    .flatMap((match) => (match ? [{ instruction: match[1], rest: match[2].trim() }] : []));
}

function pairs(text) {
  return Object.fromEntries(text.split(/\s+/).map((one) => [one.split('=')[0], one.split('=').slice(1).join('=')]));
}

function copyOf(text) {
  const [, from, paths] = /^(?:--from=(\S+) )?(.*)$/.exec(text);
  const list = paths.split(/\s+/);
  return { from, sources: list.slice(0, -1), target: list.at(-1) };
}
