// What every page has: light or dark as the reader chose it, and a question before what cannot be taken back.
const chosen = localStorage.getItem("theme");
if (chosen) document.documentElement.dataset.theme = chosen;

const toggle = document.getElementById("theme");
if (toggle) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shown = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  toggle.hidden = false;
  toggle.setAttribute("aria-pressed", String(shown() === "dark"));
  toggle.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    toggle.setAttribute("aria-pressed", String(next === "dark"));
  });
}

// On a narrow page a table of many columns is read line by line: each cell then says itself what its column is.
function name(table) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  if (heads.length < 4 || table.closest(".plots")) return;
  table.classList.add("stacks");
  for (const [part, role] of [["tr", "row"], ["thead, tbody", "rowgroup"], ["thead th", "columnheader"], ["tbody td", "cell"], ["tbody th", "rowheader"]])
    for (const node of table.querySelectorAll(part)) node.setAttribute("role", role);
  table.setAttribute("role", "table");
  for (const row of table.querySelectorAll("tbody tr"))
    [...row.cells].forEach((cell, at) => {
      cell.dataset.label = heads[at] ?? "";
      cell.classList.toggle("void", !cell.textContent.trim() && !cell.querySelector("input, svg"));
    });
}
const tell = () => document.querySelectorAll(".scroll > table:not(.stacks)").forEach(name);
tell();
document.body.addEventListener("htmx:after:swap", tell);
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// A new password is typed once: whoever types it may look at it.
for (const field of document.querySelectorAll("input[data-shows]")) {
  const label = document.createElement("label"), box = document.createElement("input");
  label.className = "choice";
  box.type = "checkbox";
  box.addEventListener("change", () => (field.type = box.checked ? "text" : "password"));
  label.append(box, ` ${field.dataset.shows}`);
  field.after(label);
}

// A part that could not be had right now is asked for again, up to three times, when the answer says; nothing that writes.
// To whoever waits for it, it is one request all the while: what is asked for meanwhile comes after it and is shown last.
async function patiently(address, request) {
  for (let before = 0; ; before += 1) {
    const answer = await fetch(address, request);
    if (answer.status !== 503 || before === 3) return answer;
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    await new Promise((done) => setTimeout(done, 1000 * seconds * 2 ** before));
  }
}
document.body.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.request.method.toUpperCase() === "GET") ctx.fetch = patiently;
});
