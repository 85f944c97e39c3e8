// Number and code: read from a scanned square, copied, printed; each works by hand as well.
"use strict";
(() => {
  const scanned = /^#([0-9]{8}-[0-9]{6})\/([0-9A-Za-z-]{8,9})$/.exec(location.hash);
  const number = document.querySelector("input#number");
  if (scanned && number) {
    number.value = scanned[1];
    document.getElementById("code").value = scanned[2];
    history.replaceState(null, "", location.pathname + location.search); // not left in the history
    number.form.querySelector("button[type=submit]").focus();
  }
  const copy = document.querySelector("[data-copy]");
  if (copy && !(navigator.clipboard && window.isSecureContext)) copy.hidden = true;
  else if (copy) {
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(copy.dataset.copy);
      document.getElementById("copied").textContent = copy.dataset.done;
    });
  }
  const print = document.querySelector("[data-print]");
  if (print) print.addEventListener("click", () => window.print());
})();
