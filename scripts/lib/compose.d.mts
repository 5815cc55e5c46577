export interface ComposeService {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string | string[];
  user?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  healthcheck?: { test: string[] };
  read_only?: boolean;
}
export interface Compose {
  name: string;
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}
export function interpolate(text: string, env: Record<string, string | undefined>): string;
export function readRawCompose(folder: string): Compose;
export function readCompose(folder: string, env: Record<string, string | undefined>): Compose;
export function variablesOf(folder: string): { name: string; required: boolean }[];
