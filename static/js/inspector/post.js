// A question to the server with the browser's session. The answer is data, never an exception.

const PATIENCE_MS = 20_000;

export async function post(path, csrf, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf };
  try {
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS) });
    const value = await response.json();
    return response.ok ? { ok: true, value } : { ok: false, detail: value.detail ?? "The server refused." };
  } catch {
    return { ok: false, detail: "The server cannot be reached. What you type is kept." };
  }
}
