const example = document.getElementById('example');
example.textContent = example.textContent.replaceAll('ORIGIN', location.origin);

const words = { ready: 'ready', degraded: 'degraded', 'not-ready': 'not ready', away: 'no answer' };

async function showStatus() {
  const overall = document.getElementById('overall');
  try {
    const { services } = await (await fetch('/status.json')).json();
    const rows = services.map(({ service, status }) => {
      const row = document.createElement('li');
      const state = document.createElement('span');
      state.textContent = words[status] ?? status;
      state.className = status === 'ready' ? 'good' : 'bad';
      row.append(service, state);
      return row;
    });
    document.getElementById('services').replaceChildren(...rows);
    const ready = services.filter(({ status }) => status === 'ready').length;
    overall.textContent = ready === services.length ? `all ${ready} ready` : `${ready} of ${services.length} ready`;
  } catch {
    overall.textContent = 'the server does not answer; trying again';
  }
  setTimeout(showStatus, 5000);
}
void showStatus();
