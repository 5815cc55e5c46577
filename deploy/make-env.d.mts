export function randomEnvironment(): Record<string, string>;
