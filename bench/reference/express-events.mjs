// What a newcomer would write: Express 5 with its JSON parser and zod, that answers "accepted" and stores nothing.
// The schema is the product's own, so that both check the same.

import { trackingEvent } from '@tributary/contracts';
import express from 'express';

const app = express();
app.use(express.json());
app.post('/api/v1/events', (request, response) => {
  const read = trackingEvent.safeParse(request.body);
  if (!read.success) return response.status(422).json({ errors: read.error.issues });
  response.status(202).json({ outcome: 'accepted', eventId: read.data.eventId, conversionId: 'none', partnerId: null });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
