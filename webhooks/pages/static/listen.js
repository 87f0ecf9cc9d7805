// Speaks an announcement with the browser's own voice, so that its length and tone can be judged. It is not the voice
// that callers hear. Where the browser cannot speak no button is shown.
if ("speechSynthesis" in window) {
  for (const button of document.querySelectorAll("button[data-listen]")) {
    const stop = () => button.setAttribute("aria-pressed", "false");
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const wasSpeaking = button.getAttribute("aria-pressed") === "true";
      speechSynthesis.cancel();
      if (wasSpeaking) return stop();
      const said = document.getElementById(button.dataset.listen);
      const words = new SpeechSynthesisUtterance(said.value?.trim() || said.dataset.spoken || said.textContent.trim());
      words.lang = button.dataset.lang;
      words.addEventListener("end", stop);
      words.addEventListener("error", stop);
      button.setAttribute("aria-pressed", "true");
      speechSynthesis.speak(words);
    });
  }
}
