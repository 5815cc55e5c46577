export interface Stage {
  base: string;
  name?: string;
  env: Record<string, string>;
  run: string[];
  copy: { from?: string; sources: string[]; target: string }[];
  user: string;
  workdir?: string;
  expose: number[];
  volumes: string[];
  cmd?: string[];
  healthcheck?: string[];
}
export function readDockerfile(file: string): Stage[];
