"use strict";
(function () {
  var form = document.getElementById("filter");
  var text = document.getElementById("filter-text");
  var outcome = document.getElementById("filter-outcome");
  var count = document.getElementById("filter-count");
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-outcome]"));
  var words = rows.map(function (row) { return row.textContent.toLowerCase(); });
  function apply() {
    var wanted = text.value.trim().toLowerCase();
    var shown = 0;
    rows.forEach(function (row, at) {
      var fits = (!outcome.value || row.dataset.outcome === outcome.value)
        && (!wanted || words[at].indexOf(wanted) !== -1);
      row.hidden = !fits;
      if (fits && row.tagName === "TR") { shown += 1; }
    });
    document.querySelectorAll("#matrix tbody").forEach(function (body) {
      body.hidden = !body.querySelector("tr[data-outcome]:not([hidden])");
    });
    count.textContent = shown + " clauses shown in the matrix";
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  text.addEventListener("input", apply);
  outcome.addEventListener("change", apply);
}());
