/* Runs inside a card's frame, in the place of the Anki client: it shows the side that it is sent
   in the same long-lived page, and tells the page around it what was tapped and typed. */
(() => {
  "use strict";
  const box = document.getElementById("qa");
  const keys = [" ", "Enter", "j", "k", "/", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
  const tappable = "a, button, input, select, textarea, summary, audio, video, [onclick], .tappable";

  function show(html) {
    box.innerHTML = html;
    box.querySelectorAll("script").forEach((script) => {
      const copy = document.createElement("script"); /* innerHTML runs no script, a new one does */
      copy.textContent = script.textContent;
      script.replaceWith(copy);
    });
    const answer = document.getElementById("answer");
    const at = answer ? answer.getBoundingClientRect() : null;
    const isSeen = !at || Math.min(at.bottom, at.top + 60) <= innerHeight;
    scrollTo(0, isSeen ? 0 : at.top + scrollY - 16);
  }

  /* As a client's setting for the size of text: the style sizes everything by the card's font. */
  function resize(scale) {
    const { style } = document.body;
    style.fontSize = "";
    if (scale !== 1) { style.fontSize = `${parseFloat(getComputedStyle(document.body).fontSize) * scale}px`; }
  }

  addEventListener("message", (event) => {
    if (event.source !== parent) { return; }
    if ("look" in event.data) {
      document.documentElement.className = event.data.look.html;
      document.body.className = event.data.look.body;
      resize(event.data.look.scale);
    }
    if ("html" in event.data) { show(event.data.html); }
  });

  addEventListener("click", (event) => {
    const isTaken = event.target.closest(tappable) || String(getSelection());
    parent.postMessage({ tap: isTaken ? "taken" : "flip" }, "*");
  });

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys.includes(event.key)) { return; }
    const presses = event.key === " " || event.key === "Enter";
    if (presses && event.target.closest(tappable)) { return; }
    const root = document.documentElement;
    if (/Up|Down/.test(event.key) && root.scrollHeight > root.clientHeight) { return; }
    event.preventDefault();
    parent.postMessage({ key: event.key }, "*");
  });
})();
