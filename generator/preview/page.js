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
  let only = null; /* the note that the page's address names: its cards alone are shown */
  let isBeside = false; /* every card is shown light and dark */
  const live = new Map(); /* frame window → its card and theme */

  /* ---- light and dark ---- */

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => root.dataset.theme === "dark";

  function setTheme(theme) {
    root.dataset.theme = theme;
    if (isBeside) { return nameTheme(); } /* it has both */
    live.forEach((shown) => { shown.theme = theme; });
    tellLook();
    return nameTheme();
  }

  function nameTheme() {
    const button = byId("dark");
    if (button) { button.setAttribute("aria-pressed", String(isDark())); }
  }
  const followSystem = () => setTheme(prefersDark.matches ? "dark" : "light");
  followSystem(); /* before the first paint */
  prefersDark.addEventListener("change", followSystem);

  /* The classes of Anki's desktop and of AnkiDroid. */
  function look({ card, theme }) {
    const night = theme === "dark";
    return {
      html: night ? "night-mode" : "",
      body: `card card${card.ordinal + 1}${night ? " nightMode night_mode" : ""}`,
      scale: Number(byId("size").value),
    };
  }

  function tellLook() {
    live.forEach((shown, view) => view.postMessage({ look: look(shown) }, "*"));
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
    card.screens = make("div", { class: "screens" });
    card.button = make("button", { type: "button", class: "flip", onclick: () => flip(card) });
    const tags = note.tags.map((tag) => make("button", {
      type: "button", class: "tag", title: "Show only this tag", onclick: () => choose("tag", tag),
    }, tag));
    const all = note.cards.length === 1 ? [] : [" ", make("a", { class: "of-note", href: `#${note.id}` },
      `All ${note.cards.length} cards of this note`)];
    const findings = note.findings.map((index) => finding(data.findings[index], false));
    const recall = card.recall ? [make("p", {}, make("span", { class: "recall" }, card.recall.level),
      ` ${card.recall.text}`)] : [];
    const formula = card.hasFormula ? [make("p", { class: "hint" }, "Anki draws the formula.")] : [];
    const classes = card.recall ? `item is-${card.recall.level}` : "item";
    card.item = make("article", { class: classes, tabindex: "-1", "aria-label": label(card) },
      make("div", { class: "phone" }, card.screens, card.button),
      make("div", { class: "about" },
        make("h2", {},
          make("span", {}, make("span", { class: `kind kind-${note.kind}` }, note.kind), ` ${card.template}`),
          make("span", { class: "number" }, `${card.number}`),
          make("a", { class: "link", href: address(card), title: "Link to this card",
            "aria-label": `Link to card ${card.number}` }, "#")),
        ...recall,
        make("p", { class: "place" }, note.place),
        make("p", { class: "deck" }, make("span", {}, `Deck ${note.deck}`), ...all),
        ...formula,
        make("p", { class: "tags" }, ...tags),
        ...(findings.length ? [make("ul", { class: "findings", "aria-label": "Findings" }, ...findings)] : [])));
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
    if (card.frames) { return; }
    const themes = isBeside ? ["light", "dark"] : [root.dataset.theme];
    card.frames = themes.map((theme) => frameOf({ card, theme }));
    card.screens.append(...card.frames.map((frame, i) => make("div", { class: `screen is-${themes[i]}` }, frame)));
    card.frames.forEach((frame, i) => live.set(frame.contentWindow, { card, theme: themes[i] }));
    nameFrames(card);
  }

  function frameOf(shown) {
    const { card } = shown;
    const { html: htmlClass, body } = look(shown);
    const { isFlipped } = card;
    const frame = make("iframe", {
      sandbox: "allow-scripts allow-popups allow-popups-to-escape-sandbox",
      srcdoc: `<!doctype html><html class="${htmlClass}"><head><meta charset="utf-8">`
        + `<base target="_blank"><style>${data.hostStyle}</style>`
        + `<style>${data.parts[card.note.style]}</style></head>`
        + `<body class="${body}"><div id="qa">${shownHtml(card)}</div>`
        + `<script>${data.frameScript}<\/script></body></html>`,
    });
    frame.addEventListener("load", () => {
      const view = frame.contentWindow;
      if (!live.has(view)) { return; }
      /* A frame that is still loading hears no message: what changed meanwhile is told again. */
      const turned = card.isFlipped === isFlipped ? {} : { html: shownHtml(card) };
      view.postMessage({ look: look(live.get(view)), ...turned }, "*");
      frame.classList.add("is-ready");
    });
    return frame;
  }

  function nameFrames(card) {
    card.frames.forEach((frame) => {
      const { theme } = live.get(frame.contentWindow);
      frame.title = `${card.isFlipped ? "Back" : "Front"} of card ${card.number}${isBeside ? `, ${theme}` : ""}`;
    });
  }

  function unmount(card) {
    if (!card.frames) { return; }
    card.frames.forEach((frame) => live.delete(frame.contentWindow));
    card.screens.replaceChildren();
    card.frames = null;
  }

  const cardOf = new WeakMap();
  const watcher = new IntersectionObserver((entries) => {
    entries.forEach(({ target, isIntersecting }) => {
      const card = cardOf.get(target);
      if (isIntersecting) { mount(card); } else if (!card.screens.contains(document.activeElement)) { unmount(card); }
    });
  }, { rootMargin: NEAR });

  function turn(card, isFlipped) {
    if (card.isFlipped === isFlipped) { return; }
    card.isFlipped = isFlipped;
    if (!card.item) { return; }
    nameButton(card);
    if (card.frames) {
      nameFrames(card);
      const message = { html: shownHtml(card) };
      card.frames.forEach((frame) => frame.contentWindow.postMessage(message, "*"));
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
    goTo(matching[to]);
  }

  function goTo(card) {
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
    const shown = live.get(event.source);
    if (!shown || !event.data) { return; }
    const { card } = shown;
    select(card);
    if (event.data.tap === "flip") { flip(card); }
    if (event.data.key) { press(event.data.key); }
  }

  /* ---- the filters ---- */

  const FILTERS = {
    deck: (card, value) => isAtOrBelow(card.note.deck, value),
    kind: (card, value) => card.note.kind === value,
    tag: (card, value) => card.note.tags.some((tag) => isAtOrBelow(tag, value)),
    finding: (card, value) => card.note.findings.length > 0 && (value === ANY || codes(card).includes(value)),
    recall: (card, value) => card.recall.level === value,
  };
  const ANY = "any";
  const CHOICES = {
    deck: ["Deck", (card) => andParents(card.note.deck)],
    kind: ["Kind", (card) => [card.note.kind]],
    tag: ["Tag", (card) => [...new Set([].concat(...card.note.tags.map(andParents)))]],
    finding: ["Findings", (card) => (card.note.findings.length ? [ANY, ...codes(card)] : [])],
    recall: ["Recall", (card) => (card.recall ? [card.recall.level] : [])],
  };
  const codes = (card) => [...new Set(card.note.findings.map((index) => data.findings[index].code))];

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
    const options = [...counts.keys()].sort((a, b) => (b === ANY) - (a === ANY) || (a < b ? -1 : 1)).map((value) => (
      make("option", { value }, `${value === ANY ? "Any finding" : value} (${counts.get(value)})`)));
    byId(id).append(make("option", { value: "" }, all), ...options);
    byId(id).disabled = !options.length;
  }

  function choose(id, value) {
    byId(id).value = value;
    leaveNote();
    filter();
    scrollTo(0, 0);
  }

  /* Words, and phrases in quotes of any kind; one that is not closed yet goes to the end. */
  function terms(text) {
    const found = text.toLowerCase().matchAll(/["“”„«»]([^"“”„«»]*)|[^\s"“”„«»]+/g);
    const isOpen = /["“”„«»]/;
    const list = [];
    let isPhrase = false;
    for (const [part] of found) {
      if (!isOpen.test(part)) { list.push(part); continue; }
      isPhrase = !isPhrase;
      const inside = part.slice(1).trim();
      list.push(...(isPhrase ? [inside.replace(/\s+/g, " ")] : inside.split(/\s+/)));
    }
    return list.filter(Boolean);
  }

  function filter() {
    const words = terms(byId("search").value);
    const chosen = Object.keys(FILTERS).filter((id) => byId(id).value);
    Object.keys(FILTERS).forEach((id) => byId(id).classList.toggle("is-set", Boolean(byId(id).value)));
    matching = cards.filter((card) => (
      (!only || card.note === only)
      && chosen.every((id) => FILTERS[id](card, byId(id).value))
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

  /* ---- the page's address ---- */

  /* A note's GUID, and the card's number in it: the same in the next preview. */
  const address = (card) => `#${card.note.id}.${card.ordinal + 1}`;

  function route() {
    const [id, number] = location.hash.slice(1).split(".");
    only = data.notes.find((note) => note.id === id) || null;
    byId("only").hidden = !id;
    byId("only").firstElementChild.textContent = only
      ? `${counted(only.cards.length, "card")} of one note: ${only.title}` : "No card has this address.";
    root.classList.toggle("is-note", Boolean(only));
    if (only) { byId("filters").reset(); }
    filter();
    scrollTo(0, 0);
    if (!only) { return; }
    const card = matching.find((each) => `${each.ordinal + 1}` === number) || matching[0];
    goTo(card);
    if (card === matching[0]) { scrollTo(0, 0); } /* whose note it is stands above it */
  }

  /* A filter looks at all notes again. */
  function leaveNote() {
    if (!location.hash) { return; }
    history.replaceState(null, "", "#");
    only = null;
    byId("only").hidden = true;
    root.classList.remove("is-note");
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

  function finding(each, withPlace = true) {
    const place = each.place && withPlace ? [make("p", { class: "place" }, each.note
      ? make("a", { href: `#${each.note}`, title: "Show the cards of this note" }, each.place) : each.place)] : [];
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
    byId("report-body").append(make("ul", {}, ...findings.map((each) => finding(each))));
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
      const [level, text] = (note.recall || {})[ordinal] || ["new", "not answered after its first day"];
      const recall = note.recall && { level, text };
      cards.push({ note, ordinal, template, question, answer, sounds, recall, hasFormula, number, isFlipped: false });
    }));
    data.notes.forEach((note) => note.findings.forEach((index) => { data.findings[index].note = note.id; }));
    Object.keys(CHOICES).forEach(fillChoices);
    byId("recall").hidden = byId("recall").disabled; /* a preview alone knows nothing of it */
    root.classList.toggle("has-recall", !byId("recall").hidden);
    report();
    setTheme(root.dataset.theme);
    root.classList.remove("is-loading"); /* what is hidden takes no focus */
    route();

    addEventListener("hashchange", route);
    byId("filters").addEventListener("input", () => { leaveNote(); filter(); });
    byId("filters").addEventListener("submit", (event) => { event.preventDefault(); walk(0); });
    byId("clear").onclick = () => { byId("filters").reset(); leaveNote(); filter(); };
    byId("dark").onclick = () => setTheme(isDark() ? "light" : "dark");
    byId("beside").onclick = () => {
      isBeside = !isBeside;
      byId("beside").setAttribute("aria-pressed", String(isBeside));
      root.classList.toggle("is-beside", isBeside);
      const shown = new Set([...live.values()].map(({ card }) => card));
      shown.forEach((card) => { unmount(card); mount(card); });
    };
    byId("size").onchange = tellLook;
    byId("width").onchange = () => {
      const { value } = byId("width");
      root.dataset.width = value && value !== "whole" ? "fixed" : value;
      root.style.setProperty("--width", value);
    };
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
