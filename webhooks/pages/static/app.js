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

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
