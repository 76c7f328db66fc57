/* What a card's own text needs: headers beside the cells of a table that is a stack of blocks on a
   small screen, smaller letters for a long clue, a picture that opens on a tap. ES5, block comments
   and semicolons only, as in quiz.js. */
(function () {
  function each(selector, visit) {
    [].forEach.call(document.querySelectorAll(selector), visit);
  }
  each(".bd table.wide", function (table) {
    var names = [].map.call(table.querySelectorAll("th"), function (th) { return th.textContent; });
    [].forEach.call(table.querySelectorAll("tbody tr"), function (row) {
      [].forEach.call(row.children, function (cell, i) {
        cell.setAttribute("data-h", names[i] || "");
      });
    });
  });
  each(".bd-prompt", function (clue) {
    var length = clue.textContent.length;
    if (length > 120) { clue.className += length > 280 ? " bd-longer" : " bd-long"; }
  });
  each(".bd-prompt img, .bd-a-text img", function (picture) {
    if (picture.parentNode.tagName === "A") { return; }
    picture.className += " tappable";
    picture.onclick = function () { picture.className = /bd-open/.test(picture.className) ? "tappable" : "tappable bd-open"; };
  });
})();
