(() => {
  "use strict";

  const BATCH = 48; /* cards that are added to the page at a time */
  const NEAR = "500px 0px"; /* a frame lives while its card is this near to the window */
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  root.classList.add("is-loading"); /* half a page would jump when the other half comes */

  let data;
  let cards = []; /* every card */
  let matching = []; /* those that the filters let through; the first `added` are on the page */
  let added = 0;
  let current = null;
  const live = new Map(); /* frame window → card */

  /* ---- light and dark ---- */

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme === "dark";

  function setTheme(theme) {
    root.dataset.theme = theme;
    live.forEach((card, view) => view.postMessage({ look: look(card) }, "*"));
    const button = byId("dark");
    if (button) { button.setAttribute("aria-pressed", String(isDark())); }
  }
  const followSystem = () => setTheme(prefersDark.matches ? "dark" : "light");
  followSystem(); /* before the first paint */
  prefersDark.addEventListener("change", followSystem);

  /* The classes of Anki's desktop and of AnkiDroid. */
  function look(card) {
    const night = isDark();
    return {
      html: night ? "night-mode" : "",
      body: `card card${card.ordinal + 1}${night ? " nightMode night_mode" : ""}`,
    };
  }

  /* ---- elements ---- */

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => {
      if (key === "onclick") { element.onclick = value; } else { element.setAttribute(key, value); }
    });
    element.append(...children);
    return element;
  }

  function counted(count, noun) {
    return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  }

  /* ---- a card ---- */

  /* The HTML of a side, with pictures and sounds as they are embedded in this page. */
  function html(card, side) {
    return side.map((part) => data.parts[part]).join("")
      .replace(/<img src="(bd-[^"]*)" alt="([^"]*)"/g, (tag, name, alt) => (
        name in data.media ? tag.replace(name, data.media[name]) : `<em>${alt} (a large picture)</em><img hidden`))
      .replace(/\[anki:play:([qa]):(\d+)\]/g, (_, ofSide, number) => {
        const name = card.sounds[ofSide][number];
        return name in data.media ? `<audio controls src="${data.media[name]}"></audio>` : "<em>♪ (a large sound)</em>";
      });
  }
  const shownHtml = (card) => html(card, card.isFlipped ? card.answer : card.question);

  function item(card) {
    if (card.item) { return card.item; }
    const { note } = card;
    card.screen = make("div", { class: "screen" });
    card.button = make("button", { type: "button", class: "flip", onclick: () => flip(card) });
    const tags = note.tags.map((tag) => make("button", {
      type: "button", class: "tag", title: "Show only this tag", onclick: () => choose("tag", tag),
    }, tag));
    const formula = card.hasFormula ? [make("p", { class: "hint" }, "Anki draws the formula.")] : [];
    card.item = make("article", { class: "item", tabindex: "-1", "aria-label": label(card) },
      make("div", { class: "phone" }, card.screen, card.button),
      make("div", { class: "about" },
        make("h2", {},
          make("span", { class: `kind kind-${note.kind}` }, note.kind), ` ${card.template}`,
          make("span", { class: "number" }, `${card.number}`)),
        make("p", { class: "place" }, note.place),
        make("p", { class: "deck" }, `Deck ${note.deck}`),
        ...formula,
        make("p", { class: "tags" }, ...tags)));
    card.item.addEventListener("focusin", () => select(card));
    card.item.addEventListener("mousedown", () => select(card));
    nameButton(card);
    cardOf.set(card.item, card);
    return card.item;
  }

  function label(card) {
    return `Card ${card.number}, ${card.note.kind}, ${card.template}: ${card.note.title}`;
  }

  function nameButton(card) {
    card.button.textContent = card.isFlipped ? "Show question" : "Show answer";
  }

  function mount(card) {
    if (card.frame) { return; }
    const { html: htmlClass, body } = look(card);
    const { isFlipped } = card;
    const frame = make("iframe", {
      sandbox: "allow-scripts allow-popups allow-popups-to-escape-sandbox",
      title: `${isFlipped ? "Back" : "Front"} of card ${card.number}`,
      srcdoc: `<!doctype html><html class="${htmlClass}"><head><meta charset="utf-8">`
        + `<base target="_blank"><style>${data.hostStyle}</style>`
        + `<style>${data.parts[card.note.style]}</style></head>`
        + `<body class="${body}"><div id="qa">${shownHtml(card)}</div>`
        + `<script>${data.frameScript}<\/script></body></html>`,
    });
    frame.addEventListener("load", () => {
      if (card.frame !== frame) { return; }
      /* A frame that is still loading hears no message: what changed meanwhile is told again. */
      const turned = card.isFlipped === isFlipped ? {} : { html: shownHtml(card) };
      frame.contentWindow.postMessage({ look: look(card), ...turned }, "*");
      frame.classList.add("is-ready");
    });
    card.frame = frame;
    card.screen.append(frame);
    live.set(card.frame.contentWindow, card);
  }

  function unmount(card) {
    if (!card.frame) { return; }
    live.delete(card.frame.contentWindow);
    card.frame.remove();
    card.frame = null;
  }

  const cardOf = new WeakMap();
  const watcher = new IntersectionObserver((entries) => {
    entries.forEach(({ target, isIntersecting }) => {
      const card = cardOf.get(target);
      if (isIntersecting) { mount(card); } else if (card.frame !== document.activeElement) { unmount(card); }
    });
  }, { rootMargin: NEAR });

  function turn(card, isFlipped) {
    if (card.isFlipped === isFlipped) { return; }
    card.isFlipped = isFlipped;
    if (!card.item) { return; }
    nameButton(card);
    if (card.frame) {
      card.frame.title = `${isFlipped ? "Back" : "Front"} of card ${card.number}`;
      card.frame.contentWindow.postMessage({ html: shownHtml(card) }, "*");
    }
  }

  function flip(card) {
    select(card);
    turn(card, !card.isFlipped);
  }

  /* ---- walking ---- */

  function select(card) {
    if (current === card) { return; }
    if (current && current.item) { current.item.removeAttribute("aria-current"); }
    current = card;
    if (card) { item(card).setAttribute("aria-current", "true"); }
  }

  function walk(steps) {
    if (!matching.length) { return; }
    const at = matching.indexOf(current);
    const to = at < 0 ? 0 : Math.min(Math.max(at + steps, 0), matching.length - 1);
    while (to >= added) { addBatch(); }
    const card = matching[to];
    select(card);
    mount(card);
    card.item.focus({ preventScroll: true });
    card.item.scrollIntoView({ block: "nearest" });
  }

  /* How many cards stand in a row. */
  function columns() {
    const top = byId("cards").firstElementChild.offsetTop;
    return matching.slice(0, added).filter((card) => card.item.offsetTop === top).length;
  }

  const KEYS = {
    " ": () => flip(current || matching[0]),
    Enter: () => flip(current || matching[0]),
    j: () => walk(1),
    k: () => walk(-1),
    ArrowRight: () => walk(1),
    ArrowLeft: () => walk(-1),
    ArrowDown: () => walk(columns()),
    ArrowUp: () => walk(-columns()),
    "/": () => { byId("search").focus(); byId("search").select(); },
  };

  function press(key) {
    if (!Object.prototype.hasOwnProperty.call(KEYS, key)) { return false; }
    if (key !== "/" && !matching.length) { return false; }
    KEYS[key]();
    return true;
  }

  function onKey(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) { return; }
    if (target.closest("input, select, textarea")) {
      if (key === "Escape") { target.blur(); }
      return;
    }
    const presses = key === " " || key === "Enter";
    if (presses && target.closest("button, summary, a")) { return; }
    if (press(key)) { event.preventDefault(); }
  }

  function onMessage(event) {
    const card = live.get(event.source);
    if (!card || !event.data) { return; }
    select(card);
    if (event.data.tap === "flip") { flip(card); }
    if (event.data.key) { press(event.data.key); }
  }

  /* ---- the filters ---- */

  const FILTERS = {
    deck: (card, value) => isAtOrBelow(card.note.deck, value),
    kind: (card, value) => card.note.kind === value,
    tag: (card, value) => card.note.tags.some((tag) => isAtOrBelow(tag, value)),
  };
  const CHOICES = {
    deck: ["Deck", (card) => andParents(card.note.deck)],
    kind: ["Kind", (card) => [card.note.kind]],
    tag: ["Tag", (card) => [...new Set([].concat(...card.note.tags.map(andParents)))]],
  };

  const isAtOrBelow = (name, parent) => name === parent || name.startsWith(`${parent}::`);

  /* a::b::c → a, a::b, a::b::c */
  function andParents(name) {
    const parts = name.split("::");
    return parts.map((_, i) => parts.slice(0, i + 1).join("::"));
  }

  function fillChoices(id) {
    const [all, valuesOf] = CHOICES[id];
    const counts = new Map();
    cards.forEach((card) => valuesOf(card).forEach((value) => {
      counts.set(value, (counts.get(value) || 0) + 1);
    }));
    const options = [...counts.keys()].sort().map((value) => (
      make("option", { value }, `${value} (${counts.get(value)})`)));
    byId(id).append(make("option", { value: "" }, all), ...options);
  }

  function choose(id, value) {
    byId(id).value = value;
    filter();
    scrollTo(0, 0);
  }

  function filter() {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = Object.keys(FILTERS).filter((id) => byId(id).value);
    Object.keys(FILTERS).forEach((id) => byId(id).classList.toggle("is-set", Boolean(byId(id).value)));
    matching = cards.filter((card) => (
      chosen.every((id) => FILTERS[id](card, byId(id).value))
      && words.every((word) => card.note.words.includes(word))));
    if (!matching.includes(current)) { select(null); }
    lay(matching.slice(0, BATCH));
    const isFiltered = matching.length < cards.length;
    byId("count").textContent = isFiltered
      ? `${matching.length.toLocaleString("en")} of ${counted(cards.length, "card")}`
      : counted(cards.length, "card");
    byId("empty").hidden = matching.length > 0;
    byId("empty").firstElementChild.textContent = cards.length
      ? "No card is like that." : "There is no card to show.";
    byId("clear").hidden = !cards.length;
  }

  /* Makes these the cards on the page. A frame that is moved loads anew, so what stays stays put. */
  function lay(wanted) {
    const box = byId("cards");
    const items = new Set(wanted.map(item));
    [...box.children].filter((child) => !items.has(child)).forEach((child) => {
      watcher.unobserve(child);
      unmount(cardOf.get(child));
      child.remove();
    });
    let next = box.firstElementChild;
    items.forEach((each) => {
      if (each === next) { next = next.nextElementSibling; return; }
      box.insertBefore(each, next);
      watcher.observe(each);
    });
    added = wanted.length;
  }

  const addBatch = () => lay(matching.slice(0, added + BATCH));

  /* ---- what has no card ---- */

  function finding(each) {
    const place = each.place ? [make("p", { class: "place" }, each.place)] : [];
    const help = each.help ? [make("p", { class: "help" }, each.help)] : [];
    return make("li", {},
      make("p", {}, make("span", { class: `severity ${each.severity}` }, each.label), ` ${each.message}`),
      ...help, ...place);
  }

  function report() {
    const { findings } = data;
    const errors = findings.filter((each) => each.severity === "error").length;
    const warnings = findings.filter((each) => each.severity === "warning").length;
    const skipped = findings.length - errors - warnings;
    const told = [
      errors && counted(errors, "error"),
      warnings && counted(warnings, "warning"),
      skipped && `${counted(skipped, "table")} without cards`,
    ].filter(Boolean);
    if (!told.length) { return; }
    byId("report-summary").textContent = told.join(", ");
    if (data.held.length) {
      byId("report-body").append(make("p", { class: "held" },
        `Not shown, until the errors are corrected: the cards of ${data.held.join(", ")}.`));
    }
    byId("report-body").append(make("ul", {}, ...findings.map(finding)));
    byId("report").hidden = false;
    byId("report").open = errors > 0;
    byId("report").classList.toggle("has-errors", errors > 0);
  }

  /* ---- start ---- */

  document.addEventListener("DOMContentLoaded", () => {
    data = JSON.parse(byId("data").textContent);
    const isFormula = (part) => /\\[(\[]/.test(part) && !part.startsWith("<script");
    const formulas = data.parts.map(isFormula);
    data.notes.forEach((note) => note.cards.forEach(([ordinal, template, question, answer, sounds]) => {
      const hasFormula = question.concat(answer).some((part) => formulas[part]);
      const number = cards.length + 1;
      cards.push({ note, ordinal, template, question, answer, sounds, hasFormula, number, isFlipped: false });
    }));
    Object.keys(CHOICES).forEach(fillChoices);
    report();
    filter();
    setTheme(root.dataset.theme);
    root.classList.remove("is-loading");

    byId("filters").addEventListener("input", filter);
    byId("filters").addEventListener("submit", (event) => { event.preventDefault(); walk(0); });
    byId("clear").onclick = () => { byId("filters").reset(); filter(); };
    byId("dark").onclick = () => setTheme(isDark() ? "light" : "dark");
    byId("answers").onclick = () => {
      const all = byId("answers").getAttribute("aria-pressed") !== "true";
      byId("answers").setAttribute("aria-pressed", String(all));
      cards.forEach((card) => turn(card, all));
    };
    document.addEventListener("keydown", onKey);
    addEventListener("message", onMessage);
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting) && added < matching.length) { addBatch(); }
    }, { rootMargin: "1500px 0px" }).observe(byId("more"));
  });
})();
