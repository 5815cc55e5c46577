// What a newcomer would write: Express 5 that redirects and stores nothing.

import express from 'express';

const app = express();
app.get('/c/:code', (request, response) => {
  response.redirect(302, `https://shop.example/?click_id=${request.params.code}`);
});
app.listen(Number(process.env.PORT), '127.0.0.1');
