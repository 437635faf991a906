"use strict";
(function () {
  var form = document.getElementById("filter");
  var text = document.getElementById("filter-text");
  var outcome = document.getElementById("filter-outcome");
  var count = document.getElementById("filter-count");
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-outcome]"));
  var words = null;
  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }
  function hideEmpty(selector) {
    each(selector, function (part) {
      part.hidden = !part.querySelector("[data-outcome]:not([hidden])");
    });
  }
  function counted(number, noun) { return number + " " + noun + (number === 1 ? "" : "s"); }
  function apply() {
    var wanted = text.value.trim().toLowerCase();
    var cards = 0;
    var clauses = 0;
    words = words || rows.map(function (row) { return row.textContent.toLowerCase(); });
    rows.forEach(function (row, at) {
      var fits = (!outcome.value || row.dataset.outcome === outcome.value)
        && (!wanted || words[at].indexOf(wanted) !== -1);
      row.hidden = !fits;
      if (fits && row.tagName === "TR") { clauses += 1; }
      if (fits && row.tagName !== "TR") { cards += 1; }
    });
    hideEmpty("#matrix tbody");
    hideEmpty(".cause");
    count.textContent = counted(cards, "finding") + " and " + counted(clauses, "clause") + " shown";
  }
  function openTarget() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") { target.open = true; }
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  text.addEventListener("input", apply);
  outcome.addEventListener("change", apply);
  window.addEventListener("hashchange", openTarget);
  openTarget();
  // Paper cannot be clicked: all is open while it is printed.
  window.addEventListener("beforeprint", function () {
    each("details:not([open])", function (part) { part.open = true; part.dataset.shut = ""; });
  });
  window.addEventListener("afterprint", function () {
    each("details[data-shut]", function (part) { part.open = false; delete part.dataset.shut; });
  });
}());
