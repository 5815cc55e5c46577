// Whether the service in this container answers: exit code 0 or 1. Used by the image's HEALTHCHECK.
const url = `http://127.0.0.1:${process.env.PORT || 8080}/healthz`;
const healthy = await fetch(url, { signal: AbortSignal.timeout(4000) }).then(
  ({ ok }) => ok,
  () => false,
);
process.exit(healthy ? 0 : 1);
