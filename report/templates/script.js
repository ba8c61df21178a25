(function () {
  "use strict";
  var table = document.querySelector(".acr table.files");
  if (!table || !table.tBodies.length) { return; }
  var body = table.tBodies[0], heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var rows = Array.prototype.map.call(body.rows, function (tr, i) {
    return { tr: tr, i: i, text: tr.textContent.toLowerCase(), risk: tr.cells[1].textContent.trim() };
  });
  if (rows.length < 2) { return; }

  function element(name, text) {
    var e = document.createElement(name);
    if (text) { e.textContent = text; }
    return e;
  }

  var tools = element("div"), search = element("input"), choice = element("select"), shown = element("p");
  tools.className = "tools";
  search.type = "search";
  shown.setAttribute("role", "status");
  var one = element("label", "Find"), two = element("label", "Verdict");
  one.appendChild(search);
  two.appendChild(choice);
  choice.appendChild(new Option("All", ""));
  Array.prototype.forEach.call(document.querySelectorAll(".acr .risks li"), function (li) {
    var word = li.querySelector("span").textContent;
    if (rows.some(function (r) { return r.risk === word; })) { choice.appendChild(new Option(word, word)); }
  });
  [one, two, shown].forEach(function (e) { tools.appendChild(e); });
  table.parentNode.parentNode.insertBefore(tools, table.parentNode);

  function filter() {
    var wanted = search.value.trim().toLowerCase(), n = 0;
    rows.forEach(function (r) {
      var show = (!choice.value || r.risk === choice.value) && r.text.indexOf(wanted) >= 0;
      r.tr.hidden = !show;
      if (show) { n++; }
    });
    shown.textContent = n + " of " + rows.length + " files";
  }
  search.addEventListener("input", filter);
  choice.addEventListener("change", filter);
  filter();

  function value(r, column) {
    var cell = r.tr.cells[column], v = cell.getAttribute("data-v");
    if (v === null) { v = cell.textContent.trim(); }
    return v !== "" && isFinite(v) ? Number(v) : v.toLowerCase();
  }

  function compare(a, b, down) {
    if (typeof a !== typeof b) { return typeof a === "number" ? -1 : 1; } // rows without a value come last in either order
    return (down ? -1 : 1) * (a < b ? -1 : a > b ? 1 : 0);
  }

  heads.forEach(function (head, column) {
    var button = element("button", head.textContent);
    button.type = "button";
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      var numbers = head.classList.contains("r") || column === 1;
      var was = head.getAttribute("aria-sort");
      var down = was ? was === "ascending" : numbers;
      heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var sorted = rows.map(function (r) { return { r: r, v: value(r, column) }; });
      sorted.sort(function (a, b) { return compare(a.v, b.v, down) || a.r.i - b.r.i; });
      table.removeChild(body); // otherwise the browser lays out the table again for each moved row
      sorted.forEach(function (s) { body.appendChild(s.r.tr); });
      table.appendChild(body);
    });
  });
})();
