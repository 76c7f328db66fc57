/* Shuffles the options, keeps their order and the picks from the front to the back. ES5, for old
   web views; block comments and semicolons only, in case a client joins the lines. */
(function () {
  var memory = window.buildDecksQuiz || (window.buildDecksQuiz = {});

  /* Three homes for the order, best first: sessionStorage, this page's window, and a seed that is
     the same all day. A random order is only safe once a back has proved that what a front
     stores arrives: until then both sides use the seed. */
  function get(name) {
    var value = null;
    try { value = window.sessionStorage.getItem(name); } catch (blocked) { value = null; }
    return value || memory[name] || null;
  }
  function set(name, value) {
    memory[name] = value;
    try { window.sessionStorage.setItem(name, value); } catch (blocked) { return; }
  }
  function daySeeded(key) {
    var day = new Date(new Date().getTime() - 4 * 3600 * 1000); /* Anki's day starts at 4:00 */
    var text = day.getFullYear() + "." + day.getMonth() + "." + day.getDate() + key;
    var state = 7;
    var i;
    function next() {
      state = (state * 16807) % 2147483647; /* Park and Miller: exact in a double */
      return state / 2147483647;
    }
    for (i = 0; i < text.length; i++) {
      state = ((state * 31 + text.charCodeAt(i)) % 2147483646) + 1;
    }
    for (i = 0; i < 5; i++) { next(); }
    return next;
  }
  function shuffled(count, random) {
    var order = [];
    var i;
    var j;
    var held;
    for (i = 0; i < count; i++) { order.push(i); }
    for (i = count - 1; i > 0; i--) {
      j = Math.floor(random() * (i + 1));
      held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }
  function stored(name, count) {
    var state = null;
    try { state = JSON.parse(get(name)); } catch (damaged) { state = null; }
    return state && state.order && state.order.length === count && state.picks ? state : null;
  }

  /* Each option becomes a button; without scripts it is a list that can be read. */
  function button(item) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "bd-opt";
    if (item.hasAttribute("data-letter")) {
      made.setAttribute("data-letter", item.getAttribute("data-letter"));
    }
    while (item.firstChild) { made.appendChild(item.firstChild); }
    item.appendChild(made);
    return made;
  }

  function start(list) {
    var items = [].slice.call(list.hasAttribute("data-ready") ? [] : list.children);
    var buttons = items.map(button);
    var key = list.getAttribute("data-key");
    var name = "build-decks:" + key;
    var multiple = list.hasAttribute("data-multiple");
    var card = list;
    var state;
    if (!items.length) { return; }
    list.setAttribute("data-ready", "1");
    while (card.parentNode.className !== undefined && !/\bbd\b(?!-)/.test(card.className)) {
      card = card.parentNode;
    }

    /* "All of the above" stays below the others. */
    function ordered(random) {
      var order = shuffled(items.length, random);
      function stays(i) { return items[i].hasAttribute("data-last"); }
      function moves(i) { return !stays(i); }
      function upwards(a, b) { return a - b; }
      return order.filter(moves).concat(order.filter(stays).sort(upwards));
    }
    function picked(i) { return state.picks.indexOf(i) >= 0; }
    function right(i) { return items[i].hasAttribute("data-ok"); }
    function show() {
      buttons.forEach(function (button, i) {
        button.setAttribute("aria-pressed", String(picked(i)));
      });
    }
    function press(i) {
      var at = state.picks.indexOf(i);
      if (!multiple) {
        state.picks = [i];
      } else if (at >= 0) {
        state.picks.splice(at, 1);
      } else {
        state.picks.push(i);
      }
      set(name, JSON.stringify(state));
      show();
    }
    function listen(button, i) {
      button.onclick = function (event) {
        press(i);
        if (event && event.detail) { button.blur(); } /* Space and Enter flip the card again */
      };
    }
    /* What explains the right option, or the one that was picked, stands below them all. That of
       another one opens below it on a tap: no option moves on the flip. */
    function explain(text) {
      var i = Number(text.getAttribute("data-of"));
      var button = buttons[i];
      if (!button || right(i) || picked(i)) { return; }
      text.removeChild(text.firstChild);
      text.removeChild(text.firstChild);
      text.className = "bd-below";
      items[i].appendChild(text);
      button.setAttribute("aria-expanded", "false");
      button.onclick = function () {
        var isOpen = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!isOpen));
      };
    }
    function judge() {
      var line = card.querySelector(".bd-line");
      var label = card.querySelector(".bd-correct i:nth-child(3)");
      var all = buttons.every(function (button, i) { return picked(i) === right(i); });
      var found = state.picks.filter(right).length;
      var rights = items.filter(function (item, i) { return right(i); }).length;
      if (state.picks.length) { line.setAttribute("data-say", all ? "right" : "wrong"); }
      if (found && found < rights && found === state.picks.length) {
        line.querySelector(".bd-wrong").setAttribute("data-found", found + " / " + rights);
      }
      buttons.forEach(function (button, i) {
        var spoken;
        button.tabIndex = -1;
        if (right(i)) {
          spoken = document.createElement("span");
          spoken.className = "bd-sr";
          spoken.textContent = (label ? label.textContent : "") + " ";
          button.insertBefore(spoken, button.firstChild);
        }
        if (right(i) && state.picks.length && !picked(i)) {
          button.setAttribute("data-missed", "1");
        }
      });
      [].forEach.call(card.querySelectorAll("[data-of]"), explain);
    }

    if (/\bbd-back\b/.test(card.className)) {
      state = stored(name, items.length);
      if (state) { set("build-decks:kept", "1"); }
      state = state || { order: ordered(daySeeded(key)), picks: [] };
      judge();
    } else {
      state = {
        order: ordered(get("build-decks:kept") ? Math.random : daySeeded(key)),
        picks: []
      };
      set(name, JSON.stringify(state));
      buttons.forEach(listen);
    }
    state.order.forEach(function (i) { list.appendChild(items[i]); });
    show();
  }

  [].forEach.call(document.querySelectorAll(".bd-opts"), start);
})();
