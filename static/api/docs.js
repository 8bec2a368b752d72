// Draws a form for each operation of openapi.json and sends what is entered. Knows OpenAPI, and nothing of Interlock.

const SCHEMA = new URL("../openapi.json", location.href);
const token = document.getElementById("token");
const search = document.getElementById("search");
const main = document.getElementById("operations");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function csrf() {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice("csrftoken=".length)) : "";
}

function resolved(schema, root, depth = 0) {
  if (!schema || depth > 6) return {};
  if (schema.$ref) return resolved(root.components.schemas[schema.$ref.split("/").pop()], root, depth + 1);
  const option = (schema.anyOf ?? schema.oneOf ?? []).find((each) => each.type !== "null");
  return option ? { ...schema, ...resolved(option, root, depth + 1) } : schema;
}

function example(schema, root, depth = 0) {
  const plain = resolved(schema, root);
  if (plain.default !== undefined && plain.default !== null) return plain.default;
  if (plain.const !== undefined) return plain.const;
  if (plain.enum) return plain.enum[0];
  if (plain.type === "object" && depth < 4) {
    const wanted = plain.required ?? [];
    return Object.fromEntries(wanted.map((name) => [name, example(plain.properties?.[name], root, depth + 1)]));
  }
  return { array: [], object: {}, integer: 1, number: 0, boolean: false, string: "" }[plain.type] ?? {};
}

function parameterField(parameter) {
  const input = make("input", { name: `${parameter.in}:${parameter.name}`, required: parameter.required });
  if (parameter.schema.default !== undefined) input.placeholder = String(parameter.schema.default);
  const help = parameter.description ? make("small", { textContent: parameter.description }) : null;
  return make("label", {}, `${parameter.name}${parameter.required ? " *" : ""} (${parameter.in})`, input, help);
}

function bodyField(operation, root) {
  const schema = operation.requestBody?.content["application/json"].schema;
  if (!schema) return null;
  const text = operation.requestBody.required ? JSON.stringify(example(schema, root), null, 2) : "";
  return make("label", {}, "body", make("textarea", { name: "body", value: text, spellcheck: false }));
}

// The first level of a body; what is deeper stands in the schema.
function bodyFields(operation, root) {
  const schema = resolved(operation.requestBody?.content["application/json"].schema, root);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const plain = resolved(field, root);
    const needed = schema.required?.includes(name) ? " *" : "";
    const cells = [name + needed, [plain.type ?? "any"].flat().join(" or "), plain.description ?? ""];
    return make("tr", {}, ...cells.map((textContent) => make("td", { textContent })));
  });
  return rows.length ? make("table", {}, make("caption", { textContent: "The body" }), make("tbody", {}, ...rows)) : null;
}

function requestOf(form, path, method) {
  const headers = { Accept: "application/json" };
  const query = new URLSearchParams();
  let address = path;
  for (const [field, value] of new FormData(form)) {
    const [place, name] = field.split(/:(.*)/s);
    if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    if (place === "query" && value !== "") query.set(name, value);
    if (place === "header" && value !== "") headers[name] = value;
  }
  const body = form.elements.body?.value;
  if (body) headers["Content-Type"] = "application/json";
  if (token.value) headers.Authorization = `Bearer ${token.value}`;
  else if (method !== "GET") headers["X-CSRFToken"] = csrf();
  return [query.size ? `${address}?${query}` : address, { method, headers, body: body || undefined }];
}

async function send(form, path, method, output) {
  const [address, request] = requestOf(form, path, method);
  output.textContent = "…";
  try {
    const response = await fetch(address, request);
    const text = await response.text();
    output.className = response.ok ? "" : "failed";
    output.textContent = `${response.status} ${response.statusText}\n${headersOf(response)}\n\n${pretty(text)}`;
  } catch (error) {
    output.className = "failed";
    output.textContent = String(error);
  }
}

function headersOf(response) {
  return [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function answers(operation) {
  const rows = Object.entries(operation.responses).map(([status, answer]) =>
    make("tr", {}, make("td", { textContent: status }), make("td", { textContent: answer.description })),
  );
  return make("table", {}, make("tbody", {}, ...rows));
}

function drawn(path, method, operation, root) {
  const output = make("pre", { textContent: "" });
  const form = make(
    "form",
    {},
    ...(operation.parameters ?? []).map(parameterField),
    bodyFields(operation, root),
    bodyField(operation, root),
    make("button", { textContent: "Send" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, path, method.toUpperCase(), output);
  });
  const scope = operation.security?.[0]?.token?.[0];
  const head = make("summary", {}, make("span", { className: "method", textContent: method.toUpperCase() }));
  head.append(make("code", { textContent: path }), ` ${operation.summary ?? ""}`);
  const text = [operation.description, scope ? `Needs ${scope}.` : "Needs no token."].filter(Boolean).join(" ");
  const found = make("details", {}, head, make("div", {}, make("p", { textContent: text }), answers(operation), form, output));
  found.dataset.text = `${method} ${path} ${operation.summary} ${text} ${Object.keys(operation.responses)}`.toLowerCase();
  return found;
}

function draw(root) {
  main.replaceChildren();
  let tag = "";
  for (const [path, methods] of Object.entries(root.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.tags[0] !== tag) {
        tag = operation.tags[0];
        main.append(make("h2", { textContent: tag }));
      }
      main.append(drawn(path, method, operation, root));
    }
  }
}

search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase();
  for (const each of main.querySelectorAll("details")) each.hidden = !each.dataset.text.includes(wanted);
});

const response = await fetch(SCHEMA);
draw(await response.json());
