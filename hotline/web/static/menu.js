// On a narrow screen a desk's many pages fold behind one button; without scripts they stand in rows.
"use strict";
(() => {
  const nav = document.querySelector(".top nav");
  const button = document.getElementById("menu");
  if (!nav || !button) return;
  const narrow = window.matchMedia("(max-width: 46rem)");

  function fold(folded) {
    nav.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
  }

  function fit() {
    button.hidden = !narrow.matches;
    fold(narrow.matches);
  }

  button.addEventListener("click", () => fold(!nav.classList.contains("folded")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.hidden || nav.classList.contains("folded")) return;
    fold(true);
    button.focus();
  });
  narrow.addEventListener("change", fit);
  fit();
})();
