// Fills the form for what was missed with what is selected elsewhere on the page: words, or a stretch of the waveform.
// Whoever lets people select tells it by `document.dispatchEvent(new CustomEvent("earmark:selected", {detail:
// {channel, startMs, endMs}}))`.
const written = (ms) => {
  const rest = ms % 60000;
  const seconds = String(Math.floor(rest / 1000)).padStart(2, "0");
  return `${Math.floor(ms / 60000)}:${seconds}.${String(Math.floor(rest % 1000)).padStart(3, "0")}`;
};

document.addEventListener("earmark:selected", (event) => {
  const form = document.getElementById("add-missed");
  if (!form) return;
  const { channel, startMs, endMs } = event.detail;
  form.elements.channel.value = String(channel);
  form.elements.start.value = written(Math.max(0, Math.floor(startMs)));
  form.elements.end.value = written(Math.ceil(endMs));
  form.elements.type.focus();
});
