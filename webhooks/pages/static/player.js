// The call page's player: two lanes of the redacted sound, a region for each finding, the word that is being said, and
// the keyboard. Everything it draws comes from the page and from peaks.json; no word is ever fetched.
import WaveSurfer from "wavesurfer";
import Regions from "wavesurfer-regions";
import Timeline from "wavesurfer-timeline";

const box = document.getElementById("player");
const { duration, findings, speakers } = JSON.parse(document.getElementById("player-data").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const hues = new Map([...new Set(findings.map((f) => f.type))].map((type, at) => [type, (at * 67) % 360]));
const clock = document.getElementById("clock");
const written = (ms) => `${Math.floor(ms / 60000)}:${((ms % 60000) / 1000).toFixed(3).padStart(6, "0")}`;
const words = [...document.querySelectorAll(".w")].map((node) => ({ node, s: +node.dataset.s, e: +node.dataset.e }));
words.sort((a, b) => a.s - b.s);

// The page asks for them in its head, while the rest of it is still read.
let drawn = await window.peaks;
for (let tries = 0; drawn.status === 503 && tries < 3; tries += 1) {
  await new Promise((done) => setTimeout(done, 1000));
  drawn = await fetch(drawn.url, { headers: { Accept: "application/json" } });
}
if (!drawn.ok) throw new Error("no waveform: the plain player stays");
const peaks = await drawn.json();
document.getElementById("plain").remove();
for (const node of box.querySelectorAll("[hidden]")) node.hidden = false;

const regions = Regions.create();
const wave = WaveSurfer.create({
  container: "#wave",
  cspNonce: box.dataset.nonce,
  url: box.dataset.sound,
  peaks: peaks.peaks,
  duration: duration / 1000,
  backend: "MediaElement",
  height: 56,
  splitChannels: speakers.map((_, at) => ({ waveColor: colour(at % 2 ? "--caller" : "--agent"), progressColor: colour("--soft") })),
  cursorColor: colour("--ink"),
  plugins: [regions, Timeline.create({ height: 14 })],
});

const stretch = (key) => findings.find((f) => f.key === key);
let at = -1;
let looped = null;
let labels = [];

function draw() {
  regions.clearRegions();
  labels = [];
  for (const f of shown()) {
    const region = regions.addRegion({
      id: f.key,
      start: f.start / 1000,
      end: f.end / 1000,
      channelIdx: f.channel,
      drag: false,
      resize: false,
      color: `hsl(${hues.get(f.type)} 70% 50% / .3)`,
    });
    region.element?.setAttribute("title", `${f.type} ${f.score}`);
    // Not as the region's own content: for each of those all others are measured, which takes seconds for hundreds.
    const node = named(f.type);
    region.element?.append(node);
    labels.push({ f, node });
  }
  arrange();
}

// Labels of a lane stand in rows, each where the last one of a row ends; what finds no place is told when zoomed in.
function arrange() {
  const scale = wave.getWrapper().clientWidth / duration;
  const ends = speakers.map(() => [0, 0, 0, 0]);
  for (const { f, node } of labels) {
    const from = f.start * scale;
    const rows = ends[f.channel] ?? ends[0];
    const row = rows.findIndex((end) => end <= from);
    node.style.display = row < 0 ? "none" : "";
    node.style.top = `${Math.max(0, row) * 13}px`;
    if (row >= 0) rows[row] = from + f.type.length * 7 + 6;
  }
}
wave.on("zoom", arrange);

// A type is told by its name, not by colour alone. The name may reach beyond a short region.
function named(type) {
  const label = document.createElement("span");
  label.textContent = type;
  Object.assign(label.style, {
    font: "600 10px/12px system-ui, sans-serif",
    color: colour("--ink"),
    background: colour("--paper"),
    whiteSpace: "nowrap",
    position: "absolute",
    left: "0",
    top: "0",
    padding: "0 2px",
    pointerEvents: "none",
  });
  return label;
}

const type = document.getElementById("only-type");
const least = document.getElementById("least");
const shown = () => findings.filter((f) => (!type.value || f.type === type.value) && f.score >= +least.value);

function narrow() {
  document.getElementById("least-shown").textContent = least.value;
  const kept = new Set(shown().map((f) => f.key));
  for (const node of document.querySelectorAll("[data-finding]")) node.hidden = !kept.has(node.dataset.finding);
  draw();
}

// The list beside comes some at a time: what is chosen may stand on another page of it.
// One answer is waited for at a time, so that an earlier one never replaces a later one.
let isAsking = false;
let following = null;
async function list(at = "") {
  if (!window.htmx || document.querySelectorAll("[data-finding]").length >= findings.length) return;
  if (isAsking) { following = at; return; }
  isAsking = true;
  const asked = new URLSearchParams({ type: type.value, least: least.value, at });
  try {
    await htmx.ajax("GET", `${box.dataset.findings}?${asked}`, { target: "#findings", swap: "outerHTML" });
  } finally {
    isAsking = false;
  }
  const next = following;
  following = null;
  if (next !== null) await list(next);
}

function seek(ms) {
  wave.setTime(Math.max(0, ms / 1000));
}

function choose(f, { play = false } = {}) {
  at = findings.indexOf(f);
  for (const node of document.querySelectorAll(".chosen")) node.classList.remove("chosen");
  const marked = [...document.querySelectorAll(`[data-finding="${f.key}"], .w[data-key="${f.key}"]`)];
  marked.forEach((node) => node.classList.add("chosen"));
  if (!document.querySelector(`[data-finding="${f.key}"]`)) list(f.key);
  marked.at(-1)?.scrollIntoView({ block: "nearest" });
  seek(play ? Math.max(0, f.start - 2000) : f.start);
  if (looped) looped = f;
}

function step(by) {
  const list = shown();
  if (!list.length) return;
  const now = list.indexOf(findings[at]);
  choose(list[(now + by + list.length) % list.length]);
}

// Without a mouse what was missed is marked where the sound is: from here, to here.
function mark(name) {
  const field = document.querySelector(`#add-missed [name=${name}]`);
  if (!field) return;
  field.value = written(wave.getCurrentTime() * 1000);
  field.classList.add("chosen");
}

function act(name) {
  const chosen = findings[at];
  if (!chosen) return;
  document.querySelector(`[data-finding="${CSS.escape(chosen.key)}"] [data-act="${name}"]`)?.click();
}

const doing = {
  play: () => wave.playPause(),
  back: () => seek(wave.getCurrentTime() * 1000 - 3000),
  forward: () => seek(wave.getCurrentTime() * 1000 + 3000),
  previous: () => step(-1),
  next: () => step(1),
  loop: () => {
    looped = looped ? null : (findings[at] ?? findings[0] ?? null);
    box.querySelector('[data-do="loop"]').setAttribute("aria-pressed", String(Boolean(looped)));
    if (looped) { choose(looped, { play: true }); wave.play(); }
  },
  confirm: () => act("confirm"),
  "not-personal": () => act("not-personal"),
  add: () => document.querySelector("#add-missed [name=start]")?.focus(),
  begin: () => mark("start"),
  end: () => mark("end"),
  "next-call": () => document.getElementById("next-call").click(),
  help: () => { const help = box.querySelector(".keymap"); help.open = !help.open; },
};

const usual = { play: " ", back: "[", forward: "]", previous: "k", next: "j", loop: "l", confirm: "c", "not-personal": "x", add: "a", begin: "i", end: "o", "next-call": "n", help: "?" };
const keys = { ...usual, ...JSON.parse(localStorage.getItem("keys") ?? "{}") };
const isOn = document.getElementById("keys");
isOn.checked = localStorage.getItem("keys-off") !== "yes";
isOn.addEventListener("change", () => localStorage.setItem("keys-off", isOn.checked ? "no" : "yes"));
const form = document.getElementById("keymap");
for (const [name, key] of Object.entries(keys)) {
  const label = document.createElement("label");
  const field = Object.assign(document.createElement("input"), { value: key, maxLength: 1, size: 2, autocomplete: "off" });
  field.addEventListener("change", () => {
    keys[name] = field.value || usual[name];
    localStorage.setItem("keys", JSON.stringify(keys));
  });
  label.append(name, field);
  form.append(label);
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!isOn.checked || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  const name = Object.keys(keys).find((one) => keys[one] === event.key);
  if (!name) return;
  event.preventDefault();
  doing[name]();
});
box.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name) doing[name]();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  if (link) { event.preventDefault(); seek(+link.dataset.seek); history.replaceState(null, "", `#t=${+link.dataset.seek / 1000}`); }
  const word = event.target.closest(".w");
  if (word && getSelection().isCollapsed) word.dataset.key ? choose(stretch(word.dataset.key) ?? findings[0]) : seek(+word.dataset.s);
});
document.addEventListener("mouseup", () => {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return;
  const taken = words.filter(({ node }) => selection.containsNode(node, true));
  if (!taken.length) return;
  const channel = +taken[0].node.closest(".turn").dataset.channel;
  tell(channel, taken[0].s, Math.max(...taken.map((word) => word.e)));
});
const tell = (channel, startMs, endMs) =>
  document.dispatchEvent(new CustomEvent("earmark:selected", { detail: { channel, startMs, endMs } }));

// What is dragged over lies on the lane where the dragging began; there is one selection at a time.
const lanes = document.getElementById("wave");
let lane = 0;
let selected = null;
lanes.addEventListener("pointerdown", (event) => {
  const below = event.clientY - lanes.getBoundingClientRect().top;
  lane = Math.min(speakers.length - 1, Math.max(0, Math.floor(below / 56)));
}, true);
regions.enableDragSelection({ color: "rgb(128 128 128 / .35)", drag: false, resize: false }, 5);
regions.on("region-created", (region) => {
  if (stretch(region.id)) return;
  selected?.remove();
  selected = region;
  tell(lane, region.start * 1000, region.end * 1000);
});
regions.on("region-clicked", (region, event) => {
  event.stopPropagation();
  const f = stretch(region.id);
  if (f) choose(f);
});

const follow = document.getElementById("follow");
let said = null;
wave.on("timeupdate", (seconds) => {
  const ms = seconds * 1000;
  clock.textContent = `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
  if (looped && ms > looped.end + 2000) seek(looped.start - 2000);
  let low = 0;
  let high = words.length;
  while (low < high) { const middle = (low + high) >> 1; words[middle].s <= ms ? (low = middle + 1) : (high = middle); }
  const now = words[low - 1];
  const node = now && ms < now.e ? now.node : null;
  if (node === said) return;
  said?.classList.remove("said");
  node?.classList.add("said");
  said = node;
  if (node && follow.checked && wave.isPlaying()) node.scrollIntoView({ block: "nearest" });
});
wave.on("ready", () => {
  draw();
  const linked = /#t=([\d.]+)/.exec(location.hash);
  if (linked) seek(+linked[1] * 1000);
  box.dataset.ready = "yes";
});
document.getElementById("speed").addEventListener("change", (event) => wave.setPlaybackRate(+event.target.value, true));
document.getElementById("zoom").addEventListener("input", (event) => wave.zoom(+event.target.value));
document.getElementById("narrow").addEventListener("input", narrow);
document.getElementById("narrow").addEventListener("change", () => list());
document.getElementById("narrow").addEventListener("submit", (event) => event.preventDefault());
document.body.addEventListener("htmx:after:swap", () => {
  narrow();
  if (at >= 0) document.querySelector(`[data-finding="${findings[at].key}"]`)?.classList.add("chosen");
});
