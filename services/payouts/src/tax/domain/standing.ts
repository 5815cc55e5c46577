/** What is kept of a form in the open: what withholding goes by. */
export interface FormFacts {
  id: string;
  version: number;
  kind: 'W-9' | 'W-8BEN' | 'W-8BEN-E' | 'refusal';
  refuses: 'W-9' | 'W-8' | null;
  backupWithholding: boolean;
  corporation: boolean;
  treatyRate: string | null;
  signedOn: string | null;
  expiresOn: string | null;
  /** `refused`: a refusal that another person has verified. */
  status: 'pending' | 'verified' | 'declined' | 'refused';
  /** The day on which it began to count: that of its verification. */
  countsFrom: string | null;
}

export type Standing<F extends FormFacts = FormFacts> =
  | { status: 'none' | 'pending'; form: null }
  | { status: 'valid' | 'refused' | 'expired'; form: F };

/** Which form of a partner counts on a day: the newest form or refusal that is verified; what waits does not displace it. */
export function standingOn<F extends FormFacts>(forms: readonly F[], day: string): Standing<F> {
  const counting = forms
    .filter(({ countsFrom }) => countsFrom !== null && countsFrom <= day)
    .reduce<F | null>((newest, form) => (newest && newest.version > form.version ? newest : form), null);
  if (!counting) return { status: forms.some(({ status }) => status === 'pending') ? 'pending' : 'none', form: null };
  if (counting.kind === 'refusal') return { status: 'refused', form: counting };
  return { status: counting.expiresOn !== null && counting.expiresOn < day ? 'expired' : 'valid', form: counting };
}
