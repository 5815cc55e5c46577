export function ignores(text: string): (file: string) => boolean;
