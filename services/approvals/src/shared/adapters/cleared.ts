/** Of a `risk_hit hit`: somebody looked into it and found nothing, so it holds no longer and counts for nothing. */
export const cleared = /* sql */ `EXISTS (SELECT 1 FROM risk_case_hit link JOIN risk_case c ON c.id = link.case_id WHERE link.hit_id = hit.id AND c.resolution = 'clear')`;
