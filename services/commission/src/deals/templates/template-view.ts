import type { TemplateVersion } from './template-store.js';

/** A template as the API shows it. */
export const templateView = ({ templateId, recordedAt, ...template }: TemplateVersion) => ({
  id: templateId,
  ...template,
  recordedAt: recordedAt.toISOString(),
});
