// Adds the requests that come while the page is open.
const rows = document.querySelector("#requests tbody");
new EventSource("/_ui/events").onmessage = (event) => {
  const r = JSON.parse(event.data);
  const row = rows.insertRow(0);
  if (r.status === 0 || r.status >= 400) row.className = "failed";
  const cells = [
    r.time, r.method, r.path, r.status, r.duration_ms.toFixed(1),
    `${r.api ?? ""} ${r.operationId ?? ""}`, `${r.fault ?? ""} ${r.refused ?? ""}`,
  ];
  for (const text of cells) row.insertCell().textContent = String(text).trim();
  while (rows.rows.length > 100) rows.deleteRow(-1);
};
